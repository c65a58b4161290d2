import LMDB

/// A number that a set of identities adds up to, in whatever order: two sets that differ by chance or damage do not add up to the same.
public enum IdentityDigest {
  /// What one event adds: its identity hash, its occurred time (nil when it names none), its position.
  @inline(__always)
  public static func term(hash: UInt64, occurredMicros: Int64?, position: UInt64) -> UInt64 {
    term(hash, occurredMicros.map { IdentityKey.hour(occurredMicros: $0) } ?? IdentityKey.withoutTime, position)
  }

  @inline(__always)
  static func term(_ hash: UInt64, _ key: UInt64, _ position: UInt64) -> UInt64 {
    StableHash.fold(
      StableHash.fold(hash ^ key &* 0x9E37_79B9_7F4A_7C15, 0xA076_1D64_78BD_642F) ^ position, 0xE703_7ED1_A0B4_28DB)
  }
}

extension LogSnapshot {
  /// Gives `body` every identity with the hour that it is listed under, in the order of the hours. O(entries).
  func forEachIdentity(_ body: (IdentityValue, _ hour: UInt64) -> Void) throws {
    try LedgerError.wrap {
      var cursor = try Cursor(tables.identity, in: transaction)
      var more = try cursor.moveToFirst()
      while more {
        let hour = cursor.integerKey
        more = try cursor.readPage()
        while more {
          for offset in stride(from: 0, to: cursor.value.count - 15, by: 16) {
            body(cursor.value.loadUnaligned(fromByteOffset: offset, as: IdentityValue.self), hour)
          }
          more = try cursor.readNextPage()
        }
        more = try cursor.moveToNextKey()
      }
    }
  }
}
