import Tables
import ValueStream

/// How old the open defects are.
public struct DefectAge: Projection {
  /// See ``Projection``.
  public let name = "defect-age"
  /// See ``Projection``.
  public let title = "Age of open defects"
  /// See ``Projection``.
  public let definition = """
    Defects that are not settled, and the time since each was found (or found again after it had been fixed). A deferred defect stays open \
    and is counted beside the others; rejected and duplicate ones do not count. A defect is judged by the attributes that its item had when \
    it was found. Elapsed time, or working time on request; percentiles are nearest rank over exact values.
    """
  /// See ``Projection``.
  public let groupings = [
    "stream", "kind", "team", "service", "class", "label:KEY", "stage", "origin", "severity", "item",
  ]
  /// See ``Projection``.
  public let takesPeriods = false
  /// See ``Projection``.
  public let takesStages = true
  /// See ``Projection``.
  public let charts = [
    ChartDescription(
      name: "ages", title: "Age of open defects", form: .histogram, x: "age", y: ["p50", "p85", "p95"])
  ]

  /// The projection.
  public init() {}

  private struct Ages {
    var ages: [Int64] = []
    var deferred: Int64 = 0
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let parts = try AnswerParts(query, view)
    var figures = try Figures(parts, view, range: nil) { Ages() }
    let lives = DefectLives(parts, view) { figures.passes($0) && figures.passes(stage: $0.stage) }
    for life in lives.episodes where life.fixedMicros == nil {
      let row = life.posting
      let age = parts.clock.span(row.stamp.stream, from: life.foundMicros, to: parts.cut.atMicros)
      figures.add(
        row, at: life.foundMicros, item: row.item, stage: row.stage, origin: row.origin, severity: row.severity,
        amount: Double(age) / 1e6
      ) { sum in
        sum.ages.append(age)
        if life.isDeferred { sum.deferred += 1 }
      }
    }
    let rows = try figures.rows(view)
    var cells: [[Value]] = []
    var parted: [([Value], [Int64])] = []
    for row in rows {
      var ages = row.sum.ages
      cells.append(figures.cells(row, DurationFigures.cells(&ages, parts) + [.integer(row.sum.deferred)]))
      parted.append((Array(cells[cells.count - 1].prefix(figures.leadingColumns.count)), ages))
    }
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: parts.notes,
      table: Table(
        title: title,
        columns: figures.leadingColumns + DurationFigures.columns("defects are open", "age", count: "open") + [
          Column(name: "deferred", type: .integer, unit: "defects", description: "Those of them that were put off.")
        ],
        rows: cells), histogram: LeadTimes.histogram(parted), explanation: figures.explanation(rows, view))
  }
}
