import LMDB

/// How the `identity` table is laid out: under the hour in which an event occurred, its identity hash and position.
///
/// Keys by hour keep the pages that an append touches few and warm. A producer's retry carries the same time, and so looks under the
/// same hour.
enum IdentityKey {
  /// The key of events without a time of their own.
  static let withoutTime: UInt64 = 0

  /// The key of an occurred time: its hour since 1970, moved up so that every Int64 time has a key above 0.
  static func hour(occurredMicros: Int64) -> UInt64 {
    let hourMicros: Int64 = 3_600_000_000
    let hour = occurredMicros >= 0 ? occurredMicros / hourMicros : (occurredMicros + 1) / hourMicros - 1
    return UInt64(hour + (1 << 32))
  }

  /// The key of a prepared event.
  static func key(of event: PreparedEvent) -> UInt64 {
    event.flags.contains(.timeAssumed) ? withoutTime : hour(occurredMicros: event.occurredMicros)
  }
}

/// A value of the `identity` table: big-endian, so that byte order is order by hash, then position.
struct IdentityValue: BitwiseCopyable, Sendable {
  private var bigEndianHash: UInt64
  private var bigEndianPosition: UInt64

  init(hash: UInt64, position: UInt64) {
    bigEndianHash = hash.bigEndian
    bigEndianPosition = position.bigEndian
  }

  /// Reads a stored value; nil when it has another size.
  init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count == 16 else { return nil }
    self = bytes.loadUnaligned(as: IdentityValue.self)
  }

  var hash: UInt64 { UInt64(bigEndian: bigEndianHash) }
  var position: UInt64 { UInt64(bigEndian: bigEndianPosition) }
}

/// An event of a batch on its way into the `identity` table.
struct IdentityEntry: BitwiseCopyable, Sendable {
  var hour: UInt64
  var hash: UInt64
  var index: Int

  static func < (a: IdentityEntry, b: IdentityEntry) -> Bool {
    if a.hour != b.hour { return a.hour < b.hour }
    if a.hash != b.hash { return a.hash < b.hash }
    return a.index < b.index
  }
}
