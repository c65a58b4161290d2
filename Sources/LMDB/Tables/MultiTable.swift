import CLMDB

/// A table from integers to ascending sets of values of one fixed size, packed page by page (`MDB_DUPFIXED`).
///
/// Values are ordered byte by byte, or as integers when the table is made with ``Order/integer`` (for `UInt64` and `UInt32` values).
/// Values in a page need not be aligned: they are read with unaligned loads.
public struct MultiTable<Value: BitwiseCopyable & Sendable>: StoredTable {
  /// How the values under a key are ordered.
  public enum Order: Sendable {
    /// Byte by byte, as `memcmp` does.
    case bytes
    /// As native unsigned integers.
    case integer
  }

  /// LMDB's handle.
  public let dbi: MDB_dbi
  /// The name it is stored under.
  public let name: String

  /// Opens the table, or creates it. Must not be called inside a transaction.
  public init(name: String, order: Order, environment: Environment) throws(LMDBError) {
    self.name = name
    let orderFlag = order == .integer ? MDB_INTEGERDUP : 0
    dbi = try environment.openTable(
      name, flags: UInt32(MDB_INTEGERKEY | MDB_DUPSORT | MDB_DUPFIXED | orderFlag))
  }

  /// Adds a value to the set under `key`; adding one that is there changes nothing.
  @inlinable
  public func insert(_ value: Value, under key: UInt64, in transaction: borrowing WriteTransaction) throws(LMDBError) {
    var value = value
    try withUnsafeBytes(of: &value) { bytes throws(LMDBError) in
      try RawTable.put(dbi, key: key, value: bytes, flags: 0, transaction: transaction.handle, table: name)
    }
  }

  /// Removes a value from the set under `key`; false when it was not there.
  @discardableResult
  public func remove(
    _ value: Value, under key: UInt64, in transaction: borrowing WriteTransaction
  ) throws(LMDBError) -> Bool {
    var key = key
    var value = value
    let code = withUnsafeBytes(of: &key) { keyBytes in
      withUnsafeBytes(of: &value) { valueBytes in
        var keyValue = RawTable.value(keyBytes)
        var stored = RawTable.value(valueBytes)
        return mdb_del(transaction.handle, dbi, &keyValue, &stored)
      }
    }
    if code == MDB_SUCCESS { return true }
    if code == MDB_NOTFOUND { return false }
    throw LMDBError(code: code, operation: "remove", table: name)
  }

  /// Gives `body` the values under a key, ascending, a page at a time, until it returns false. The bytes point into the map.
  @inlinable
  public func forEachPage<E: LMDBErrorCarrier>(
    under key: UInt64, in transaction: borrowing some Transaction & ~Copyable,
    _ body: (UnsafeRawBufferPointer) throws(E) -> Bool
  ) throws(E) {
    var cursor: Cursor
    do { cursor = try Cursor(self, in: transaction) } catch { throw E(error) }
    var more = false
    do {
      if try cursor.move(to: key) { more = try cursor.readPage() }
    } catch { throw E(error) }
    while more {
      guard try body(cursor.value) else { return }
      do { more = try cursor.readNextPage() } catch { throw E(error) }
    }
  }

  /// Appends the values under a key to an array, ascending. O(values).
  public func values(
    under key: UInt64, into values: inout [Value], in transaction: borrowing some Transaction & ~Copyable
  ) throws(LMDBError) {
    let size = MemoryLayout<Value>.stride
    try forEachPage(under: key, in: transaction) { page throws(LMDBError) in
      for offset in stride(from: 0, to: page.count - size + 1, by: size) {
        values.append(page.loadUnaligned(fromByteOffset: offset, as: Value.self))
      }
      return true
    }
  }

  /// Number of values under a key. O(log n).
  public func count(
    under key: UInt64, in transaction: borrowing some Transaction & ~Copyable
  ) throws(LMDBError) -> Int {
    var cursor = try Cursor(self, in: transaction)
    guard try cursor.move(to: key) else { return 0 }
    return try cursor.valueCount()
  }

  /// True when `value` is in the set under `key`. O(log n).
  public func contains(
    _ value: Value, under key: UInt64, in transaction: borrowing some Transaction & ~Copyable
  ) throws(LMDBError) -> Bool {
    var cursor = try Cursor(self, in: transaction)
    var value = value
    return try withUnsafeBytes(of: &value) { bytes throws(LMDBError) in try cursor.move(to: key, value: bytes) }
  }
}
