import LMDB

/// Where the log stands when an append begins.
struct AppendState {
  /// The last position.
  var size: UInt64 = 0
  /// The recorded time of the last record; the least Int64 when there is none.
  var lastRecordedMicros = Int64.min
  /// The latest key of the `identity` table: events of later hours cannot be duplicates of stored ones.
  var newestHour: UInt64 = 0
  /// False while `identity` is empty.
  var hasIdentities = false
  var symbolCounts = SymbolCounts()
  /// True when events wait for the target that they void.
  var hasPendingVoids = false

  init(_ tables: LogTables, in transaction: borrowing WriteTransaction) throws(LMDBError) {
    var records = try Cursor(tables.records, in: transaction)
    if try records.moveToLast() {
      size = try StoredRecord.position(records.integerKey)
      lastRecordedMicros = try StoredRecord.recordedMicros(records.value)
    }
    var identity = try Cursor(tables.identity, in: transaction)
    if try identity.moveToLast() {
      newestHour = identity.integerKey
      hasIdentities = true
    }
    symbolCounts = try SymbolCounts(tables.names, in: transaction)
    hasPendingVoids = try tables.voidsPending.count(in: transaction) > 0
  }
}

/// The form of a value of the `records` table.
enum StoredRecord {
  /// Bytes before the event's.
  static let headerSize = 8

  /// The last position that is believed: more would not fit any disk, and could not be counted with.
  static let maxPosition: UInt64 = 1 << 48

  /// A position, if it can be one.
  static func position(_ key: UInt64) throws(LMDBError) -> UInt64 {
    guard key >= 1 && key <= maxPosition else {
      throw LMDBError(.damagedValue("\(key) is no position"), operation: "read", table: "records")
    }
    return key
  }

  /// The recorded time of a stored record.
  static func recordedMicros(_ value: UnsafeRawBufferPointer) throws(LMDBError) -> Int64 {
    guard value.count >= headerSize else {
      throw LMDBError(.damagedValue("a record has \(value.count) bytes"), operation: "read", table: "records")
    }
    return Int64(littleEndian: value.loadUnaligned(as: Int64.self))
  }

  /// The event's bytes of a stored record.
  static func event(_ value: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: value.dropFirst(headerSize))
  }
}
