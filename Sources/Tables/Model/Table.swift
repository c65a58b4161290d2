/// Rows under typed columns.
///
/// A row shorter than `columns` reads as if nulls followed; cells beyond the last column are not written.
public struct Table: Sendable {
  /// What the table shows, in a few words.
  public var title: String
  /// The columns, in the order they are written.
  public var columns: [Column]
  /// The rows; the cell at an index belongs to the column at that index.
  public var rows: [[Value]]

  /// Makes a table of columns and the rows under them.
  public init(title: String, columns: [Column], rows: [[Value]]) {
    self.title = title
    self.columns = columns
    self.rows = rows
  }
}
