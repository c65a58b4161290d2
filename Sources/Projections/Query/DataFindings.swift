/// What makes data doubtful.
enum DataCheck: Int, CaseIterable {
  case withoutCreated, createdAfterDelivery, withoutStream, unknownStage, idle, blockedLong, occurredAfterRecorded
  case timeAssumed, checkWithoutItem, defectWithoutItem, deploymentWithoutChanges

  /// What it looks for.
  var text: String {
    switch self {
    case .withoutCreated: "items without created"
    case .createdAfterDelivery: "items created after their delivery"
    case .withoutStream: "items in no stream"
    case .unknownStage: "visits of unknown stages"
    case .idle: "open items without events for long"
    case .blockedLong: "items blocked for long"
    case .occurredAfterRecorded: "events that occurred after they were recorded"
    case .timeAssumed: "events without a time"
    case .checkWithoutItem: "checks without an item"
    case .defectWithoutItem: "defects without an item"
    case .deploymentWithoutChanges: "deployments without changes"
    }
  }
}

/// What was found: how many of how many, and where.
struct DataFindings {
  private(set) var counts = [Int](repeating: 0, count: DataCheck.allCases.count)
  private(set) var populations = [Int](repeating: 0, count: DataCheck.allCases.count)
  /// The first positions of each check, ascending.
  private(set) var positions = [[UInt64]](repeating: [], count: DataCheck.allCases.count)
  /// The position below which one is listed.
  private var limits = [UInt64](repeating: .max, count: DataCheck.allCases.count)
  /// All that was found, when somebody asked.
  let evidence: EvidenceCollector?

  static let listed = 8

  init(explains: Bool) { self.init(evidence: explains ? EvidenceCollector() : nil) }

  @inline(__always)
  mutating func meet(_ check: DataCheck, _ isFound: Bool, _ entry: @autoclosure () -> EvidenceCollector.Entry) {
    populations[check.rawValue] += 1
    if isFound { note(check, entry()) }
  }

  /// Whether one core must do all of a pass: evidence is gathered in one place.
  var isSerial: Bool { evidence != nil }

  @inline(__always)
  mutating func note(_ check: DataCheck, _ entry: EvidenceCollector.Entry) {
    counts[check.rawValue] += 1
    // Where all are found, few are among the first.
    if entry.position < limit(of: check) { list(check, entry) }
  }

  /// Lists a finding that is counted elsewhere.
  @inline(never)
  mutating func list(_ check: DataCheck, _ entry: EvidenceCollector.Entry) {
    evidence?.add(entry, to: check.rawValue)
    list(entry.position, check.rawValue)
  }

  /// The position from which on findings of a check are counted only: neither among the first nor asked for.
  func limit(of check: DataCheck) -> UInt64 { evidence == nil ? limits[check.rawValue] : .max }

  /// Counts findings that lie behind the limit.
  mutating func count(_ check: DataCheck, _ count: Int) { counts[check.rawValue] += count }

  /// Counts what was looked at and not met one by one.
  mutating func look(_ check: DataCheck, at count: Int) { populations[check.rawValue] += count }

  private mutating func list(_ position: UInt64, _ place: Int) {
    guard position < limits[place], !positions[place].contains(position) else { return }
    positions[place].insert(position, at: positions[place].firstIndex { $0 > position } ?? positions[place].count)
    if positions[place].count > Self.listed { positions[place].removeLast() }
    if positions[place].count == Self.listed { limits[place] = positions[place][Self.listed - 1] }
  }

  /// Adds what another core found.
  mutating func absorb(_ other: DataFindings) {
    for place in counts.indices {
      counts[place] += other.counts[place]
      populations[place] += other.populations[place]
      for position in other.positions[place] { list(position, place) }
    }
  }

  /// The same questions, nothing found yet.
  var empty: DataFindings { DataFindings(evidence: evidence) }

  private init(evidence: EvidenceCollector?) { self.evidence = evidence }
}
