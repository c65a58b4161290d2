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
    events(parts, classifier, &findings, view)
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

  /// What is wrong with the clocks of one part of the facts: where all are wrong, few of the findings are listed, and the others counted here.
  private struct ClockFindings {
    let check: DataCheck
    private var limit = UInt64.max
    private var behindLimit = 0

    init(check: DataCheck) { self.check = check }

    @inline(__always)
    mutating func note(_ entry: EvidenceCollector.Entry, _ findings: inout DataFindings) {
      if entry.position < limit {
        findings.note(check, entry)
        limit = findings.limit(of: check)
      } else {
        behindLimit += 1
      }
    }

    func finish(looked count: Int, _ findings: inout DataFindings) {
      findings.count(check, behindLimit)
      findings.look(check, at: count)
    }
  }

  /// What one pass over the facts says of items.
  private struct Lives {
    /// When each item was created: as the instants are ordered, but with all bits turned, so that memory that was never touched knows nothing.
    private let created: Scratch<UInt64>
    /// The open items that were heard of after an instant.
    private var heard: [SubjectSet]

    /// When an item was created; `Int64.max` when that is not known.
    func createdMicros(_ item: UInt32) -> Int64 {
      Int(item) < created.elements.count ? Int64(bitPattern: ~created.elements[Int(item)] ^ 1 << 63) : .max
    }

    /// Whether an open item was heard of.
    func wasHeardOf(_ item: UInt32) -> Bool { heard.contains { $0.contains(item) } }

    /// Looks at every fact once, on all cores, and at what it says of the clocks.
    ///
    /// - Parameters:
    ///   - open: the items of which it matters whether they were heard of.
    ///   - silentMicros: the instant behind which that counts.
    init(
      _ parts: AnswerParts, _ classifier: RowClassifier, open: SubjectSet, after silentMicros: Int64,
      _ findings: inout DataFindings, _ view: borrowing LedgerView
    ) throws {
      let cut = parts.cut
      let voided = try VoidedPositions(view, asOf: cut.position)
      let streamPasses = (0..<Int(view.log.symbolCount(in: .stream)) + 1).map { classifier.passes(stream: UInt16($0)) }
      let facts = try view.log.facts()
      // The last rows are memory of the reader.
      defer { withExtendedLifetime(facts) {} }
      let blocks = facts.blocks(through: Int(cut.position))
      let none = (
        findings: findings.empty, created: [(item: UInt32, micros: Int64)](), heard: SubjectSet(view)
      )
      let laneCount = findings.isSerial ? 1 : Cores.lanes(for: Int(cut.position))
      let lanes = Cores.fold(blocks.count, laneCount: laneCount) {
        none
      } _: { lane, range in
        let (atMicros, voided) = (cut.atMicros, voided)
        var passed = 0
        var (skewed, assumed) = (ClockFindings(check: .occurredAfterRecorded), ClockFindings(check: .timeAssumed))
        for block in blocks[range] {
          for index in block.rows.indices {
            let fact = block.rows[index]
            let position = UInt64(block.firstRow + index + 1)
            guard fact.occurredMicros <= atMicros, !voided.contains(position) else { continue }
            if fact.kind == EventKind.itemCreated.rawValue { lane.created.append((fact.subject, fact.occurredMicros)) }
            if fact.occurredMicros > silentMicros, open.contains(fact.subject) { lane.heard.insert(fact.subject) }
            guard Int(fact.stream) < streamPasses.count, streamPasses[Int(fact.stream)] else { continue }
            passed += 1
            guard !fact.flags.isDisjoint(with: [.occurredAfterRecorded, .timeAssumed]) else { continue }
            let entry = EvidenceCollector.Entry(
              subject: fact.subject, position: position, effectiveMicros: fact.occurredMicros)
            if fact.flags.contains(.occurredAfterRecorded) { skewed.note(entry, &lane.findings) }
            if fact.flags.contains(.timeAssumed) { assumed.note(entry, &lane.findings) }
          }
        }
        skewed.finish(looked: passed, &lane.findings)
        assumed.finish(looked: passed, &lane.findings)
      }
      created = Scratch(count: Int(view.log.symbolCount(in: .subject)) + 1)
      heard = lanes.map(\.heard)
      for lane in lanes {
        findings.absorb(lane.findings)
        for (item, micros) in lane.created where Int(item) < created.elements.count {
          let key = ~(UInt64(bitPattern: micros) ^ 1 << 63)
          created.elements[Int(item)] = max(created.elements[Int(item)], key)
        }
      }
    }
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
    let completed = StandingEntries(view.completions, cut)
    let arrived = StandingEntries(view.arrivals, cut)
    var closed = SubjectSet(view)
    completed.forEach(in: view.completions) { closed.insert($0.item) }
    var open = SubjectSet(view)
    arrived.forEach(in: view.arrivals) { if !closed.contains($0.item) { open.insert($0.item) } }
    let lives = try Lives(parts, classifier, open: open, after: cut.atMicros &- idle, &findings, view)
    let (completions, arrivals) = (view.completions, view.arrivals)
    let none = findings.empty
    let books = Cores.fold(2, laneCount: findings.isSerial ? 1 : min(2, Cores.lanes(for: arrivals.count))) {
      none
    } _: { findings, books in
      if books.contains(0) {
        completed.forEach(in: completions) { row in
          let created = lives.createdMicros(row.item)
          guard passes(row), !row.stamp.flags.contains(.cancelled), created != .max else { return }
          findings.meet(.createdAfterDelivery, created > row.effectiveMicros, entry(row))
        }
      }
      if books.contains(1) {
        arrived.forEach(in: arrivals) { row in
          guard passes(row) else { return }
          findings.meet(.withoutCreated, lives.createdMicros(row.item) == .max, entry(row))
          findings.meet(.withoutStream, row.stamp.stream == 0, entry(row))
          guard open.contains(row.item) else { return }
          findings.meet(.idle, !lives.wasHeardOf(row.item), entry(row))
        }
      }
    }
    for book in books { findings.absorb(book) }
    let rules = parts.rules
    let lanes = ItemVisits(view, cut).fold(isSerial: findings.isSerial) {
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
    StandingEntries(view.blocks, cut).forEach(in: view.blocks) { row in
      if passes(row) { findings.meet(.blockedLong, row.sinceMicros <= cut.atMicros - blocked, entry(row)) }
    }
    StandingEntries(view.defects, cut).forEach(in: view.defects) { row in
      if passes(row) { findings.meet(.defectWithoutItem, row.item == 0, entry(row)) }
    }
  }

  private func events(
    _ parts: AnswerParts, _ classifier: RowClassifier, _ findings: inout DataFindings, _ view: borrowing LedgerView
  ) {
    let withChanges = PositionSet(upTo: parts.cut.position)
    let lists = view.deployedChanges
    for block in lists.blocks(through: lists.firstRow(positionAfter: parts.cut.position)) {
      for row in block.rows { withChanges.insert(row.position) }
    }
    let suspects = Suspects(parts, classifier, withChanges, view)
    findings.look(.checkWithoutItem, at: suspects.checkCount)
    findings.look(.deploymentWithoutChanges, at: suspects.deploymentCount)
    for row in suspects.rows {
      findings.note(
        row.kind == EventKind.checkCompleted.rawValue ? .checkWithoutItem : .deploymentWithoutChanges,
        EvidenceCollector.Entry(
          subject: row.subject, position: row.stamp.position, effectiveMicros: row.effectiveMicros))
    }
  }
}
