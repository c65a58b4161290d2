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
  public let takesWorkingTime = false
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
  private enum Step: CaseIterable {
    case inOrder, skip, repeated, back, unknown
  }

  /// How often each step was made; no array, since every item has one, and no vector, of which one element is changed slowly.
  private struct Steps {
    private var inOrder = 0
    private var skip = 0
    private var repeated = 0
    private var back = 0
    private var unknown = 0

    /// How many there were.
    @inline(__always) var count: Int { inOrder + deviations }
    /// How many there were that are not in order.
    @inline(__always) var deviations: Int { skip + repeated + back + unknown }

    /// How often a step was made.
    subscript(step: Step) -> Int {
      switch step {
      case .inOrder: inOrder
      case .skip: skip
      case .repeated: repeated
      case .back: back
      case .unknown: unknown
      }
    }

    @inline(__always)
    mutating func add(_ step: Step) {
      switch step {
      case .inOrder: inOrder += 1
      case .skip: skip += 1
      case .repeated: repeated += 1
      case .back: back += 1
      case .unknown: unknown += 1
      }
    }

    static func += (left: inout Steps, right: Steps) {
      left.inOrder += right.inOrder
      left.skip += right.skip
      left.repeated += right.repeated
      left.back += right.back
      left.unknown += right.unknown
    }
  }

  /// The places in a definition that an item was at; a definition has at most 256 stages.
  private struct VisitedPlaces {
    private var first: UInt64 = 0
    private var others = SIMD4<UInt64>()

    /// Adds a place; whether it was there before.
    @inline(__always)
    mutating func insert(_ place: Int) -> Bool {
      let bit: UInt64 = 1 << UInt64(place & 63)
      guard place < 64 else {
        defer { others[place >> 6 & 3] |= bit }
        return others[place >> 6 & 3] & bit != 0
      }
      defer { first |= bit }
      return first & bit != 0
    }
  }

  /// What one core finds.
  private struct Lane {
    var figures: Figures<Sums>
    var undefined = 0
    var lastUndefined = UInt32.max
    var deviations: [(item: UInt32, stream: UInt16, steps: Steps)] = []

    /// Counts a step that an item made at an instant.
    @inline(__always)
    mutating func note(
      _ step: Step, _ visit: WholeVisit, at instant: Int64, _ parts: borrowing AnswerParts, _ own: inout Steps
    ) {
      let row = visit.posting
      guard figures.passes(row), figures.passes(stage: visit.stage) else { return }
      if parts.isInRange(instant) { own.add(step) }
      figures.add(row, at: instant, stage: visit.stage, amount: step == .inOrder ? 0 : 1) { $0.add(step, visit.item) }
    }
  }

  private struct Sums {
    var steps = Steps()
    var items = 0
    var deviating = 0
    var lastItem: UInt32 = 0
    var lastDeviates = false

    @inline(__always)
    mutating func add(_ step: Step, _ item: UInt32) {
      steps.add(step)
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
      steps += other.steps
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
    let ends = SubjectRows(view, view.books.completions) { add in
      StandingEntries(view.books.completions, parts.cut).forEach(in: view.books.completions) { row in
        if !row.stamp.flags.contains(.cancelled) { add(row) }
      }
    }
    let lanes = visits.fold(isSerial: figures.isSerial) {
      Lane(figures: figures)
    } _: { lane, item, spans in
      var visited = VisitedPlaces()
      var furthest = -1
      var own = Steps()
      var last: WholeVisit?
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
          lane.note(.unknown, visit, at: visit.fromMicros, parts, &own)
          return
        }
        let step: Step =
          visited.insert(place)
          ? .repeated : place < furthest ? .back : place == furthest + 1 ? .inOrder : .skip
        furthest = max(furthest, place)
        lane.note(step, visit, at: visit.fromMicros, parts, &own)
      }
      if let last, let end = ends[item], furthest + 1 < places.stageCount(of: last.stream) {
        lane.note(.skip, last, at: end.effectiveMicros, parts, &own)
      }
      if own.deviations > 0, let last { lane.deviations.append((item, last.stream, own)) }
    }
    var undefined = 0
    var deviations: [(item: UInt32, stream: UInt16, steps: Steps)] = []
    deviations.reserveCapacity(lanes.reduce(0) { $0 + $1.deviations.count })
    for lane in lanes {
      undefined += lane.undefined
      deviations += lane.deviations
      figures.absorb(lane.figures) { $0.add($1) }
    }
    var notes = parts.notes
    if undefined > 0 { notes.append("\(undefined) items of streams without a definition are left out.") }
    let rows = try figures.rows(view)
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
              .integer(Int64(sums.steps.count)),
            ] + Step.allCases.map { .integer(Int64(sums.steps[$0])) })
        }), more: [Self.items(deviations, top, view)], explanation: figures.explanation(rows, view))
  }

  private static func range(_ parts: AnswerParts, _ view: borrowing LedgerView) -> ClosedRange<Int64>? {
    guard let visits = view.books.visits.timeRange(in: parts.cut) else { return nil }
    guard let ends = view.books.completions.timeRange(in: parts.cut) else { return visits }
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
    // Names only for those that may be listed: the ones that deviate most, and all that deviate as often as the last of them.
    var frequencies: [Int: Int] = [:]
    for one in deviations { frequencies[one.steps.deviations, default: 0] += 1 }
    var (least, listed) = (Int.max, 0)
    for frequency in frequencies.keys.sorted(by: >) where listed < top {
      least = frequency
      listed += frequencies[frequency] ?? 0
    }
    for one in deviations where one.steps.deviations >= least {
      named.append((one.steps.deviations, view.subjectName(one.item), view.streamName(one.stream), one.steps))
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
          + Step.allCases.map { .integer(Int64(one.steps[$0])) }
      })
  }
}
