/// Why a table cannot be written in a format whose columns have types.
public enum TableError: Error, Equatable, Sendable {
  /// A cell does not hold what its column declares. Rows are counted from 0.
  case cellOfAnotherKind(row: Int, column: String, declared: Column.Kind)
  /// A text is longer than the format can hold: 2³¹ − 1 bytes.
  case cellTooLong(row: Int, column: String)
  /// The format has no table without columns.
  case noColumns(table: String)
  /// zlib had no memory for a page; the code is zlib's.
  case compressionFailed(code: Int32)
}

extension TableError: CustomStringConvertible {
  /// What is wrong, and what to do next.
  public var description: String {
    switch self {
    case .cellOfAnotherKind(let row, let column, let declared):
      "Row \(row) of column \(column) does not hold a value of the declared type \(declared.rawValue). "
        + "This is a defect of what made the table; write CSV or JSON instead, which take any value."
    case .cellTooLong(let row, let column):
      "Row \(row) of column \(column) is longer than the format can hold (2 147 483 647 bytes). "
        + "Write CSV or JSON instead."
    case .noColumns(let table):
      "\(table.isEmpty ? "The table" : table) has no columns, and the format has no table without them. Write JSON instead."
    case .compressionFailed(let code):
      "Compression failed with zlib's code \(code): there is not enough memory. Write a smaller answer, or CSV."
    }
  }
}
