import Tables
import ValueStream

/// What was achieved, against what was aimed at.
public struct Outcomes: Projection {
  /// See ``Projection``.
  public let name = "outcomes"
  /// See ``Projection``.
  public let title = "Outcomes against targets"
  /// See ``Projection``.
  public let definition = """
    For each measure, the last value that was measured and its change since the value before (with periods: the last of each period, and the \
    change since the last one of an earlier period). The target is the newest one set for the measure under the same stream, else the one \
    set for no stream; the distance is by how much the value is beyond it, in the direction that the target says (atLeast when it says none), \
    so a negative distance is what is still missing. Targets are judged as they are known at the instant of the question.
    """
  /// See ``Projection``.
  public let groupings = ["measure", "stream", "kind", "team", "service", "class", "label:KEY", "item"]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let takesWorkingTime = false
  /// See ``Projection``.
  public let charts = [
    ChartDescription(
      name: "outcomes", title: "Outcomes", form: .lines, x: "period", y: ["value"], series: "measure")
  ]

  /// The projection.
  public init() {}

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    var split = query
    split.groupings = [.word("measure")] + query.groupings.filter { $0 != .word("measure") }
    let parts = try AnswerParts(split, view)
    let targets = try Targets(parts, view)
    var figures = try EventFigures([.outcomeMeasured], words: [:], split, view) { NewestReports() }
    figures.gather(view, amount: { $0.number }) { event, reports in
      if let value = event.number { reports.add(event, value) }
    }
    let rows = try figures.rows(view).filter { $0.sum.count > 0 }
    var before: [[String?]: Double] = [:]
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: parts.notes,
      table: Table(
        title: title, columns: figures.leadingColumns + Self.columns + figures.trailingColumns,
        rows: rows.map { row in
          guard let last = row.sum.last else { return figures.cells(row, Self.columns.map { _ in .null }) }
          let previous = query.period == nil ? row.sum.lastButOne?.value : before[row.names]
          before[row.names] = last.value
          let target = targets.target(of: (row.names.first ?? nil) ?? "", stream: last.stream)
          let distance = target?.distance(of: last.value, atLeast: true)
          return figures.cells(
            row,
            [
              .integer(row.sum.count), .number(last.value), last.unit(view).map(Value.text) ?? .null,
              .timestamp(last.micros), previous.map { .number(last.value - $0) } ?? .null,
              target.map { .number($0.value) } ?? .null,
              target.map { .text($0.saysAtLeast ?? true ? "at least" : "at most") } ?? .null,
              target?.by.map(Value.text) ?? .null, distance.map(Value.number) ?? .null,
              distance.map { .text($0 >= 0 ? "yes" : "no") } ?? .null,
            ])
        }), explanation: figures.explanation(rows, view))
  }

  private static let columns = [
    Column(name: "n", type: .integer, unit: "measurements", description: "How often it was measured."),
    Column(name: "value", type: .number, description: "The last value, in the unit beside it."),
    Column(name: "unit", type: .text, description: "The unit that the measurement names."),
    Column(name: "measured", type: .timestamp, description: "When it was last measured."),
    Column(name: "change", type: .number, description: "The last value less the one before."),
    Column(name: "target", type: .number, description: "The target in force."),
    Column(name: "direction", type: .text, description: "Whether the value should be at least or at most the target."),
    Column(name: "by", type: .text, description: "The day by which it should be reached."),
    Column(
      name: "distance", type: .number, description: "How far the value is beyond the target; negative: what is missing."
    ),
    Column(name: "met", type: .text, description: "Whether the target is reached."),
  ]
}
