import Tables
import ValueStream

/// Items delivered, by period and group.
public struct Throughput: Projection {
  /// See ``Projection``.
  public let name = "throughput"
  /// See ``Projection``.
  public let title = "Throughput"
  /// See ``Projection``.
  public let definition = """
    Throughput (flow velocity) is the number of items delivered, counted in the period of their delivery. An item that was reopened and \
    delivered again counts once, at its last delivery. Cancelled items are not delivered; they stand beside. Periods without a delivery \
    are shown with 0: that nothing was delivered is known.
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
    ChartDescription(name: "throughput", title: "Items delivered", form: .bars, x: "period", y: ["delivered"])
  ]

  /// The projection.
  public init() {}

  private struct Counts {
    var delivered = 0
    var cancelled = 0
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let parts = try AnswerParts(query, view)
    let standing = parts.completed(view)
    var figures = try Figures(parts, view, range: view.books.completions.timeRange(in: parts.cut)) { Counts() }
    standing.forEach(in: view.books.completions) { row in
      guard figures.passes(row) else { return }
      figures.add(row, at: row.effectiveMicros, stage: row.stage) {
        if row.stamp.flags.contains(.cancelled) { $0.cancelled += 1 } else { $0.delivered += 1 }
      }
    }
    let rows = try figures.rows(view)
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: parts.notes,
      table: Table(
        title: title,
        columns: figures.leadingColumns + [
          Column(name: "delivered", type: .integer, unit: "items", description: "Items delivered."),
          Column(name: "cancelled", type: .integer, unit: "items", description: "Items that left undelivered."),
        ] + figures.trailingColumns,
        rows: rows.map {
          figures.cells($0, [.integer(Int64($0.sum.delivered)), .integer(Int64($0.sum.cancelled))])
        }), explanation: figures.explanation(rows, view))
  }
}
