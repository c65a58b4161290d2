import Tables
import ValueStream

/// Work in progress by kind of item.
public struct FlowLoad: Projection {
  /// See ``Projection``.
  public let name = "flow-load"
  /// See ``Projection``.
  public let title = "Flow load"
  /// See ``Projection``.
  public let definition = """
    Flow load is the work in progress (items that came into the system and are neither delivered nor cancelled) at an instant by kind \
    of item, with each row's share of all items in progress that the filter lets pass. An item counts under the kind that it had at the \
    instant. Split by something else, the rows are by that instead of by kind; name kind too to have both. Nothing in progress has no \
    shares.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "kind", "team", "service", "class", "label:KEY", "stage", "item"]
  /// See ``Projection``.
  public let takesPeriods = false
  /// See ``Projection``.
  public let takesStages = true
  /// See ``Projection``.
  public let takesWorkingTime = false
  /// See ``Projection``.
  public let charts = [
    ChartDescription(name: "load", title: "Items in progress by kind", form: .bars, x: "kind", y: ["wip"])
  ]

  /// The projection.
  public init() {}

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    var split = query
    if split.groupings.isEmpty { split.groupings = [.attribute(.kind)] }
    let parts = try AnswerParts(split, view)
    var figures = try Figures(parts, view, range: nil) { 0 }
    var total = 0
    OpenNow(parts, parts.cut, view).forEach { piece in
      let row = piece.posting
      guard figures.passes(row), figures.passes(stage: piece.stage) else { return }
      total += 1
      figures.add(row, at: piece.fromMicros, stage: piece.stage) { $0 += 1 }
    }
    let rows = try figures.rows(view)
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: parts.notes,
      table: Table(
        title: title,
        columns: figures.leadingColumns + [
          Column(name: "wip", type: .integer, unit: "items", description: "Items in progress."),
          Column(name: "share", type: .share, unit: "1", description: "wip ÷ the sum of all rows."),
        ],
        rows: rows.map { figures.cells($0, [.integer(Int64($0.sum)), .share(Double($0.sum) / Double(total))]) }),
      explanation: figures.explanation(rows, view))
  }
}
