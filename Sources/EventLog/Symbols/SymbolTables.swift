import LMDB

/// Looks strings up and gives new ones their symbols.
enum SymbolTables {
  /// The stored symbol of a string; nil when it has none. O(log n).
  static func find(
    _ string: UnsafeRawBufferPointer, in namespace: SymbolNamespace, symbols: BytesTable,
    _ transaction: borrowing some Transaction & ~Copyable
  ) throws -> UInt32? {
    try SymbolKey.withKey(string, in: namespace) { key in
      guard let value = try symbols.get(key, in: transaction) else { return nil }
      guard value.count == 4 else {
        throw LMDBError(.damagedValue("a symbol has \(value.count) bytes"), operation: "get", table: symbols.name)
      }
      return UInt32(littleEndian: value.loadUnaligned(as: UInt32.self))
    }
  }

  /// Stores a string that has no symbol yet under the next one of its namespace.
  static func add(
    _ string: UnsafeRawBufferPointer, in namespace: SymbolNamespace, tables: LogTables, counts: inout SymbolCounts,
    _ transaction: borrowing WriteTransaction
  ) throws -> UInt32 {
    let id = counts[namespace] + 1
    var stored = id.littleEndian
    try withUnsafeBytes(of: &stored) { value in
      try SymbolKey.withKey(string, in: namespace) { key in try tables.symbols.put(key, value, in: transaction) }
    }
    try tables.names.put(SymbolKey.name(id, in: namespace), string, in: transaction)
    counts[namespace] = id
    return id
  }
}
