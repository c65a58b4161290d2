import Tables
import ValueStream

/// Visits that do not follow the stream's order of stages.
public struct Conformance: Projection {
  /// See ``Projection``.
  public let name = "conformance"
  /// See ``Projection``.
  public let title = "Conformance"
  /// See ``Projection``.
  public let definition = """
    How items keep to the order of stages that their stream's definition gives (the one in force at the instant of the question). Each \
    visit, counted in the period in which it began, is one of: in order (the next stage, or the first one), skip (a later stage, over one \
    or more that the item has not visited; a delivery before the last stage is one too, at the instant of the delivery), repeat (a stage \
    that the item has visited before), back (a stage before one already visited, that was skipped then), unknown (a stage that the \
    definition does not name). An item conforms when all its visits of the period are in order. Items of streams without a definition \
    have nothing to conform to and are counted in a note. An item is judged by the stream and the attributes of each visit's beginning.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "kind", "team", "service", "class", "label:KEY", "stage", "item"]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = true
  /// See ``Projection``.
  public let options = [
    ProjectionOption(
      "top", value: "number", standard: "50", "How many items to list, those with most deviations first.")
  ]
  /// See ``Projection``.
  public let charts = [
    ChartDescription(
      name: "conformance", title: "Items that keep to the order", form: .lines, x: "period", y: ["conforming"])
  ]

  /// The projection.
  public init() {}

  /// What a visit does to the order.
  private enum Step: Int, CaseIterable {
    case inOrder, skip, repeated, back, unknown
  }

  /// How often each step was made; no array, since every item has one.
  private typealias Steps = SIMD8<Int>

  /// What one core finds.
  private struct Lane {
    var figures: Figures<Sums>
    var undefined = 0
    var lastUndefined = UInt32.max
    var deviations: [(item: UInt32, stream: UInt16, steps: Steps)] = []
  }

  private struct Sums {
    var steps = Steps()
    var items = 0
    var deviating = 0
    var lastItem: UInt32 = 0
    var lastDeviates = false

    mutating func add(_ step: Step, _ item: UInt32) {
      steps[step.rawValue] += 1
      if item != lastItem || items == 0 {
        items += 1
        lastItem = item
        lastDeviates = false
      }
      if step != .inOrder, !lastDeviates {
        lastDeviates = true
        deviating += 1
      }
    }

    mutating func add(_ other: Sums) {
      steps &+= other.steps
      items += other.items
      deviating += other.deviating
    }
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let top = try query.count("top", standard: 50)
    let parts = try AnswerParts(query, view)
    var figures = try Figures(parts, view, range: Self.range(parts, view)) { Sums() }
    let visits = ItemVisits(view, parts.cut)
    let places = StagePlaces(parts, view)
    let delivered = SubjectTable<CompletionPosting>(view, most: view.completions.count)
    StandingEntries(view.completions, parts.cut).forEach(in: view.completions) { row in
      if !row.stamp.flags.contains(.cancelled) { delivered.set(row.item, row) }
    }
    let ends = delivered
    let lanes = visits.fold(isSerial: figures.isSerial) {
      Lane(figures: figures)
    } _: { lane, item, spans in
      // A definition has at most 256 stages.
      var visited = SIMD4<UInt64>()
      var furthest = -1
      var own = Steps()
      var last: WholeVisit?
      func note(_ step: Step, _ visit: WholeVisit, at instant: Int64) {
        let row = visit.posting
        guard lane.figures.passes(row), lane.figures.passes(stage: visit.stage) else { return }
        if parts.isInRange(instant) { own[step.rawValue] += 1 }
        lane.figures.add(row, at: instant, stage: visit.stage, amount: step == .inOrder ? 0 : 1) { $0.add(step, item) }
      }
      forEachVisit(spans, parts) { visit in
        guard places.isDefined(visit.stream) else {
          if lane.figures.passes(visit.posting), lane.lastUndefined != item {
            lane.lastUndefined = item
            lane.undefined += 1
          }
          return
        }
        last = visit
        guard let place = places.place(of: visit.stage, in: visit.stream) else {
          note(.unknown, visit, at: visit.fromMicros)
          return
        }
        let bit: UInt64 = 1 << UInt64(place & 63)
        let step: Step =
          visited[place >> 6 & 3] & bit != 0
          ? .repeated : place < furthest ? .back : place == furthest + 1 ? .inOrder : .skip
        visited[place >> 6 & 3] |= bit
        furthest = max(furthest, place)
        note(step, visit, at: visit.fromMicros)
      }
      if let last, let end = ends[item], furthest + 1 < places.stages(of: last.stream).count {
        note(.skip, last, at: end.effectiveMicros)
      }
      if own.wrappedSum() != own[Step.inOrder.rawValue], let last { lane.deviations.append((item, last.stream, own)) }
    }
    var undefined = 0
    var deviations: [(item: UInt32, stream: UInt16, steps: Steps)] = []
    for lane in lanes {
      undefined += lane.undefined
      deviations += lane.deviations
      figures.absorb(lane.figures) { $0.add($1) }
    }
    var notes = parts.notes
    if undefined > 0 { notes.append("\(undefined) items of streams without a definition are left out.") }
    let rows = figures.rows(view)
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: notes,
      table: Table(
        title: title,
        columns: figures.leadingColumns + [
          Column(name: "items", type: .integer, unit: "items", description: "Items with a visit in the period."),
          Column(
            name: "conforming", type: .share, unit: "1", description: "Those all of whose visits are in order ÷ items."),
          Column(name: "visits", type: .integer, unit: "visits", description: "Steps that were judged."),
        ] + Self.stepColumns + figures.trailingColumns,
        rows: rows.map { row in
          let sums = row.sum
          return figures.cells(
            row,
            [
              .integer(Int64(sums.items)),
              sums.items == 0 ? .null : .share(Double(sums.items - sums.deviating) / Double(sums.items)),
              .integer(Int64(sums.steps.wrappedSum())),
            ] + Step.allCases.map { .integer(Int64(sums.steps[$0.rawValue])) })
        }), more: [Self.items(deviations, top, view)], explanation: figures.explanation(rows, view))
  }

  private static func range(_ parts: AnswerParts, _ view: borrowing LedgerView) -> ClosedRange<Int64>? {
    guard let visits = view.visits.timeRange(in: parts.cut) else { return nil }
    guard let ends = view.completions.timeRange(in: parts.cut) else { return visits }
    return min(visits.lowerBound, ends.lowerBound)...max(visits.upperBound, ends.upperBound)
  }

  private static let stepColumns = [
    Column(name: "inOrder", type: .integer, unit: "visits", description: "Visits of the next stage."),
    Column(
      name: "skips", type: .integer, unit: "visits", description: "Visits, or deliveries, that passed stages over."),
    Column(name: "repeats", type: .integer, unit: "visits", description: "Visits of a stage visited before."),
    Column(
      name: "back", type: .integer, unit: "visits", description: "Visits of an earlier stage, passed over before."),
    Column(
      name: "unknown", type: .integer, unit: "visits", description: "Visits of stages that the definition lacks."),
  ]

  private static func items(
    _ deviations: [(item: UInt32, stream: UInt16, steps: Steps)], _ top: Int, _ view: borrowing LedgerView
  ) -> Table {
    var named: [(count: Int, name: String, stream: String?, steps: Steps)] = []
    func count(_ steps: Steps) -> Int { steps.wrappedSum() - steps[Step.inOrder.rawValue] }
    // Names only for those that may be listed: the ones that deviate most, and all that deviate as often as the last of them.
    var frequencies: [Int: Int] = [:]
    for one in deviations { frequencies[count(one.steps), default: 0] += 1 }
    var (least, listed) = (Int.max, 0)
    for frequency in frequencies.keys.sorted(by: >) where listed < top {
      least = frequency
      listed += frequencies[frequency] ?? 0
    }
    for one in deviations where count(one.steps) >= least {
      let count = count(one.steps)
      named.append((count, view.subjectName(one.item), view.streamName(one.stream), one.steps))
    }
    named.sort { ($1.count, $0.name) < ($0.count, $1.name) }
    return Table(
      title: "Items with most deviations",
      columns: [
        Column(name: "item", type: .text, description: "The item."),
        Column(name: "stream", type: .text, description: "Its value stream."),
        Column(name: "deviations", type: .integer, unit: "visits", description: "Visits that are not in order."),
      ] + stepColumns,
      rows: named.prefix(top).map { one in
        [.text(one.name), one.stream.map(Value.text) ?? .null, .integer(Int64(one.count))]
          + Step.allCases.map { .integer(Int64(one.steps[$0.rawValue])) }
      })
  }
}
