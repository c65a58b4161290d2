import CLMDB

/// The calls that all kinds of table share, over raw bytes.
@usableFromInline
enum RawTable {
  @inlinable
  static func value(_ bytes: UnsafeRawBufferPointer) -> MDB_val {
    // LMDB's struct is not const-correct: it never writes through the keys and values given to it.
    MDB_val(mv_size: bytes.count, mv_data: UnsafeMutableRawPointer(mutating: bytes.baseAddress))
  }

  @inlinable
  static func bytes(_ value: MDB_val) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: value.mv_data, count: value.mv_size)
  }

  @inlinable
  static func get(
    _ dbi: MDB_dbi, key: UInt64, transaction: OpaquePointer, table: String
  ) throws(LMDBError) -> UnsafeRawBufferPointer? {
    var key = key
    return try withUnsafeBytes(of: &key) { bytes throws(LMDBError) in
      try get(dbi, key: bytes, transaction: transaction, table: table)
    }
  }

  @inlinable
  static func get(
    _ dbi: MDB_dbi, key: UnsafeRawBufferPointer, transaction: OpaquePointer, table: String
  ) throws(LMDBError) -> UnsafeRawBufferPointer? {
    var keyValue = value(key)
    var found = MDB_val()
    let code = mdb_get(transaction, dbi, &keyValue, &found)
    if code == MDB_SUCCESS { return bytes(found) }
    if code == MDB_NOTFOUND { return nil }
    throw LMDBError(code: code, operation: "get", table: table)
  }

  @inlinable
  static func put(
    _ dbi: MDB_dbi, key: UInt64, value: UnsafeRawBufferPointer, flags: UInt32, transaction: OpaquePointer,
    table: String
  ) throws(LMDBError) {
    var key = key
    try withUnsafeBytes(of: &key) { bytes throws(LMDBError) in
      try put(dbi, key: bytes, value: value, flags: flags, transaction: transaction, table: table)
    }
  }

  @inlinable
  static func put(
    _ dbi: MDB_dbi, key: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, flags: UInt32,
    transaction: OpaquePointer, table: String
  ) throws(LMDBError) {
    var keyValue = self.value(key)
    var stored = self.value(value)
    let code = mdb_put(transaction, dbi, &keyValue, &stored, flags)
    guard code == MDB_SUCCESS else { throw LMDBError(code: code, operation: "put", table: table) }
  }

  static func remove(
    _ dbi: MDB_dbi, key: UnsafeRawBufferPointer, transaction: OpaquePointer, table: String
  ) throws(LMDBError) -> Bool {
    var keyValue = value(key)
    let code = mdb_del(transaction, dbi, &keyValue, nil)
    if code == MDB_SUCCESS { return true }
    if code == MDB_NOTFOUND { return false }
    throw LMDBError(code: code, operation: "remove", table: table)
  }
}
