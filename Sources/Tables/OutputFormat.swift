/// The forms an answer can be written in. The raw value is what `--format` takes.
public enum OutputFormat: String, CaseIterable, Sendable {
  /// Aligned columns for a terminal.
  case table
  /// See ``RowFormat/csv``.
  case csv
  /// One JSON object.
  case json
  /// One JSON object a row, one row a line.
  case ndjson
  /// A GitHub-flavoured Markdown table.
  case markdown
  /// OpenMetrics 1.0 text, one gauge family a numeric column.
  case openmetrics
  /// An Apache Parquet file. Not text.
  case parquet

  /// The same form for rows that are written one by one; nil when it needs the whole answer.
  public var rowFormat: RowFormat? { RowFormat(rawValue: rawValue) }

  /// Whether what is written is text that a terminal can show.
  public var isText: Bool { self != .parquet }
}
