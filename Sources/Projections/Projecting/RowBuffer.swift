import EventLog
import LMDB

/// Rows of a book that are not yet written: plain memory that grows, so that posting allocates nothing.
///
/// `@unchecked Sendable`: one owner at a time; handed over whole to the writer.
final class RowBuffer<Row: FixedRow>: @unchecked Sendable {
  @exclusivity(unchecked) private var rows: GrowingBuffer<Row>
  /// The row number of the first row in the buffer.
  @exclusivity(unchecked) var firstRow: Int

  init(firstRow: Int, capacity: Int = 1 << 14) {
    self.firstRow = firstRow
    rows = GrowingBuffer(capacity: capacity)
  }

  /// How many rows there are.
  @inline(__always) var count: Int { rows.count }

  /// The rows. Valid until the next change.
  var contents: UnsafeBufferPointer<Row> { rows.contents }

  /// The number that the next row will have.
  @inline(__always) var nextRow: UInt32 { UInt32(truncatingIfNeeded: firstRow + rows.count) }

  @inline(__always)
  func append(_ row: Row) { rows.append(row) }

  /// Adds rows that the caller sets.
  func extend(by count: Int) -> UnsafeMutableBufferPointer<Row> { rows.extend(by: count) }

  /// Continues with an empty buffer behind the rows it had.
  func restart(at firstRow: Int) {
    self.firstRow = firstRow
    rows.truncate(to: 0)
  }
}
