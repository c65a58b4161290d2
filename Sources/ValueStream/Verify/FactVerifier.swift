import EventLog
import LMDB

/// Checks facts, symbols and identities against the events they were decoded from, on all cores.
public struct FactVerifier {
  /// One difference between what is stored and what the event says.
  public typealias Finding = FactLane.Finding

  /// Findings that are kept.
  public static let mostFindings = 1000

  /// The first findings.
  public private(set) var findings: [Finding] = []
  /// How many there were.
  public private(set) var findingCount = 0

  private let log: EventLog
  private var texts: SymbolTexts?
  private var lanes: [FactLane] = []

  /// A verifier of a log.
  public init(_ log: EventLog) { self.log = log }

  /// Makes what looks at the records while the log is verified (``EventLog/verifyLog(progress:makeVisitors:meanwhile:)``), one a core.
  public mutating func makeVisitors(_ laneCount: Int) throws -> [FactLane] {
    let texts = try log.withSnapshot { try SymbolTexts($0) }
    for finding in texts.findings { add(0, finding) }
    self.texts = texts
    lanes = (0..<laneCount).map { _ in FactLane(texts) }
    return lanes
  }

  /// Checks that the strings of the symbols lead back to them: beside the visitors, which it does not disturb.
  public func checkSymbols() throws -> [String] {
    guard let texts else { return [] }
    return try texts.checkSymbols(log.snapshot())
  }

  /// Sums up what was seen while the log was verified, with that report. Symbols must be numbered in the order of their first use.
  ///
  /// - Parameter symbols: what ``checkSymbols()`` found.
  public mutating func finish(_ report: VerificationReport, symbols: [String]) throws {
    let end = report.size
    guard end > 0, let texts else { return }
    for finding in symbols { add(0, finding) }
    findings += lanes.flatMap(\.findings).sorted { $0.position < $1.position }
    findings.removeLast(max(0, findings.count - Self.mostFindings))
    findingCount += lanes.reduce(0) { $0 + $1.findingCount }
    if report.identityDigest != lanes.reduce(0, { $0 &+ $1.identityDigest }) { try checkIdentities(through: end) }
    let snapshot = try log.snapshot()
    guard snapshot.size == end else { return }
    checkOrder(lanes, texts)
    let defined = lanes.compactMap(\.sealing).max { $0.position < $1.position }
    if try log.sealing() != defined?.rules {
      add(
        defined?.position ?? 0,
        "the rules for sealing personal fields that the log keeps are not those of its last event about them")
    }
    let listed = try snapshot.statistics().first { $0.name == "references" }?.statistics.entries ?? 0
    let expected = lanes.reduce(0) { $0 + $1.referenceCount }
    if listed != expected {
      add(0, "the table references holds \(listed) entries; the events call for \(expected)")
    }
  }

  /// The index does not add up to what the events' identities do: each is looked for.
  private mutating func checkIdentities(through end: UInt64) throws {
    let snapshot = try log.snapshot()
    let preparer = EventPreparer(isStrict: false)
    let batch = EventBatch()
    var found = 0
    try snapshot.forEachRecord(through: end) { record in
      batch.removeAll()
      try? preparer.prepare(record.bytes, line: 1, into: batch)
      guard let event = batch.events.first else { return true }
      let occurred = event.flags.contains(.timeAssumed) ? nil : event.occurredMicros
      if try !snapshot.containsIdentity(hash: event.identityHash, occurredMicros: occurred, position: record.position) {
        found += 1
        add(record.position, "the identity that is listed is not the event's")
      }
      return true
    }
    if found == 0 { add(0, "the table identity lists what no event accounts for") }
  }

  /// Symbols are numbered in the order of their first use.
  private mutating func checkOrder(_ lanes: [FactLane], _ texts: SymbolTexts) {
    for namespace in SymbolNamespace.allCases {
      var last: UInt64 = 0
      for symbol in 0..<Int(texts.count(in: namespace)) {
        let first = lanes.reduce(UInt64.max) { min($0, $1.firstUse(symbol + 1, namespace)) }
        if first == .max {
          add(0, "the \(namespace) symbol \(symbol + 1) is of no event")
        } else if first < last {
          add(first, "the \(namespace) symbol \(symbol + 1) is used before \(symbol)")
        }
        last = max(last, first == .max ? 0 : first)
      }
    }
  }

  private mutating func add(_ position: UInt64, _ description: String) {
    findingCount += 1
    if findings.count < Self.mostFindings { findings.append(Finding(position: position, description: description)) }
  }
}
