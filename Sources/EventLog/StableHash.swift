/// A 64-bit hash that is part of the data format: it never changes between versions or machines.
///
/// Multiply–fold over 8-byte little-endian words (the construction of wyhash and FoldHash, reduced to what is needed here). Not
/// cryptographic: every hit is confirmed against the bytes.
public enum StableHash {
  /// The hash of some bytes. O(n), about 1 ns for 8 bytes.
  @inlinable
  public static func hash(_ bytes: UnsafeRawBufferPointer, seed: UInt64 = 0) -> UInt64 {
    let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15
    var state = seed ^ 0x2545_F491_4F6C_DD1D ^ UInt64(truncatingIfNeeded: bytes.count)
    var offset = 0
    while offset + 8 <= bytes.count {
      let word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      state = fold(state ^ word, multiplier)
      offset += 8
    }
    var rest: UInt64 = 0
    let restCount = bytes.count - offset
    if restCount > 0, offset > 0 {
      // The last eight bytes, less those that were hashed before.
      let last = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: bytes.count - 8, as: UInt64.self))
      rest = last >> UInt64(64 - 8 * restCount)
    } else {
      while offset < bytes.count {
        rest |= UInt64(bytes[offset]) << UInt64(8 * offset)
        offset += 1
      }
    }
    state = fold(state ^ rest, multiplier)
    return fold(state ^ (state >> 29), 0xE703_7ED1_A0B4_28DB)
  }

  @inlinable
  static func fold(_ value: UInt64, _ multiplier: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: multiplier)
    return product.high ^ product.low
  }
}
