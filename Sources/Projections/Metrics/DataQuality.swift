import EventLog
import Tables
import ValueStream

/// What makes the numbers doubtful.
public struct DataQuality: Projection {
  /// See ``Projection``.
  public let name = "data-quality"
  /// See ``Projection``.
  public let title = "Checks on the data"
  /// See ``Projection``.
  public let definition = """
    What in the data makes numbers doubtful, each with how many there are, of how many, and the first positions of the events concerned \
    (`vsl explain data-quality` lists them all): items without a created event (no lead time); delivered items created after their \
    delivery (their lead time would be negative: they have none); items in no value stream; visits of stages that their stream's definition does not name; open items \
    without an event for long (--set idle=DAYS); items blocked for long (--set blocked=DAYS); events that happened after they were \
    recorded (clock skew); events without a time of their own; checks without an item; defects without an item; deployments that list no \
    changes. Voided events do not count. With --stream, events count by the stream that they name, items by the one that they are in.
    """
  /// See ``Projection``.
  public let groupings: [String] = []
  /// See ``Projection``.
  public let takesPeriods = false
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let options = [
    ProjectionOption(
      "idle", value: "days", standard: "30", "After how many days without an event an open item is idle."),
    ProjectionOption("blocked", value: "days", standard: "30", "After how many days a block is too long."),
  ]

  /// The projection.
  public init() {}

  private enum Check: Int, CaseIterable {
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
  private struct Findings {
    var counts = [Int](repeating: 0, count: Check.allCases.count)
    var populations = [Int](repeating: 0, count: Check.allCases.count)
    /// The first positions of each check, ascending.
    var positions = [[UInt64]](repeating: [], count: Check.allCases.count)
    /// All that was found, when somebody asked.
    let evidence: EvidenceCollector?

    static let listed = 8

    init(explains: Bool) { self.init(evidence: explains ? EvidenceCollector() : nil) }

    @inline(__always)
    mutating func meet(_ check: Check, _ isFound: Bool, _ entry: @autoclosure () -> EvidenceCollector.Entry) {
      populations[check.rawValue] += 1
      if isFound { note(check, entry()) }
    }

    /// Whether one core must do all of a pass: evidence is gathered in one place.
    var isSerial: Bool { evidence != nil }

    @inline(never)
    mutating func note(_ check: Check, _ entry: EvidenceCollector.Entry) {
      counts[check.rawValue] += 1
      evidence?.add(entry, to: check.rawValue)
      list(entry.position, check.rawValue)
    }

    /// Counts what was looked at and not met one by one.
    mutating func look(_ check: Check, at count: Int) { populations[check.rawValue] += count }

    private mutating func list(_ position: UInt64, _ place: Int) {
      let known = positions[place]
      guard known.count < Self.listed || position < known[known.count - 1], !known.contains(position) else { return }
      positions[place].insert(position, at: known.firstIndex { $0 > position } ?? known.count)
      if positions[place].count > Self.listed { positions[place].removeLast() }
    }

    /// Adds what another core found.
    mutating func absorb(_ other: Findings) {
      for place in counts.indices {
        counts[place] += other.counts[place]
        populations[place] += other.populations[place]
        for position in other.positions[place] { list(position, place) }
      }
    }

    /// The same questions, nothing found yet.
    var empty: Findings { Findings(evidence: evidence) }

