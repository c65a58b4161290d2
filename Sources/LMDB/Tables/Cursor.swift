import CLMDB

/// A place in a table, to walk it in order or to write in order.
///
/// Must not outlive its transaction. `key` and `value` point into the map after a move that returned true; in a write transaction they
/// are valid until its next change.
public struct Cursor: ~Copyable {
  @usableFromInline let handle: OpaquePointer
  @usableFromInline let table: String
  @usableFromInline var keyValue = MDB_val()
  @usableFromInline var found = MDB_val()

  /// A cursor over `table`, at no entry yet.
  public init(
    _ table: some StoredTable, in transaction: borrowing some Transaction & ~Copyable
  ) throws(LMDBError) {
    try self.init(table, transaction: transaction.handle)
  }

  @usableFromInline
  init(_ table: some StoredTable, transaction: OpaquePointer) throws(LMDBError) {
    var cursor: OpaquePointer?
    let code = mdb_cursor_open(transaction, table.dbi, &cursor)
    guard code == MDB_SUCCESS, let cursor else {
      throw LMDBError(code: code, operation: "open cursor", table: table.name)
    }
    handle = cursor
    self.table = table.name
  }

  deinit { mdb_cursor_close(handle) }

  /// The key here.
  @inlinable public var key: UnsafeRawBufferPointer { RawTable.bytes(keyValue) }
  /// The value here, or a page of values after ``readPage()``.
  @inlinable public var value: UnsafeRawBufferPointer { RawTable.bytes(found) }
  /// The key here, in a table with integer keys; 0 when it has another size.
  @inlinable public var integerKey: UInt64 {
    key.count == 8 ? key.loadUnaligned(as: UInt64.self) : 0
  }

  /// Goes to the first entry; false when the table is empty.
  @inlinable public mutating func moveToFirst() throws(LMDBError) -> Bool { try go(MDB_FIRST) }
  /// Goes to the last entry; false when the table is empty.
  @inlinable public mutating func moveToLast() throws(LMDBError) -> Bool { try go(MDB_LAST) }
  /// Goes to the next entry; false at the end.
  @inlinable public mutating func moveToNext() throws(LMDBError) -> Bool { try go(MDB_NEXT) }
  /// Goes to the previous entry; false at the beginning.
  @inlinable public mutating func moveToPrevious() throws(LMDBError) -> Bool { try go(MDB_PREV) }
  /// Goes to the first value of the next key; false at the end.
  @inlinable public mutating func moveToNextKey() throws(LMDBError) -> Bool { try go(MDB_NEXT_NODUP) }
  /// Goes to the last value of the previous key; false at the beginning.
  @inlinable public mutating func moveToPreviousKey() throws(LMDBError) -> Bool { try go(MDB_PREV_NODUP) }
  /// Goes to the next value of this key; false after its last.
  @inlinable public mutating func moveToNextValue() throws(LMDBError) -> Bool { try go(MDB_NEXT_DUP) }
  /// Goes to the last value of this key.
  @inlinable public mutating func moveToLastValue() throws(LMDBError) -> Bool {
    // LMDB fails here for a key with a single value that is not in a sub-page: that value is the last one already.
    _ = try go(MDB_LAST_DUP)
    return try go(MDB_GET_CURRENT)
  }

  /// Reads the values of this key from here on that lie in one page into `value`. Call it after a move to the key's first value.
  @inlinable public mutating func readPage() throws(LMDBError) -> Bool { try go(MDB_GET_MULTIPLE) }
  /// Reads the next page of values of this key into `value`; false after the last.
  @inlinable public mutating func readNextPage() throws(LMDBError) -> Bool { try go(MDB_NEXT_MULTIPLE) }

  /// Goes to the first value of an integer key; false when there is none.
  @inlinable
  public mutating func move(to key: UInt64) throws(LMDBError) -> Bool { try go(MDB_SET_KEY, key: key) }

  /// Goes to the first entry whose integer key is not below `key`; false when there is none.
  @inlinable
  public mutating func move(toFirstNotBelow key: UInt64) throws(LMDBError) -> Bool { try go(MDB_SET_RANGE, key: key) }

  /// Goes to exactly this value of an integer key; false when it is not there.
  @inlinable
  public mutating func move(to key: UInt64, value: UnsafeRawBufferPointer) throws(LMDBError) -> Bool {
    found = RawTable.value(value)
    return try go(MDB_GET_BOTH, key: key)
  }

  /// Goes to the first value of an integer key that is not below `value`; false when there is none.
  @inlinable
  public mutating func move(to key: UInt64, firstValueNotBelow value: UnsafeRawBufferPointer) throws(LMDBError) -> Bool
  {
    found = RawTable.value(value)
    return try go(MDB_GET_BOTH_RANGE, key: key)
  }

  /// Goes to the first entry whose key is not below these bytes; false when there is none.
  @inlinable
  public mutating func move(toFirstNotBelow key: UnsafeRawBufferPointer) throws(LMDBError) -> Bool {
    keyValue = RawTable.value(key)
    return try go(MDB_SET_RANGE)
  }

  /// Number of values of the key here. O(1).
  public func valueCount() throws(LMDBError) -> Int {
    var count = 0
    let code = mdb_cursor_count(handle, &count)
    guard code == MDB_SUCCESS else { throw LMDBError(code: code, operation: "count", table: table) }
    return count
  }

  /// Writes through the cursor. `flags` are LMDB's, for instance `MDB_APPENDDUP`.
  @inlinable
  public mutating func put(_ key: UInt64, _ value: UnsafeRawBufferPointer, flags: Int32 = 0) throws(LMDBError) {
    var key = key
    let cursor = handle
    let code = withUnsafeMutablePointer(to: &key) { pointer in
      var keyValue = MDB_val(mv_size: 8, mv_data: pointer)
      var stored = RawTable.value(value)
      return mdb_cursor_put(cursor, &keyValue, &stored, UInt32(flags))
    }
    guard code == MDB_SUCCESS else { throw LMDBError(code: code, operation: "put", table: table) }
  }

  @inlinable
  mutating func go(_ operation: MDB_cursor_op, key: UInt64) throws(LMDBError) -> Bool {
    var key = key
    return try withUnsafeMutablePointer(to: &key) { pointer throws(LMDBError) in
      keyValue = MDB_val(mv_size: 8, mv_data: pointer)
      // MDB_GET_BOTH and MDB_GET_BOTH_RANGE leave the key as it was given: it equals the one in the map, but `integerKey` must not
      // point at this frame afterwards.
      let moved = try go(operation)
      if keyValue.mv_data == UnsafeMutableRawPointer(pointer) {
        var ignored = MDB_val()
        var current = MDB_val()
        if moved, mdb_cursor_get(handle, &current, &ignored, MDB_GET_CURRENT) == MDB_SUCCESS {
          keyValue = current
        } else {
          keyValue = MDB_val()
        }
      }
      return moved
    }
  }

  @inlinable
  mutating func go(_ operation: MDB_cursor_op) throws(LMDBError) -> Bool {
    let code = mdb_cursor_get(handle, &keyValue, &found, operation)
    if code == MDB_SUCCESS { return true }
    if code == MDB_NOTFOUND { return false }
    throw LMDBError(code: code, operation: "read", table: table)
  }
}
