import Tables
import ValueStream

/// How often delivered items changed hands.
public struct Handoffs: Projection {
  /// See ``Projection``.
  public let name = "handoffs"
  /// See ``Projection``.
  public let title = "Handoffs"
  /// See ``Projection``.
  public let definition = """
    A handoff is a change of actor from one visit of a stage to the next, for each delivered item, counted in the period of its \
    delivery. A visit that does not say who entered is passed over: its neighbours are compared with each other. Items none of whose \
    visits says who entered are left out and counted in a note, since nothing is known about their handoffs. Percentiles are nearest \
    rank.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "kind", "team", "service", "class", "label:KEY", "stage", "item"]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let takesWorkingTime = false
  /// See ``Projection``.
  public let charts = [
    ChartDescription(name: "handoffs", title: "Handoffs an item", form: .lines, x: "period", y: ["mean", "p85"])
  ]

  /// The projection.
  public init() {}

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let parts = try AnswerParts(query, view)
    var figures = try Figures(parts, view, range: view.books.completions.timeRange(in: parts.cut)) { [Int64]() }
    var silent = 0
    let lanes = DeliveredItems(parts, view) { figures.passes($0) }.fold(isSerial: figures.isSerial) {
      (figures: figures, silent: 0)
    } _: { lane, row, _, spans in
      var last: UInt32 = 0
      var count: Int64 = 0
      forEachVisit(spans, parts) { visit in
        guard visit.actor != 0 else { return }
        if last != 0, last != visit.actor { count += 1 }
        last = visit.actor
      }
      guard last != 0 else {
        lane.silent += 1
        lane.figures.exclude(row, because: "no visit says who entered")
        return
      }
      lane.figures.add(row, at: row.effectiveMicros, stage: row.stage, amount: Double(count)) { $0.append(count) }
    }
    for lane in lanes {
      silent += lane.silent
      figures.absorb(lane.figures) { $0 += $1 }
    }
    var notes = parts.notes
    if silent > 0 { notes.append("\(silent) delivered items without any actor are left out.") }
    let rows = try figures.rows(view)
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: notes,
      table: Table(
        title: title,
        columns: figures.leadingColumns + [
          Column(name: "n", type: .integer, unit: "items", description: "Delivered items with a known actor."),
          Column(name: "handoffs", type: .integer, unit: "handoffs", description: "Handoffs of all of them."),
          Column(name: "mean", type: .number, unit: "handoffs/item", description: "handoffs ÷ n."),
          Column(
            name: "p50", type: .integer, unit: "handoffs", description: "Half of the items had at most this many."),
          Column(
            name: "p85", type: .integer, unit: "handoffs", description: "85 % of the items had at most this many."),
          Column(name: "max", type: .integer, unit: "handoffs", description: "The most that an item had."),
        ] + figures.trailingColumns,
        rows: rows.map { row in
          var counts = row.sum
          let sum = counts.reduce(0, +)
          let summary = DurationSummary(&counts, percentiles: [50, 85])
          return figures.cells(
            row,
            [
              .integer(Int64(counts.count)), .integer(sum),
              counts.isEmpty ? .null : .number(Double(sum) / Double(counts.count)),
              summary.map { .integer($0.percentilesMicros[0]) } ?? .null,
              summary.map { .integer($0.percentilesMicros[1]) } ?? .null,
              summary.map { .integer($0.maximumMicros) } ?? .null,
            ])
        }), explanation: figures.explanation(rows, view))
  }
}
