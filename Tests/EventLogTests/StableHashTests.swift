import Testing

@testable import EventLog

@Suite("The hash that is part of the format")
struct StableHashTests {
  /// As it is defined: eight bytes at a time, the last ones with zeros behind them.
  private func defined(_ bytes: [UInt8], seed: UInt64) -> UInt64 {
    let multiplier: UInt64 = 0x9E37_79B9_7F4A_7C15
    var state = seed ^ 0x2545_F491_4F6C_DD1D ^ UInt64(bytes.count)
    for start in stride(from: 0, through: bytes.count, by: 8) {
      let word = bytes[start..<min(bytes.count, start + 8)].reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      state = StableHash.fold(state ^ word, multiplier)
    }
    return StableHash.fold(state ^ (state >> 29), 0xE703_7ED1_A0B4_28DB)
  }

  @Test("every length is hashed as defined")
  func lengths() {
    for count in 0...70 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
      for seed in [0, 1, UInt64.max] {
        #expect(bytes.withUnsafeBytes { StableHash.hash($0, seed: seed) } == defined(bytes, seed: seed), "\(count)")
      }
    }
  }
}
