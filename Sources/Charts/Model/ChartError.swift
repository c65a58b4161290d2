import Tables

/// Why an answer cannot be drawn as a picture's description says.
public enum ChartError: Error, Equatable, Sendable {
  /// The description names a table that the answer does not have. Tables are counted from 0.
  case noTable(chart: String, table: Int, count: Int)
  /// The description names a column that the table does not have.
  case noColumn(chart: String, column: String, columns: [String])
  /// The answer has no distribution, and there are rows to show.
  case noHistogram(chart: String)
  /// The form needs more columns, or columns of another kind.
  case wrongColumns(chart: String, form: ChartDescription.Form, needs: String)
}

extension ChartError: CustomStringConvertible {
  /// What is wrong, and what to do next.
  public var description: String {
    switch self {
    case .noTable(let chart, let table, let count):
      "The chart \(chart) is drawn from table \(table + 1), and the answer has \(count). Ask for another chart with --chart."
    case .noColumn(let chart, let column, let columns):
      "The chart \(chart) needs the column \(column), which the answer does not have. "
        + (column == "period"
          ? "Split the answer by periods: --period week."
          : "Split the answer by it, --by \(column), if the metric can be. It has: \(columns.joined(separator: ", ")).")
    case .noHistogram(let chart):
      "The chart \(chart) shows a distribution, and the answer has none. Ask for another chart with --chart, or for the table."
    case .wrongColumns(let chart, let form, let needs):
      "The chart \(chart) cannot be drawn as \(form.rawValue): it needs \(needs). "
        + "This is a defect of the metric's description; the table shows the same numbers."
    }
  }
}
