import Tables
import ValueStream

/// How checks came out.
public struct CheckResults: Projection {
  /// See ``Projection``.
  public let name = "checks"
  /// See ``Projection``.
  public let title = "Check results"
  /// See ``Projection``.
  public let definition = """
    Completed checks (tests, scans, reviews …) by how they came out; the pass rate is passed ÷ (passed + failed). Skipped checks are \
    counted and judge nothing. A check counts in the period in which it completed, under the stream that it names and the attributes that \
    its item had then; `check` is its name, `stage` the one that it says it belongs to.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "kind", "team", "service", "class", "label:KEY", "check", "stage", "item"]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let takesWorkingTime = false
  /// See ``Projection``.
  public let charts = [
    ChartDescription(name: "pass-rate", title: "Share of checks passed", form: .lines, x: "period", y: ["passRate"]),
    ChartDescription(
      name: "results", title: "Checks passed and failed", form: .bars, x: "period", y: ["passed", "failed"]),
  ]

  /// The projection.
  public init() {}

  private struct Counts {
    var passed: Int64 = 0
    var failed: Int64 = 0
    var skipped: Int64 = 0
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let parts = try AnswerParts(query, view)
    var figures = try EventFigures(
      [.checkCompleted], words: ["check": .name, "stage": .stage], query, view
    ) { Counts() }
    figures.gather(view) { event, counts in
      switch event.words[.outcome] {
      case "passed": counts.passed += 1
      case "failed": counts.failed += 1
      default: counts.skipped += 1
      }
    }
    let rows = try figures.rows(view)
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: parts.notes,
      table: Table(
        title: title,
        columns: figures.leadingColumns + [
          Column(name: "passed", type: .integer, unit: "checks", description: "Checks passed."),
          Column(name: "failed", type: .integer, unit: "checks", description: "Checks failed."),
          Column(name: "skipped", type: .integer, unit: "checks", description: "Checks skipped."),
          Column(name: "passRate", type: .share, unit: "1", description: "passed ÷ (passed + failed)."),
        ] + figures.trailingColumns,
        rows: rows.map { row in
          let judged = row.sum.passed + row.sum.failed
          return figures.cells(
            row,
            [
              .integer(row.sum.passed), .integer(row.sum.failed), .integer(row.sum.skipped),
              judged == 0 ? .null : .share(Double(row.sum.passed) / Double(judged)),
            ])
        }), explanation: figures.explanation(rows, view))
  }
}
