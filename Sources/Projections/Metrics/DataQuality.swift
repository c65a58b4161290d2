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
  public let takesWorkingTime = false
  /// See ``Projection``.
  public let options = [
    ProjectionOption(
      "idle", value: "days", standard: "30", "After how many days without an event an open item is idle."),
    ProjectionOption("blocked", value: "days", standard: "30", "After how many days a block is too long."),
  ]

  /// The projection.
  public init() {}

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    var allowed = Filter()
    allowed.streams = query.filter.streams
    guard query.filter == allowed else { throw QueryError("data-quality can be filtered by stream only.") }
    let idle = Int64(min(try query.count("idle", standard: 30), 36_500)) * Timestamp.microsPerDay
    let blocked = Int64(min(try query.count("blocked", standard: 30), 36_500)) * Timestamp.microsPerDay
    let parts = try AnswerParts(query, view)
    let classifier = try RowClassifier(query, view)
    var findings = DataFindings(explains: query.explains)
    try items(parts, classifier, idle: idle, blocked: blocked, &findings, view)
    let places = DataCheck.allCases.indices
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
            .text(DataCheck.allCases[place].text), .integer(Int64(count)), .integer(Int64(population)),
            population == 0 ? .null : .share(Double(count) / Double(population)),
            listed.isEmpty ? .null : .text(count > positions[place].count ? "\(listed) …" : listed),
          ]
        }),
      explanation: findings.evidence.map { view.explanation($0, keys: DataCheck.allCases.map { [$0.text] }) })
  }

  private func items(
    _ parts: AnswerParts, _ classifier: RowClassifier, idle: Int64, blocked: Int64, _ findings: inout DataFindings,
    _ view: borrowing LedgerView
  ) throws {
    let cut = parts.cut
    func entry(_ row: some Posting) -> EvidenceCollector.Entry {
      EvidenceCollector.Entry(
        subject: row.subject, position: row.stamp.position, effectiveMicros: row.effectiveMicros)
    }
    func passes(_ row: some Posting) -> Bool {
      classifier.passes(stream: row.stamp.stream, attributes: row.attributes, item: row.subject)
    }
    let facts = try FactChecks(parts, classifier, after: cut.atMicros &- idle, &findings, view)
    let none = findings.empty
    let isSerial = findings.isSerial
    var closed = SubjectSet(view)
    let completions = StandingEntries(view.books.completions, cut).fold(in: view.books.completions, isSerial: isSerial)
    {
      (closed: SubjectSet(view), createdCount: 0, suspects: [CompletionPosting]())
    } _: { lane, row in
      lane.closed.insert(row.item)
      guard passes(row), !row.stamp.flags.contains(.cancelled), facts.created.contains(row.item) else { return }
      lane.createdCount += 1
      // Who was created before the delivery is known to be.
      if row.createdMicros == ItemState.unknown { lane.suspects.append(row) }
    }
    var suspects: [CompletionPosting] = []
    for lane in completions {
      closed.formUnion(lane.closed)
      findings.look(.createdAfterDelivery, at: lane.createdCount)
      suspects += lane.suspects
    }
    let createdMicros = try FactChecks.createdMicros(of: suspects.map(\.item), cut, view)
    for row in suspects where createdMicros[row.item].map({ $0 > row.effectiveMicros }) ?? false {
      findings.note(.createdAfterDelivery, entry(row))
    }
    let arrivals = StandingEntries(view.books.arrivals, cut).fold(in: view.books.arrivals, isSerial: isSerial) {
      none
    } _: { [closed] findings, row in
      guard passes(row) else { return }
      findings.meet(.withoutCreated, !facts.created.contains(row.item), entry(row))
      findings.meet(.withoutStream, row.stamp.stream == 0, entry(row))
      guard !closed.contains(row.item) else { return }
      findings.meet(.idle, !facts.heard.contains(row.item), entry(row))
    }
    for lane in arrivals { findings.absorb(lane) }
    let rules = parts.rules
    let lanes = ItemVisits(view, cut).fold(isSerial: isSerial) {
      (findings: none, looked: 0)
    } _: { lane, _, spans in
      for span in spans where !span.isContinuation {
        let row = span.posting
        guard passes(row),
          let role = rules.definedRole(
            of: span.stage, in: span.stream, at: span.fromMicros, position: span.position)
        else { continue }
        lane.looked += 1
        if !role.contains(.defined) { lane.findings.note(.unknownStage, entry(row)) }
      }
    }
    for lane in lanes {
      findings.absorb(lane.findings)
      findings.look(.unknownStage, at: lane.looked)
    }
    StandingEntries(view.books.blocks, cut).forEach(in: view.books.blocks) { row in
      if passes(row) { findings.meet(.blockedLong, row.sinceMicros <= cut.atMicros - blocked, entry(row)) }
    }
    StandingEntries(view.books.defects, cut).forEach(in: view.books.defects) { row in
      if passes(row) { findings.meet(.defectWithoutItem, row.item == 0, entry(row)) }
    }
  }
}
