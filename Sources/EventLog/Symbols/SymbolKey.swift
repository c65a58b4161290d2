import LMDB

/// Builds the keys of the `symbols` and `names` tables.
enum SymbolKey {
  /// Longest string that is its own key: one byte less than would fill a key, so that no short string looks like a long one's key.
  static let longestInline = BytesTable.maxKeyLength - 2

  /// Gives `body` the key of a string: namespace ‖ string, or for a long one namespace ‖ its beginning ‖ its SHA-256, 511 bytes.
  static func withKey<R>(
    _ string: UnsafeRawBufferPointer, in namespace: SymbolNamespace, _ body: (UnsafeRawBufferPointer) throws -> R
  ) rethrows -> R {
    try withUnsafeTemporaryAllocation(byteCount: BytesTable.maxKeyLength, alignment: 8) { key in
      key[0] = namespace.rawValue
      guard string.count > longestInline else {
        UnsafeMutableRawBufferPointer(rebasing: key[1...]).copyMemory(from: string)
        return try body(UnsafeRawBufferPointer(rebasing: key[..<(1 + string.count)]))
      }
      let prefix = BytesTable.maxKeyLength - 1 - 32
      UnsafeMutableRawBufferPointer(rebasing: key[1...])
        .copyMemory(from: UnsafeRawBufferPointer(rebasing: string[..<prefix]))
      withUnsafeBytes(of: MerkleHash(hashing: string)) { hash in
        UnsafeMutableRawBufferPointer(rebasing: key[(1 + prefix)...]).copyMemory(from: hash)
      }
      return try body(UnsafeRawBufferPointer(key))
    }
  }

  /// The key of a symbol in the `names` table.
  static func name(_ id: UInt32, in namespace: SymbolNamespace) -> UInt64 {
    UInt64(namespace.rawValue) << 32 | UInt64(id)
  }
}

/// The last symbol of each namespace.
struct SymbolCounts: Sendable {
  private var counts = SIMD8<UInt32>()

  subscript(namespace: SymbolNamespace) -> UInt32 {
    get { counts[Int(namespace.rawValue)] }
    set { counts[Int(namespace.rawValue)] = newValue }
  }

  init() {}

  /// Reads them off the `names` table: symbols are dense, so that the last one is the count. Where the file is damaged it need not be: memory is
  /// taken by these counts, so that they are never more than there are names.
  init(_ names: IntegerTable, in transaction: borrowing some Transaction & ~Copyable) throws(LMDBError) {
    var cursor = try Cursor(names, in: transaction)
    for namespace in SymbolNamespace.allCases {
      let behind = UInt64(namespace.rawValue + 1) << 32
      let found =
        try cursor.move(toFirstNotBelow: behind) ? try cursor.moveToPrevious() : try cursor.moveToLast()
      guard found, cursor.integerKey >> 32 == UInt64(namespace.rawValue) else { continue }
      self[namespace] = UInt32(truncatingIfNeeded: cursor.integerKey)
    }
    let called = SymbolNamespace.allCases.reduce(0) { $0 + Int(self[$1]) }
    let there = try names.count(in: transaction)
    guard called <= there else {
      throw LMDBError(
        .damagedValue("the last numbers of names call for \(called) of them, but there are \(there)"),
        operation: "read",
        table: names.name)
    }
  }
}
