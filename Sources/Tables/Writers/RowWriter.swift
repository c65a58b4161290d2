/// Writes the rows of a table one by one, for tables that should not be held in memory whole.
///
/// ```swift
/// var writer = RowWriter(columns: columns, format: .csv)
/// var bytes: [UInt8] = []
/// writer.appendHeader(to: &bytes)
/// for row in rows { writer.appendRow(row, to: &bytes) }
/// writer.appendFooter(to: &bytes)
/// ```
///
/// Call the three in this order; the bytes may be sent off and cleared between any two calls. A missing cell is written
/// as null, a cell beyond the last column is left out.
///
/// | format | header | row | footer |
/// |---|---|---|---|
/// | `csv` | column names | one record | nothing |
/// | `json` | `[` | one object | `]` |
/// | `ndjson` | nothing | one object | nothing |
/// | `markdown`, `table` | column headings and alignment | one row | nothing |
///
/// Columns can be aligned for a terminal only when all rows are known, so `table` is written as Markdown.
public struct RowWriter: Sendable {
  private enum Form { case csv, json, ndjson, markdown }

  private let columns: [Column]
  private let form: Form
  /// `"name":` of each column, written once and copied into every object.
  private let keys: [[UInt8]]
  private var isFirstRow = true

  /// Prepares to write rows under `columns`.
  public init(columns: [Column], format: RowFormat) {
    self.columns = columns
    switch format {
    case .csv: form = .csv
    case .json: form = .json
    case .ndjson: form = .ndjson
    case .markdown, .table: form = .markdown
    }
    keys = columns.map { column in
      var key: [UInt8] = []
      JSONText.append(column.name, to: &key)
      key.append(UInt8(ascii: ":"))
      return key
    }
  }

  /// Appends what comes before the rows.
  public mutating func appendHeader(to bytes: inout [UInt8]) {
    switch form {
    case .csv: CSVText.appendRecord(columns.map { .text($0.name) }, count: columns.count, to: &bytes)
    case .json: bytes.append(UInt8(ascii: "["))
    case .ndjson: break
    case .markdown: MarkdownText.appendHeader(columns, to: &bytes)
    }
  }

  /// Appends one row.
  public mutating func appendRow(_ row: [Value], to bytes: inout [UInt8]) {
    switch form {
    case .csv:
      CSVText.appendRecord(row, count: columns.count, to: &bytes)
    case .json:
      bytes.append(contentsOf: (isFirstRow ? "\n" : ",\n").utf8)
      appendObject(row, to: &bytes)
    case .ndjson:
      appendObject(row, to: &bytes)
      bytes.append(UInt8(ascii: "\n"))
    case .markdown:
      MarkdownText.appendRow(row, count: columns.count, to: &bytes)
    }
    isFirstRow = false
  }

  /// Appends what comes after the rows.
  public mutating func appendFooter(to bytes: inout [UInt8]) {
    guard form == .json else { return }
    bytes.append(contentsOf: (isFirstRow ? "]\n" : "\n]\n").utf8)
  }

  private func appendObject(_ row: [Value], to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "{"))
    for index in keys.indices {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(contentsOf: keys[index])
      JSONText.append(index < row.count ? row[index] : .null, to: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
  }
}
