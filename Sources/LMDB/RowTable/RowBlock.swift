/// Rows of a ``RowTable`` that lie side by side in memory.
///
/// `@unchecked Sendable`: the memory is never written while the transaction (and, for the tail, the reader) lives, so that threads may
/// scan blocks side by side.
public struct RowBlock<Row: FixedRow>: @unchecked Sendable {
  /// Count and ranges of the rows.
  public let header: BlockHeader
  /// The rows.
  public let rows: UnsafeBufferPointer<Row>
  /// The index in the table of the first one.
  public let firstRow: Int

  /// A view of rows whose header is known.
  public init(header: BlockHeader, rows: UnsafeBufferPointer<Row>, firstRow: Int) {
    self.header = header
    self.rows = rows
    self.firstRow = firstRow
  }
}