    private init(evidence: EvidenceCollector?) { self.evidence = evidence }
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    var allowed = Filter()
    allowed.streams = query.filter.streams
    guard query.filter == allowed else { throw QueryError("data-quality can be filtered by stream only.") }
    let idle = Int64(min(try query.count("idle", standard: 30), 36_500)) * Timestamp.microsPerDay
    let blocked = Int64(min(try query.count("blocked", standard: 30), 36_500)) * Timestamp.microsPerDay
    let parts = try AnswerParts(query, view)
    let classifier = try RowClassifier(query, view)
    var findings = Findings(explains: query.explains)
    let lives = try Lives(parts, classifier, &findings, view)
    items(parts, classifier, lives, idle: idle, blocked: blocked, &findings, view)
    try events(parts, query, &findings, view)
    let places = Check.allCases.indices
    let positions = findings.positions
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: parts.notes,
      table: Table(
        title: title,
        columns: [
          Column(name: "check", type: .text, description: "What is looked for."),
          Column(name: "count", type: .integer, unit: "n", description: "How many there are."),
          Column(name: "of", type: .integer, unit: "n", description: "Of how many that were looked at."),
          Column(name: "share", type: .share, unit: "1", description: "count ÷ of."),
          Column(name: "positions", type: .text, description: "Positions of the first events concerned."),
        ],
        rows: places.map { place in
          let (count, population) = (findings.counts[place], findings.populations[place])
          let listed = positions[place].map(String.init).joined(separator: " ")
          return [
            .text(Check.allCases[place].text), .integer(Int64(count)), .integer(Int64(population)),
            population == 0 ? .null : .share(Double(count) / Double(population)),
            listed.isEmpty ? .null : .text(count > positions[place].count ? "\(listed) …" : listed),
          ]
        }),
      explanation: findings.evidence.map { view.explanation($0, keys: Check.allCases.map { [$0.text] }) })
  }

  /// What the facts say of each item: whether a creation is known, and when it was heard of last.
  private struct Lives {
    /// Ordered as the instants are, with 0 below all of them: memory that was never touched knows nothing.
    private let firstCreated: Scratch<UInt64>
    private let lastHeard: Scratch<UInt64>

    private static func key(_ micros: Int64) -> UInt64 { UInt64(bitPattern: micros) ^ 1 << 63 }

    /// When an item was created; `Int64.max` when that is not known.
    func createdMicros(_ item: UInt32) -> Int64 {
      Int(item) < firstCreated.elements.count
        ? Int64(bitPattern: ~firstCreated.elements[Int(item)] ^ 1 << 63) : .max
    }

    /// When it was heard of last; `Int64.min` when it never was.
    func lastMicros(_ item: UInt32) -> Int64 {
      Int(item) < lastHeard.elements.count ? Int64(bitPattern: lastHeard.elements[Int(item)] ^ 1 << 63) : .min
    }

    init(
      _ parts: AnswerParts, _ classifier: RowClassifier, _ findings: inout Findings, _ view: borrowing LedgerView
    ) throws {
      let count = Int(view.log.symbolCount(in: .subject)) + 1
      firstCreated = Scratch(count: count)
      lastHeard = Scratch(count: count)
      let (created, last) = (Unchecked(firstCreated.elements), Unchecked(lastHeard.elements))
      let cut = parts.cut
      let voided = try VoidedPositions(view, asOf: cut.position)
      let streamPasses = (0..<Int(view.log.symbolCount(in: .stream)) + 1).map { classifier.passes(stream: UInt16($0)) }
      let facts = try view.log.facts()
      // The last rows are memory of the reader.
      defer { withExtendedLifetime(facts) {} }
      let blocks = facts.blocks(through: Int(cut.position))
      let laneCount = findings.isSerial ? 1 : Cores.lanes(for: Int(cut.position))
      let none = findings.empty
      // Each core reads all facts, and keeps what is about its own subjects: neighbours, so that no line of the cache is another's too.
      let lanes = Cores.fold(laneCount, laneCount: laneCount) {
        none
      } _: { findings, range in
        for lane in range {
          let (created, last) = (created.value, last.value)
          var passed = 0
          for block in blocks {
            for index in block.rows.indices {
              let fact = block.rows[index]
              let subject = Int(fact.subject)
              guard subject >> 12 % laneCount == lane else { continue }
              let position = UInt64(block.firstRow + index + 1)
              guard fact.occurredMicros <= cut.atMicros, subject < count, !voided.contains(position) else { continue }
              let key = Self.key(fact.occurredMicros)
              if fact.kind == EventKind.itemCreated.rawValue { created[subject] = max(created[subject], ~key) }
              last[subject] = max(last[subject], key)
              guard Int(fact.stream) < streamPasses.count, streamPasses[Int(fact.stream)] else { continue }
              passed += 1
              guard fact.flags.contains(.occurredAfterRecorded) || fact.flags.contains(.timeAssumed) else { continue }
              let entry = EvidenceCollector.Entry(
                subject: fact.subject, position: position, effectiveMicros: fact.occurredMicros)
              if fact.flags.contains(.occurredAfterRecorded) { findings.note(.occurredAfterRecorded, entry) }
              if fact.flags.contains(.timeAssumed) { findings.note(.timeAssumed, entry) }
            }
          }
          findings.look(.occurredAfterRecorded, at: passed)
          findings.look(.timeAssumed, at: passed)
        }
      }
      for lane in lanes { findings.absorb(lane) }
    }
  }

