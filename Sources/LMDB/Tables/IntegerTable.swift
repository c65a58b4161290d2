import CLMDB

/// A table from integers, in ascending order, to byte strings.
public struct IntegerTable: StoredTable {
  /// LMDB's handle.
  public let dbi: MDB_dbi
  /// The name it is stored under.
  public let name: String

  /// Opens the table, or creates it. Must not be called inside a transaction.
  public init(name: String, environment: Environment) throws(LMDBError) {
    self.name = name
    dbi = try environment.openTable(name, flags: UInt32(MDB_INTEGERKEY))
  }

  /// The bytes under a key; nil when there are none. They point into the map. O(log n).
  @inlinable
  public func get(
    _ key: UInt64, in transaction: borrowing some Transaction & ~Copyable
  ) throws(LMDBError) -> UnsafeRawBufferPointer? {
    try RawTable.get(dbi, key: key, transaction: transaction.handle, table: name)
  }

  /// Stores bytes under a key. `append` is for a key above all others, which is faster and fails if it is not.
  @inlinable
  public func put(
    _ key: UInt64, _ value: UnsafeRawBufferPointer, append: Bool = false, in transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    try RawTable.put(
      dbi, key: key, value: value, flags: append ? UInt32(MDB_APPEND) : 0, transaction: transaction.handle, table: name)
  }

  /// Makes room for `byteCount` bytes under a key and returns it to be filled, before the next change of the transaction.
  @inlinable
  public func reserve(
    _ key: UInt64, byteCount: Int, append: Bool = false, in transaction: borrowing WriteTransaction
  ) throws(LMDBError) -> UnsafeMutableRawBufferPointer {
    var key = key
    var value = MDB_val(mv_size: byteCount, mv_data: nil)
    let flags = UInt32(MDB_RESERVE) | (append ? UInt32(MDB_APPEND) : 0)
    let code = withUnsafeMutablePointer(to: &key) { pointer in
      var keyValue = MDB_val(mv_size: 8, mv_data: pointer)
      return mdb_put(transaction.handle, dbi, &keyValue, &value, flags)
    }
    guard code == MDB_SUCCESS else { throw LMDBError(code: code, operation: "put", table: name) }
    return UnsafeMutableRawBufferPointer(start: value.mv_data, count: value.mv_size)
  }

  /// Removes a key; false when it was not there.
  @discardableResult
  public func remove(_ key: UInt64, in transaction: borrowing WriteTransaction) throws(LMDBError) -> Bool {
    var key = key
    return try withUnsafeBytes(of: &key) { bytes throws(LMDBError) in
      try RawTable.remove(dbi, key: bytes, transaction: transaction.handle, table: name)
    }
  }
}
