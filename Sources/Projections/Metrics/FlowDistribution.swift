import Tables
import ValueStream

/// What was delivered, by kind of item, as shares.
public struct FlowDistribution: Projection {
  /// See ``Projection``.
  public let name = "distribution"
  /// See ``Projection``.
  public let title = "Flow distribution"
  /// See ``Projection``.
  public let definition = """
    Flow distribution is the number of delivered items by kind, and each row's share of all items delivered in the same period that the \
    filter lets pass. An item counts in the period of its (last) delivery, under the kind that it had then; cancelled items do not count. \
    Split by something else, the rows are by that instead of by kind; name kind too to have both. A period without deliveries has no \
    rows: nothing has no distribution.
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
    ChartDescription(
      name: "distribution", title: "Delivered items by kind", form: .bars, x: "period", y: ["share"], series: "kind")
  ]

  /// The projection.
  public init() {}

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    var split = query
    if split.groupings.isEmpty { split.groupings = [.attribute(.kind)] }
    let parts = try AnswerParts(split, view)
    var figures = try Figures(parts, view, range: view.books.completions.timeRange(in: parts.cut)) { 0 }
    parts.completed(view).forEach(in: view.books.completions) { row in
      guard !row.stamp.flags.contains(.cancelled), figures.passes(row) else { return }
      figures.add(row, at: row.effectiveMicros, stage: row.stage) { $0 += 1 }
    }
    let rows = try figures.rows(view)
    var totals: [Int32: Int] = [:]
    for row in rows { totals[row.period, default: 0] += row.sum }
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: parts.notes,
      table: Table(
        title: title,
        columns: figures.leadingColumns + [
          Column(name: "delivered", type: .integer, unit: "items", description: "Items delivered."),
          Column(name: "share", type: .share, unit: "1", description: "delivered ÷ all delivered in the period."),
        ] + figures.trailingColumns,
        rows: rows.map { row in
          let total = totals[row.period] ?? 0
          return figures.cells(
            row, [.integer(Int64(row.sum)), total == 0 ? .null : .share(Double(row.sum) / Double(total))])
        }), explanation: figures.explanation(rows, view))
  }
}
