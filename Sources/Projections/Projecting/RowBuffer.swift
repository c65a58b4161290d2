import LMDB

/// Rows of a book that are not yet written: plain memory that grows, so that posting allocates nothing.
///
/// `@unchecked Sendable`: one owner at a time; handed over whole to the writer.
final class RowBuffer<Row: FixedRow>: @unchecked Sendable {
  @exclusivity(unchecked) private(set) var rows: UnsafeMutablePointer<Row>
  @exclusivity(unchecked) private(set) var count = 0
  @exclusivity(unchecked) private var capacity: Int
  /// The row number of the first row in the buffer.
  @exclusivity(unchecked) var firstRow: Int

  init(firstRow: Int, capacity: Int = 1 << 14) {
    self.firstRow = firstRow
    self.capacity = capacity
    rows = .allocate(capacity: capacity)
  }

  deinit { rows.deallocate() }

  /// The number that the next row will have.
  @inline(__always) var nextRow: UInt32 { UInt32(truncatingIfNeeded: firstRow + count) }

  @inline(__always)
  func append(_ row: Row) {
    if count == capacity { grow(to: capacity * 2) }
    rows[count] = row
    count += 1
  }

  /// Makes room for rows, to be set by the caller.
  @inline(__always)
  func extend(by rowCount: Int) -> UnsafeMutablePointer<Row> {
    if count + rowCount > capacity { grow(to: max(capacity * 2, count + rowCount)) }
    defer { count += rowCount }
    return rows + count
  }

  /// Continues with an empty buffer behind the rows it had.
  func restart(at firstRow: Int) {
    self.firstRow = firstRow
    count = 0
  }

  var contents: UnsafeBufferPointer<Row> { UnsafeBufferPointer(start: rows, count: count) }

  private func grow(to newCapacity: Int) {
    let larger = UnsafeMutablePointer<Row>.allocate(capacity: newCapacity)
    larger.update(from: rows, count: count)
    rows.deallocate()
    rows = larger
    capacity = newCapacity
  }
}
