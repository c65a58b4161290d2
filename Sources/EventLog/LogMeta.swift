import LMDB

/// What a ledger says of itself in its `meta` table.
struct LogMeta: Sendable {
  /// The format that this program writes, and the latest that it reads.
  static let currentFormat = 1

  var format: Int
  var ledgerID: [UInt8]
  var createdMicros: Int64
  var vocabularyMode: VocabularyMode

  func write(to table: BytesTable, in transaction: borrowing WriteTransaction) throws(LMDBError) {
    try Self.put(UInt64(format).littleEndian, "format", table, transaction)
    try Self.put(createdMicros.littleEndian, "created", table, transaction)
    try Self.put(vocabularyMode.rawValue, "vocabulary", table, transaction)
    try ledgerID.withUnsafeBufferPointer { bytes throws(LMDBError) in
      try Self.put(UnsafeRawBufferPointer(bytes), "ledger", table, transaction)
    }
  }

  /// Nil when the table does not say what a ledger's does.
  static func read(
    from table: BytesTable, in transaction: borrowing ReadTransaction
  ) throws(LMDBError) -> LogMeta? {
    guard let format = try get("format", 8, table, transaction)?.loadUnaligned(as: UInt64.self) else { return nil }
    guard let known = Int(exactly: UInt64(littleEndian: format)) else { return nil }
    // A later format may have laid out the rest differently.
    guard known <= currentFormat else {
      return LogMeta(format: known, ledgerID: [], createdMicros: 0, vocabularyMode: .strict)
    }
    guard
      let created = try get("created", 8, table, transaction)?.loadUnaligned(as: Int64.self),
      let ledger = try get("ledger", 16, table, transaction),
      let mode = try get("vocabulary", 1, table, transaction)?.loadUnaligned(as: UInt8.self)
    else { return nil }
    return LogMeta(
      format: known, ledgerID: Array(ledger), createdMicros: Int64(littleEndian: created),
      vocabularyMode: VocabularyMode(rawValue: mode) ?? .strict)
  }

  /// By which rules personal fields are sealed; nil when they are not.
  static func sealing(
    in table: BytesTable, _ transaction: borrowing some Transaction & ~Copyable
  ) throws(LMDBError) -> UnsafeRawBufferPointer? {
    try table.get(key("sealing"), in: transaction)
  }

  static func setSealing(
    _ rules: [UInt8], in table: BytesTable, _ transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    try rules.withUnsafeBufferPointer { bytes throws(LMDBError) in
      try put(UnsafeRawBufferPointer(bytes), "sealing", table, transaction)
    }
  }

  private static func key(_ name: StaticString) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
  }

  private static func put<Value: BitwiseCopyable>(
    _ value: Value, _ key: StaticString, _ table: BytesTable, _ transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    var value = value
    try withUnsafeBytes(of: &value) { bytes throws(LMDBError) in try put(bytes, key, table, transaction) }
  }

  private static func put(
    _ value: UnsafeRawBufferPointer, _ key: StaticString, _ table: BytesTable,
    _ transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    try table.put(self.key(key), value, in: transaction)
  }

  private static func get(
    _ key: StaticString, _ size: Int, _ table: BytesTable, _ transaction: borrowing ReadTransaction
  ) throws(LMDBError) -> UnsafeRawBufferPointer? {
    guard let bytes = try table.get(self.key(key), in: transaction), bytes.count == size else { return nil }
    return bytes
  }
}
