import Tables
import ValueStream

/// Work that came back.
public struct Rework: Projection {
  /// See ``Projection``.
  public let name = "rework"
  /// See ``Projection``.
  public let title = "Rework"
  /// See ``Projection``.
  public let definition = """
    A visit is rework when it enters a stage at or before one that the item has already left, in the order of its stream's definition in \
    force at the instant of the question (the stream that delivered it). The rate is delivered items with any rework or reopening ÷ \
    delivered items, counted in the period of the last delivery. Visits of stages that the definition does not name, and items of a \
    stream without a definition, have no order: they are never rework by a move, only by a reopening. Calendar effort of rework is the \
    time of its visits. No deliveries, no rate.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "kind", "team", "service", "class", "label:KEY", "stage", "item"]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let charts = [
    ChartDescription(name: "rework", title: "Items with rework", form: .lines, x: "period", y: ["rate"])
  ]

  /// The projection.
  public init() {}

  private struct Sums {
    var delivered = 0
    var withRework = 0
    var visits = 0
    var reopenings = 0
    var micros: Int128 = 0

    mutating func add(_ other: Sums) {
      delivered += other.delivered
      withRework += other.withRework
      visits += other.visits
      reopenings += other.reopenings
      micros += other.micros
    }
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let parts = try AnswerParts(query, view)
    var figures = try Figures(parts, view, range: view.books.completions.timeRange(in: parts.cut)) { Sums() }
    let delivered = DeliveredItems(parts, view) { figures.passes($0) }
    let places = StageTable.defined(parts, view)
    let lanes = delivered.fold(isSerial: figures.isSerial) {
      figures
    } _: { figures, row, reopenings, spans in
      var sums = Sums()
      var furthest = -1
      forEachVisit(spans, parts) { visit in
        guard let place = places[visit.stage, row.stamp.stream] else { return }
        if place <= furthest {
          sums.visits += 1
          sums.micros += Int128(visit.lastedMicros)
        }
        furthest = max(furthest, place)
      }
      let isRework = sums.visits > 0 || reopenings > 0
      figures.add(row, at: row.effectiveMicros, stage: row.stage, amount: Double(sums.visits)) {
        $0.delivered += 1
        $0.withRework += isRework ? 1 : 0
        $0.visits += sums.visits
        $0.reopenings += reopenings
        $0.micros += sums.micros
      }
    }
    for lane in lanes { figures.absorb(lane) { $0.add($1) } }
    let rows = try figures.rows(view)
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: parts.notes,
      table: Table(
        title: title,
        columns: figures.leadingColumns + [
          Column(name: "delivered", type: .integer, unit: "items", description: "Items delivered."),
          Column(name: "withRework", type: .integer, unit: "items", description: "Those with rework or a reopening."),
          Column(name: "rate", type: .share, unit: "1", description: "withRework ÷ delivered."),
          Column(name: "visits", type: .integer, unit: "visits", description: "Visits that were rework."),
          Column(name: "reopenings", type: .integer, unit: "times", description: "Times the items were opened again."),
          Column(name: "time", type: .duration, unit: "s", description: "Time of the visits that were rework."),
        ] + figures.trailingColumns,
        rows: rows.map { row in
          let sums = row.sum
          return figures.cells(
            row,
            [
              .integer(Int64(sums.delivered)), .integer(Int64(sums.withRework)),
              sums.delivered == 0 ? .null : .share(Double(sums.withRework) / Double(sums.delivered)),
              .integer(Int64(sums.visits)), .integer(Int64(sums.reopenings)),
              sums.visits == 0 ? .null : .duration(Double(sums.micros) / 1e6),
            ])
        }), explanation: figures.explanation(rows, view))
  }
}
