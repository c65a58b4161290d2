/// The forms a table can be written in. The raw value is what `--format` takes.
public enum OutputFormat: String, CaseIterable, Sendable {
  /// Aligned columns for a terminal.
  case table
  /// RFC 4180, except that lines end with a line feed alone.
  case csv
  /// One JSON object.
  case json
  /// One JSON object a row, one row a line.
  case ndjson
  /// A GitHub-flavoured Markdown table.
  case markdown
}
