import Tables
import ValueStream

/// How long it takes to fix a defect.
public struct DefectResolution: Projection {
  /// See ``Projection``.
  public let name = "defect-resolution"
  /// See ``Projection``.
  public let title = "Time to resolve defects"
  /// See ``Projection``.
  public let definition = """
    Fixed − found, for each defect fixed, counted in the period in which it was fixed. A defect that is found again after its fix begins anew. \
    Rejected and duplicate defects do not count, deferred ones are still open (see defect-age). Elapsed time, or working time on request; \
    percentiles are nearest rank over exact values.
    """
  /// See ``Projection``.
  public let groupings = DefectAge().groupings
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = true
  /// See ``Projection``.
  public let charts = [
    ChartDescription(
      name: "resolution", title: "Time to resolve a defect", form: .histogram, x: "time", y: ["p50", "p85", "p95"]),
    ChartDescription(
      name: "trend", title: "Time in which half and 85 % of the defects were fixed", form: .lines, x: "period",
      y: ["p50", "p85"]),
  ]

  /// The projection.
  public init() {}

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let parts = try AnswerParts(query, view)
    var figures = try Figures(parts, view, range: view.books.events.timeRange(in: parts.cut)) { [Int64]() }
    let lives = DefectLives(parts, view) { figures.passes($0) && figures.passes(stage: $0.stage) }
    for life in lives.episodes {
      guard let fixed = life.fixedMicros else { continue }
      var row = life.posting
      row.stamp = PostingStamp(position: life.fixedPosition, stream: row.stamp.stream, flags: row.stamp.flags)
      let time = parts.clock.span(row.stamp.stream, from: life.foundMicros, to: fixed)
      figures.add(
        row, at: fixed, item: row.item, stage: row.stage, origin: row.origin, severity: row.severity,
        amount: Double(time) / 1e6
      ) { $0.append(time) }
    }
    let rows = try figures.rows(view)
    var cells: [[Value]] = []
    var parted: [([Value], [Int64])] = []
    for row in rows {
      var times = row.sum
      cells.append(figures.cells(row, DurationFigures.cells(&times, parts)))
      parted.append((Array(cells[cells.count - 1].prefix(figures.leadingColumns.count)), times))
    }
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: parts.notes,
      table: Table(
        title: title,
        columns: figures.leadingColumns + DurationFigures.columns("defects were fixed", "time to fix", count: "fixed")
          + figures.trailingColumns,
        rows: cells), histogram: LeadTimes.histogram(parted), explanation: figures.explanation(rows, view))
  }
}
