import CLMDB

extension RowTable {
  /// Appends rows. Full blocks are written in place in one go; what does not fill a block goes to the tail. O(rows).
  @inlinable
  public func append(
    _ rows: UnsafeBufferPointer<Row>, in transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    guard !rows.isEmpty else { return }
    var rest = rows
    var blockCount = try sealed.count(in: transaction)
    var tailCount = try tail.count(in: transaction)
    while tailCount + rest.count >= Self.rowsPerBlock {
      let taken = Self.rowsPerBlock - tailCount
      try seal(
        blockCount, tailCount: tailCount, then: UnsafeBufferPointer(rebasing: rest[..<taken]), in: transaction)
      rest = UnsafeBufferPointer(rebasing: rest[taken...])
      blockCount += 1
      tailCount = 0
    }
    try appendToTail(rest, from: tailCount, in: transaction)
  }

  /// Appends one row. O(log n), one page touched.
  @inlinable
  public func append(_ row: Row, in transaction: borrowing WriteTransaction) throws(LMDBError) {
    try withUnsafePointer(to: row) { pointer throws(LMDBError) in
      try append(UnsafeBufferPointer(start: pointer, count: 1), in: transaction)
    }
  }

  /// Writes block `number` from the rows of the tail, which it empties, and `rows`.
  @inlinable
  func seal(
    _ number: Int, tailCount: Int, then rows: UnsafeBufferPointer<Row>, in transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    let block = try sealed.reserve(UInt64(number), byteCount: Self.blockSize, append: true, in: transaction)
    // LMDB reserved blockSize bytes, so there is a base address; large values begin 16 bytes behind a page's start and the header has
    // 64, so rows are aligned to 16.
    guard let base = block.baseAddress else {
      throw LMDBError(.damagedValue("no room for block \(number)"), operation: "seal", table: name)
    }
    let firstRow = base + BlockHeader.byteCount
    if tailCount > 0 {
      // Reading does not move pages: the reserved bytes stay where they are.
      try Self.copyTail(tail, transaction: transaction.handle, count: tailCount, to: firstRow)
    }
    if let source = rows.baseAddress {
      (firstRow + tailCount * Self.rowSize).copyMemory(from: source, byteCount: rows.count * Self.rowSize)
    }
    let all = UnsafeBufferPointer(
      start: UnsafePointer(firstRow.assumingMemoryBound(to: Row.self)), count: Self.rowsPerBlock)
    base.storeBytes(
      of: BlockHeader(describing: all, firstRow: number * Self.rowsPerBlock), as: BlockHeader.self)
    if tailCount > 0 { try tail.removeAll(in: transaction) }
  }

  /// Puts rows into the tail, which has `count` rows and room for them.
  @inlinable
  func appendToTail(
    _ rows: UnsafeBufferPointer<Row>, from count: Int, in transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    guard !rows.isEmpty else { return }
    var cursor = try Cursor(tail, in: transaction)
    let bytes = UnsafeRawBufferPointer(rows)
    for index in 0..<rows.count {
      let start = index * Self.rowSize
      let row = UnsafeRawBufferPointer(rebasing: bytes[start..<start + Self.rowSize])
      try cursor.put(UInt64(count + index), row, flags: MDB_APPEND)
    }
  }

  /// Copies the tail's rows to `target`, which has room for `count` of them.
  @inlinable
  static func copyTail(
    _ tail: IntegerTable, transaction: OpaquePointer, count: Int, to target: UnsafeMutableRawPointer
  ) throws(LMDBError) {
    var cursor = try Cursor(tail, transaction: transaction)
    var index = 0
    var more = try cursor.moveToFirst()
    while more && index < count {
      guard cursor.integerKey == UInt64(index), cursor.value.count == rowSize, let row = cursor.value.baseAddress
      else {
        throw LMDBError(.damagedValue("row \(index) is not in its place"), operation: "read", table: tail.name)
      }
      (target + index * rowSize).copyMemory(from: row, byteCount: rowSize)
      index += 1
      more = try cursor.moveToNext()
    }
    guard index == count else {
      throw LMDBError(.damagedValue("\(count) rows expected, \(index) found"), operation: "read", table: tail.name)
    }
  }
}
