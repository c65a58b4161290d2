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

    init(explains: Bool) { evidence = explains ? EvidenceCollector() : nil }

    @inline(__always)
    mutating func meet(_ check: Check, _ isFound: Bool, _ entry: @autoclosure () -> EvidenceCollector.Entry) {
      populations[check.rawValue] += 1
      if isFound { note(check.rawValue, entry()) }
    }

    @inline(never)
    private mutating func note(_ place: Int, _ entry: EvidenceCollector.Entry) {
      counts[place] += 1
      evidence?.add(entry, to: place)
      let known = positions[place]
      guard known.count < Self.listed || entry.position < known[known.count - 1], !known.contains(entry.position) else {
        return
      }
      positions[place].insert(entry.position, at: known.firstIndex { $0 > entry.position } ?? known.count)
      if positions[place].count > Self.listed { positions[place].removeLast() }
    }
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
    /// `Int64.max` when none is known.
    var createdMicros: [Int64]
    var lastMicros: [Int64]

    init(
      _ parts: AnswerParts, _ classifier: RowClassifier, _ findings: inout Findings, _ view: borrowing LedgerView
    ) throws {
      let count = Int(view.log.symbolCount(in: .subject)) + 1
      createdMicros = [Int64](repeating: .max, count: count)
      lastMicros = [Int64](repeating: .min, count: count)
      let voided = try VoidedPositions(view, asOf: parts.cut.position)
      let facts = try view.log.facts()
      for number in 0..<facts.blockCount {
        let block = facts.block(number)
        for (index, fact) in block.rows.enumerated() {
          let position = UInt64(block.firstRow + index + 1)
          guard position <= parts.cut.position else { break }
          guard fact.occurredMicros <= parts.cut.atMicros, Int(fact.subject) < count, !voided.contains(position) else {
            continue
          }
          if fact.kind == EventKind.itemCreated.rawValue {
            createdMicros[Int(fact.subject)] = min(createdMicros[Int(fact.subject)], fact.occurredMicros)
          }
          lastMicros[Int(fact.subject)] = max(lastMicros[Int(fact.subject)], fact.occurredMicros)
          guard classifier.passes(stream: fact.stream) else { continue }
          let entry = EvidenceCollector.Entry(
            subject: fact.subject, position: position, effectiveMicros: fact.occurredMicros)
          findings.meet(.occurredAfterRecorded, fact.flags.contains(.occurredAfterRecorded), entry)
          findings.meet(.timeAssumed, fact.flags.contains(.timeAssumed), entry)
        }
      }
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
    var isClosed = [Bool](repeating: false, count: lives.createdMicros.count)
    StandingEntries(view.completions, cut).forEach(in: view.completions) { row in
      guard Int(row.item) < isClosed.count else { return }
      isClosed[Int(row.item)] = true
      let created = lives.createdMicros[Int(row.item)]
      guard passes(row), !row.stamp.flags.contains(.cancelled), created != .max else { return }
      findings.meet(.createdAfterDelivery, created > row.effectiveMicros, entry(row))
    }
    StandingEntries(view.arrivals, cut).forEach(in: view.arrivals) { row in
      guard passes(row), Int(row.item) < isClosed.count else { return }
      findings.meet(.withoutCreated, lives.createdMicros[Int(row.item)] == .max, entry(row))
      findings.meet(.withoutStream, row.stamp.stream == 0, entry(row))
      guard !isClosed[Int(row.item)] else { return }
      findings.meet(.idle, lives.lastMicros[Int(row.item)] <= cut.atMicros - idle, entry(row))
    }
    VisitSpans(view.visits, cut).forEach(in: view.visits) { span in
      let row = span.posting
      guard !span.isContinuation, passes(row),
        parts.rules.definition(of: span.stream, at: span.fromMicros, position: span.position) != nil
      else { return }
      let role = parts.rules.role(of: span.stage, in: span.stream, at: span.fromMicros, position: span.position)
      findings.meet(.unknownStage, !role.contains(.defined), entry(row))
    }
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
