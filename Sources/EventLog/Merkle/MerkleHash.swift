import CNettle
import LMDB

/// A SHA-256 hash of the log's Merkle tree (RFC 9162 §2.1): a leaf, an interior node, or a root.
public struct MerkleHash: FixedRow, Hashable {
  /// The 32 bytes as four words in memory order.
  var words: (UInt64, UInt64, UInt64, UInt64)

  /// 32 zero bytes: no hash.
  public init() { words = (0, 0, 0, 0) }

  /// The hash in these 32 bytes; nil when there are not 32.
  public init?(bytes: UnsafeRawBufferPointer) {
    guard bytes.count == 32 else { return nil }
    self = bytes.loadUnaligned(as: MerkleHash.self)
  }

  /// The hash in 64 hexadecimal digits; nil of anything else.
  public init?(hexadecimal text: String) {
    let digits = Array(text.utf8)
    guard digits.count == 64 else { return nil }
    var bytes: [UInt8] = []
    for index in stride(from: 0, to: 64, by: 2) {
      guard let high = Self.digit(digits[index]), let low = Self.digit(digits[index + 1]) else { return nil }
      bytes.append(high << 4 | low)
    }
    self = bytes.withUnsafeBytes { $0.loadUnaligned(as: MerkleHash.self) }
  }

  private static func digit(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
  }

  /// SHA-256 of some bytes. Allocates nothing, unlike the hash functions of swift-crypto, whose state is on the heap.
  public init(hashing bytes: UnsafeRawBufferPointer) {
    self = Self.hash(bytes, UnsafeRawBufferPointer(start: nil, count: 0))
  }

  /// The root of the tree of no leaves: SHA-256 of nothing.
  public static var emptyRoot: MerkleHash { MerkleHash(hashing: UnsafeRawBufferPointer(start: nil, count: 0)) }

  /// The leaf of some data: SHA-256(0x00 ‖ data).
  public static func leaf(of data: UnsafeRawBufferPointer) -> MerkleHash {
    withUnsafeBytes(of: UInt8(0)) { hash($0, data) }
  }

  /// The leaf of a record: SHA-256(0x00 ‖ recorded time in µs as eight bytes, little-endian ‖ event).
  static func leaf(recordedMicros: Int64, event: UnsafeRawBufferPointer) -> MerkleHash {
    // One update for what fits no whole block of the hash, then the event as it lies.
    withUnsafeTemporaryAllocation(byteCount: 9, alignment: 8) { head in
      head[0] = 0
      head.storeBytes(of: recordedMicros.littleEndian, toByteOffset: 1, as: Int64.self)
      return hash(UnsafeRawBufferPointer(head), event)
    }
  }

  /// SHA-256 of some bytes and others behind them.
  private static func hash(_ first: UnsafeRawBufferPointer, _ second: UnsafeRawBufferPointer) -> MerkleHash {
    withUnsafeTemporaryAllocation(of: sha256_ctx.self, capacity: 1) { state in
      // One element was asked for, so there is an address.
      let state = state.baseAddress!
      nettle_sha256_init(state)
      if let start = first.baseAddress {
        nettle_sha256_update(state, first.count, start.assumingMemoryBound(to: UInt8.self))
      }
      if let start = second.baseAddress {
        nettle_sha256_update(state, second.count, start.assumingMemoryBound(to: UInt8.self))
      }
      var result = MerkleHash()
      withUnsafeMutableBytes(of: &result) {
        nettle_sha256_digest(state, $0.count, $0.baseAddress?.assumingMemoryBound(to: UInt8.self))
      }
      return result
    }
  }

  /// The node above two: SHA-256(0x01 ‖ left ‖ right).
  public static func node(_ left: MerkleHash, _ right: MerkleHash) -> MerkleHash {
    // 1 + 32 + 32 bytes on the stack, so that one call hashes them; put together in registers, since the hash reads sixteen bytes at a
    // time, and would wait for parts of them to reach the cache.
    withUnsafeTemporaryAllocation(byteCount: 80, alignment: 16) { input in
      var carried: UInt64 = 1
      @inline(__always)
      func shifted(_ word: UInt64) -> UInt64 {
        let word = UInt64(littleEndian: word)
        defer { carried = word >> 56 }
        return (word << 8 | carried).littleEndian
      }
      let (left, right) = (left.words, right.words)
      let parts = (
        SIMD2(shifted(left.0), shifted(left.1)), SIMD2(shifted(left.2), shifted(left.3)),
        SIMD2(shifted(right.0), shifted(right.1)), SIMD2(shifted(right.2), shifted(right.3))
      )
      input.storeBytes(of: parts.0, as: SIMD2<UInt64>.self)
      input.storeBytes(of: parts.1, toByteOffset: 16, as: SIMD2<UInt64>.self)
      input.storeBytes(of: parts.2, toByteOffset: 32, as: SIMD2<UInt64>.self)
      input.storeBytes(of: parts.3, toByteOffset: 48, as: SIMD2<UInt64>.self)
      input[64] = UInt8(truncatingIfNeeded: carried)
      return MerkleHash(hashing: UnsafeRawBufferPointer(rebasing: input[..<65]))
    }
  }

  /// The bytes.
  public var bytes: [UInt8] { withUnsafeBytes(of: words) { Array($0) } }

  /// 0: a hash's place in its table says where it belongs.
  public var rowPosition: UInt64 { 0 }
  /// 0: hashes have no time.
  public var rowTimeMicros: Int64 { 0 }

  /// Equal when all bytes are.
  public static func == (a: MerkleHash, b: MerkleHash) -> Bool { a.words == b.words }

  /// Feeds a part of the bytes, which are as good as random.
  public func hash(into hasher: inout Hasher) { hasher.combine(words.0) }
}

extension MerkleHash: CustomStringConvertible {
  /// 64 hexadecimal digits in lower case.
  public var description: String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] }, as: UTF8.self)
  }
}
