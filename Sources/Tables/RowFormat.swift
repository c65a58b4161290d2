/// The forms that rows can be written in one by one, without knowing those that follow: all of them text. The raw value is
/// what `--format` takes.
public enum RowFormat: String, CaseIterable, Sendable {
  /// Aligned columns for a terminal.
  case table
  /// RFC 4180, except that lines end with a line feed alone.
  ///
  /// A text that begins with `=`, `+`, `-`, `@`, a tab or a carriage return gets an apostrophe in front, because a
  /// spreadsheet would run it as a formula; what reads the file otherwise finds the apostrophe in the text. Numbers are
  /// never changed. JSON and Parquet keep every text as it is.
  case csv
  /// One JSON object.
  case json
  /// One JSON object a row, one row a line.
  case ndjson
  /// A GitHub-flavoured Markdown table.
  case markdown
}
