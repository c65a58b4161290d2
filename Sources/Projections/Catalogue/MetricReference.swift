import Foundation
import Tables

/// What the catalogue says of a projection, in full: made from its declaration and the columns of its answer, so that it is never out of
/// date.
public struct MetricReference {
  /// The projection.
  public let projection: any Projection
  /// The answer of a ledger without events: its columns are those of every answer.
  private let answer: Answer
  /// The same, split by month.
  private let byMonth: Answer?

  /// The references of projections, by their answers to an empty ledger in a temporary folder.
  public static func make(_ projections: [any Projection]) throws -> [MetricReference] {
    let folder = NSTemporaryDirectory() + "/vsl-reference-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let ledger = try Ledger.create(at: folder)
    let view = try ledger.view()
    return try projections.map { projection in
      let query = Query(nowMicros: 0)
      var byMonth = query
      byMonth.period = .month
      return MetricReference(
        projection: projection, answer: try projection.checkedAnswer(query, from: view),
        byMonth: projection.takesPeriods ? try? projection.checkedAnswer(byMonth, from: view) : nil)
    }
  }

  /// The columns of the first table and of each further one: table, column, type, unit, description. Columns that only a question by
  /// period has come in their place.
  public var columns: [(table: String, column: Column)] {
    var list = (byMonth ?? answer).table.columns.map { ("", $0) }
    for column in answer.table.columns where !list.contains(where: { $0.1.name == column.name }) {
      list.append(("", column))
    }
    for table in answer.more { list += table.columns.map { (table.title, $0) } }
    return list
  }

  /// Markdown, from a heading of the second level.
  public var markdown: String {
    var text = "## \(projection.name)\n\n**\(projection.title).** \(projection.definition)\n\n"
    text +=
      projection.groupings.isEmpty
      ? "Not split" : "Split by: \(projection.groupings.map { "`\($0)`" }.joined(separator: ", "))"
    text += projection.takesPeriods ? "; by period." : ". A state at one instant: no periods."
    text += projection.takesWorkingTime ? " Durations also in working time (`--working-time`).\n" : "\n"
    if !projection.options.isEmpty {
      text += "\n| option | value | default | |\n|---|---|---|---|\n"
      for option in projection.options {
        text +=
          "| `\(option.name)` | \(escaped(option.value)) | \(escaped(option.standard)) | \(escaped(option.summary)) |\n"
      }
    }
    text += "\n| column | type | unit | |\n|---|---|---|---|\n"
    for (table, column) in columns {
      text += "| `\(column.name)`\(table.isEmpty ? "" : " (\(escaped(table)))") | \(column.type.rawValue) | "
      text += "\(column.unit ?? "") | \(escaped(column.description ?? "")) |\n"
    }
    if !projection.charts.isEmpty {
      text += "\nPictures: " + projection.charts.map { "`\($0.name)` (\($0.title))" }.joined(separator: ", ") + ".\n"
    }
    return text
  }

  private func escaped(_ text: String) -> String { text.replacing("|", with: "\\|").replacing("\n", with: " ") }

  /// The reference of a whole catalogue as one page.
  public static func page(_ references: [MetricReference]) -> String {
    """
    # Metrics: reference

    Every metric with its definition, options and columns, made from the program's catalogue by `tools/docs` (do not edit). Conventions,
    filters, time travel and worked examples: [Metrics](metrics.md). Ask with `vsl show NAME`; options of a metric with `--set NAME=VALUE`.

    \(references.map { "- [`\($0.projection.name)`](#\($0.projection.name)): \($0.projection.title)" }.joined(separator: "\n"))

    \(references.map(\.markdown).joined(separator: "\n"))
    """
  }
}