  private func items(
    _ parts: AnswerParts, _ classifier: RowClassifier, _ lives: Lives, idle: Int64, blocked: Int64,
    _ findings: inout Findings, _ view: borrowing LedgerView
  ) {
    let cut = parts.cut
    func entry(_ row: some Posting) -> EvidenceCollector.Entry {
      EvidenceCollector.Entry(
        subject: row.subject, position: row.stamp.position, effectiveMicros: row.effectiveMicros)
    }
    func passes(_ row: some Posting) -> Bool {
      classifier.passes(stream: row.stamp.stream, attributes: row.attributes, item: row.subject)
    }
    var isClosed = [Bool](repeating: false, count: Int(view.log.symbolCount(in: .subject)) + 1)
    StandingEntries(view.completions, cut).forEach(in: view.completions) { row in
      guard Int(row.item) < isClosed.count else { return }
      isClosed[Int(row.item)] = true
      let created = lives.createdMicros(row.item)
      guard passes(row), !row.stamp.flags.contains(.cancelled), created != .max else { return }
      findings.meet(.createdAfterDelivery, created > row.effectiveMicros, entry(row))
    }
    StandingEntries(view.arrivals, cut).forEach(in: view.arrivals) { row in
      guard passes(row), Int(row.item) < isClosed.count else { return }
      findings.meet(.withoutCreated, lives.createdMicros(row.item) == .max, entry(row))
      findings.meet(.withoutStream, row.stamp.stream == 0, entry(row))
      guard !isClosed[Int(row.item)] else { return }
      findings.meet(.idle, lives.lastMicros(row.item) <= cut.atMicros - idle, entry(row))
    }
    let none = findings.empty
    let rules = parts.rules
    let lanes = ItemVisits(view, cut).fold(isSerial: findings.isSerial) {
      none
    } _: { findings, _, spans in
      for span in spans where !span.isContinuation {
        let row = span.posting
        guard passes(row), rules.isDefined(span.stream, at: span.fromMicros, position: span.position) else { continue }
        let role = rules.role(of: span.stage, in: span.stream, at: span.fromMicros, position: span.position)
        findings.meet(.unknownStage, !role.contains(.defined), entry(row))
      }
    }
    for lane in lanes { findings.absorb(lane) }
    StandingEntries(view.blocks, cut).forEach(in: view.blocks) { row in
      if passes(row) { findings.meet(.blockedLong, row.sinceMicros <= cut.atMicros - blocked, entry(row)) }
    }
    StandingEntries(view.defects, cut).forEach(in: view.defects) { row in
      if passes(row) { findings.meet(.defectWithoutItem, row.item == 0, entry(row)) }
    }
  }

  private func events(
    _ parts: AnswerParts, _ query: Query, _ findings: inout Findings, _ view: borrowing LedgerView
  ) throws {
    var withChanges = PositionSet(upTo: parts.cut.position)
    try view.log.forEachReference { _, position in withChanges.insert(position) }
    try EventRows([.checkCompleted, .deploymentCompleted], query, parts.cut, view).forEach(view) { event in
      let entry = EvidenceCollector.Entry(
        subject: event.row.subject, position: event.row.stamp.position, effectiveMicros: event.row.effectiveMicros)
      if event.kind == .checkCompleted {
        findings.meet(.checkWithoutItem, event.item == 0, entry)
      } else {
        findings.meet(.deploymentWithoutChanges, !withChanges.contains(event.row.stamp.position), entry)
      }
    }
  }
}
