import Tables
import ValueStream

/// Where work piles up.
public struct Bottlenecks: Projection {
  /// See ``Projection``.
  public let name = "bottlenecks"
  /// See ``Projection``.
  public let title = "Bottlenecks"
  /// See ``Projection``.
  public let definition = """
    Stages ranked by the growth of their queue over the period (arrivals − departures), then by the average number of items in them, \
    weighted by time. Beside it: the queue at the end; takt, the time available in the period ÷ the items that came into the stream in it \
    (its demand); and interval, the time available ÷ the departures of the stage. A stage whose interval is longer than the takt cannot \
    keep up with demand. Arrivals and departures are visits that begin and end; items are judged by their attributes at each moment. \
    Time available is elapsed time, or the stream's working time on request; averages are over elapsed time. Unless a period or a \
    beginning is asked for, the last 28 days are ranked. Only the part of a period that has passed counts.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "kind", "team", "service", "class", "label:KEY", "stage"]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = true
  /// See ``Projection``.
  public let options = [
    ProjectionOption("days", value: "number", standard: "28", "How many days to rank, without --from or --period.")
  ]
  /// See ``Projection``.
  public let charts = [
    ChartDescription(name: "bottlenecks", title: "Growth of each queue", form: .bars, x: "stage", y: ["growth"]),
    ChartDescription(
      name: "queues", title: "Average queue of each stage", form: .bars, x: "stage", y: ["averageQueue"]),
  ]

  /// The projection.
  public init() {}

  private struct Load {
    var crossings = StageCrossings()
    var micros: Int128 = 0
    var atEnd = 0

    static func += (left: inout Load, right: Load) {
      left.crossings += right.crossings
      left.micros += right.micros
      left.atEnd += right.atEnd
    }
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let days = Int64(clamping: min(try query.count("days", standard: 28), 36_500))
    var own = query
    if query.period == nil, query.fromMicros == nil {
      let end = min(query.toMicros ?? .max, try view.cut(for: query).atMicros)
      own.fromMicros = max(end, Int64.min + days * Timestamp.microsPerDay) - days * Timestamp.microsPerDay
    }
    let extra = query.groupings.filter { $0 != .stream && $0 != .stage }
    own.groupings = [.stream, .stage] + extra
    let parts = try AnswerParts(own, view)
    let range = view.books.visits.timeRange(in: parts.cut)
    var figures = try Figures(parts, view, range: range.map { $0.lowerBound...max($0.upperBound, parts.cut.atMicros) })
    {
      Load()
    }
    let slices = try PeriodSlices(parts, first: range?.lowerBound)
    let lanes = ItemVisits(view, parts.cut).fold(isSerial: figures.isSerial) {
      figures
    } _: { figures, _, spans in
      for span in spans {
        let row = span.posting
        guard figures.passes(row), figures.passes(stage: span.stage) else { continue }
        slices.forEach(from: span.fromMicros, to: span.toMicros) { slice in
          figures.add(row, at: slice.startMicros, stage: span.stage, amount: Double(slice.micros) / 1e6) {
            $0.micros += Int128(slice.micros)
            if slice.reachesEnd { $0.atEnd += 1 }
          }
        }
        figures.addCrossings(of: span) { $0.crossings += $1 }
      }
    }
    for lane in lanes { figures.absorb(lane) { $0 += $1 } }
    let demand = try Self.demand(own, extra, view)
    let order = StageOrder(parts, view)
    let rows = try figures.rows(view).sorted { order.precedes($0, $1) }
    var ranked: [(row: Figures<Load>.Row, average: Double?)] = rows.map { row in
      let time = slices.range(of: row).map { Double($0.upperBound - $0.lowerBound) }
      return (row, time.map { Double(row.sum.micros) / $0 })
    }
    // Rows are in their usual order already: of equals the earlier stage comes first.
    ranked = ranked.enumerated().sorted { left, right in
      let (one, other) = (left.element, right.element)
      if one.row.period != other.row.period { return one.row.period < other.row.period }
      let growth = one.row.sum.crossings.net
      let otherGrowth = other.row.sum.crossings.net
      if growth != otherGrowth { return growth > otherGrowth }
      let (average, otherAverage) = (one.average ?? -1, other.average ?? -1)
      return average != otherAverage ? average > otherAverage : left.offset < right.offset
    }.map(\.element)
    var streams: [String: UInt16] = [:]
    for stream in 0...UInt16(truncatingIfNeeded: view.log.symbolCount(in: .stream)) {
      streams[view.streamName(stream) ?? ""] = stream
    }
    var rank = 0
    var period: Int32 = .min
    let cells: [[Value]] = ranked.map { row, average in
      rank = row.period == period ? rank + 1 : 1
      period = row.period
      let key = [row.label ?? "", row.names[0] ?? ""] + row.names.dropFirst(2).map { $0 ?? "" }
      let available = slices.range(of: row).map {
        parts.clock.span(streams[row.names[0] ?? ""] ?? 0, from: $0.lowerBound, to: $0.upperBound)
      }
      func each(_ count: Int) -> Value {
        guard let available, count > 0 else { return .null }
        return .duration(Double(available) / Double(count) / 1e6)
      }
      return figures.cells(
        row,
        [
          .integer(Int64(rank)), .text(order.kind(row.names[0], row.names[1])),
          .integer(Int64(row.sum.crossings.arrivals)),
          .integer(Int64(row.sum.crossings.departures)), .integer(Int64(row.sum.crossings.net)),
          average.map(Value.number) ?? .null, .integer(Int64(row.sum.atEnd)), each(demand[key] ?? 0),
          each(row.sum.crossings.departures),
        ])
    }
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: parts.notes,
      table: Table(
        title: title, columns: figures.leadingColumns + Self.columns + figures.trailingColumns, rows: cells),
      explanation: figures.explanation(ranked.map(\.row), view))
  }

  private static let columns = [
    Column(name: "rank", type: .integer, unit: "place", description: "1 is the tightest."),
    Column(name: "role", type: .text, description: "queue or work, as the definition says."),
    Column(name: "arrivals", type: .integer, unit: "visits", description: "Visits that began."),
    Column(name: "departures", type: .integer, unit: "visits", description: "Visits that ended."),
    Column(name: "growth", type: .integer, unit: "visits", description: "arrivals − departures."),
    Column(
      name: "averageQueue", type: .number, unit: "items", description: "Items in the stage, on average over the time."),
    Column(name: "queue", type: .integer, unit: "items", description: "Items in the stage at the end."),
    Column(name: "takt", type: .duration, unit: "s", description: "Time available ÷ items that came into the stream."),
    Column(name: "interval", type: .duration, unit: "s", description: "Time available ÷ departures of the stage."),
  ]

  /// Items that came into each stream, by period, stream and further groups.
  private static func demand(
    _ query: Query, _ extra: [Grouping], _ view: borrowing LedgerView
  ) throws -> [[String]: Int] {
    var whole = query
    whole.groupings = [.stream] + extra
    whole.explains = false
    let parts = try AnswerParts(whole, view)
    var figures = try Figures(parts, view, range: view.books.arrivals.timeRange(in: parts.cut)) { 0 }
    StandingEntries(view.books.arrivals, parts.cut).forEach(in: view.books.arrivals) { row in
      if figures.passes(row) { figures.add(row, at: row.effectiveMicros) { $0 += 1 } }
    }
    var counts: [[String]: Int] = [:]
    for row in try figures.rows(view) { counts[[row.label ?? ""] + row.names.map { $0 ?? "" }] = row.sum }
    return counts
  }
}
