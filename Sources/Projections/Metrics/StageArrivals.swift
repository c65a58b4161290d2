import Tables
import ValueStream

/// How many items come to each stage and how many leave it.
public struct StageArrivals: Projection {
  /// See ``Projection``.
  public let name = "arrivals"
  /// See ``Projection``.
  public let title = "Arrivals and departures"
  /// See ``Projection``.
  public let definition = """
    For each stage, the visits that began (arrivals) and the visits that ended (departures), each counted in the period in which that \
    happened; net is arrivals − departures, by which the stage's queue grew. A departure is any end of a visit: a move on, a move back, \
    a leaving, a delivery, a cancellation. An arrival is judged by the stream and attributes that the item had when the visit began, a \
    departure by those when it ended; a change of attributes is neither. By period, the counts are the rates; a done stage delivers and is never visited, see throughput.
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
  public let charts = [
    ChartDescription(
      name: "arrivals", title: "Growth of each stage", form: .lines, x: "period", y: ["net"], series: "stage")
  ]

  /// The projection.
  public init() {}

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    var split = query
    split.groupings = [.stream, .stage] + query.groupings.filter { $0 != .stream && $0 != .stage }
    let parts = try AnswerParts(split, view)
    let order = StageOrder(parts, view)
    var figures = try Figures(parts, view, range: view.books.visits.timeRange(in: parts.cut)) { StageCrossings() }
    let lanes = ItemVisits(view, parts.cut).fold(isSerial: figures.isSerial) {
      figures
    } _: { figures, _, spans in
      for span in spans {
        guard figures.passes(span.posting), figures.passes(stage: span.stage) else { continue }
        figures.addCrossings(of: span) { $0 += $1 }
      }
    }
    for lane in lanes { figures.absorb(lane) { $0 += $1 } }
    let rows = try figures.rows(view).sorted { order.precedes($0, $1) }
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: parts.notes,
      table: Table(
        title: title,
        columns: figures.leadingColumns + [
          Column(name: "arrivals", type: .integer, unit: "visits", description: "Visits that began."),
          Column(name: "departures", type: .integer, unit: "visits", description: "Visits that ended."),
          Column(name: "net", type: .integer, unit: "visits", description: "arrivals − departures."),
        ] + figures.trailingColumns,
        rows: rows.map {
          figures.cells(
            $0,
            [
              .integer(Int64($0.sum.arrivals)), .integer(Int64($0.sum.departures)),
              .integer(Int64($0.sum.net)),
            ])
        }), explanation: figures.explanation(rows, view))
  }
}
