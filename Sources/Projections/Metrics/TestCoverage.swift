import Tables
import ValueStream

/// How much of the code the tests cover.
public struct TestCoverage: Projection {
  /// See ``Projection``.
  public let name = "coverage"
  /// See ``Projection``.
  public let title = "Test coverage"
  /// See ``Projection``.
  public let definition = """
    The coverage that checks reported, for each service: the last one known, and its change since the one that was last known before (with \
    periods: at the end of each period, and since the last one before the period). A check's service is that of its item at the time. \
    Checks that report no coverage do not count; a service without any has no row.
    """
  /// See ``Projection``.
  public let groupings = ["service", "stream", "kind", "team", "class", "label:KEY", "check", "stage"]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let takesWorkingTime = false
  /// See ``Projection``.
  public let charts = [
    ChartDescription(
      name: "coverage", title: "Test coverage", form: .lines, x: "period", y: ["coverage"], series: "service")
  ]

  /// The projection.
  public init() {}

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    var split = query
    split.groupings = [.attribute(.service)] + query.groupings.filter { $0 != .attribute(.service) }
    let parts = try AnswerParts(split, view)
    var figures = try EventFigures(
      [.checkCompleted], words: ["check": .name, "stage": .stage], measured: true, split, view
    ) { NewestReports() }
    figures.gather(view, amount: { $0.number }) { event, reports in
      guard let share = event.number, share >= 0, share <= 1 else { return }
      reports.add(event, share)
    }
    let rows = try figures.rows(view).filter { $0.sum.count > 0 }
    var before: [[String?]: Double] = [:]
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: parts.notes,
      table: Table(
        title: title,
        columns: figures.leadingColumns + [
          Column(name: "reports", type: .integer, unit: "checks", description: "Checks that reported a coverage."),
          Column(name: "coverage", type: .share, unit: "1", description: "The last one known."),
          Column(
            name: "change", type: .number, unit: "1",
            description: "The last one less the one known before: 0.02 is two points more."),
        ] + figures.trailingColumns,
        rows: rows.map { row in
          let last = row.sum.last?.value
          let previous = query.period == nil ? row.sum.lastButOne?.value : before[row.names]
          before[row.names] = last
          let change = last.flatMap { last in previous.map { last - $0 } }
          return figures.cells(
            row, [.integer(row.sum.count), last.map(Value.share) ?? .null, change.map(Value.number) ?? .null])
        }), explanation: figures.explanation(rows, view))
  }
}
