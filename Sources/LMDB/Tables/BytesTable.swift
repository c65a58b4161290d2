import CLMDB

/// A table from byte strings of 1 to 511 bytes, in byte order, to byte strings.
public struct BytesTable: StoredTable {
  /// The longest key, in bytes (LMDB's limit as it is commonly built).
  public static let maxKeyLength = 511

  /// LMDB's handle.
  public let dbi: MDB_dbi
  /// The name it is stored under.
  public let name: String

  /// Opens the table, or creates it. Must not be called inside a transaction.
  public init(name: String, environment: Environment) throws(LMDBError) {
    self.name = name
    dbi = try environment.openTable(name, flags: 0)
  }

  /// The bytes under a key; nil when there are none. They point into the map. O(log n).
  @inlinable
  public func get(
    _ key: UnsafeRawBufferPointer, in transaction: borrowing some Transaction & ~Copyable
  ) throws(LMDBError) -> UnsafeRawBufferPointer? {
    try RawTable.get(dbi, key: key, transaction: transaction.handle, table: name)
  }

  /// Stores bytes under a key, replacing what was there.
  @inlinable
  public func put(
    _ key: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer, in transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    try RawTable.put(dbi, key: key, value: value, flags: 0, transaction: transaction.handle, table: name)
  }

  /// Removes a key; false when it was not there.
  @discardableResult
  public func remove(
    _ key: UnsafeRawBufferPointer, in transaction: borrowing WriteTransaction
  ) throws(LMDBError) -> Bool {
    try RawTable.remove(dbi, key: key, transaction: transaction.handle, table: name)
  }
}
