/// The simulator's random numbers: xoshiro256** (Blackman and Vigna, 2018), its state filled from the seed by
/// SplitMix64.
///
/// Part of what makes a seed mean the same events for ever: it must not be replaced by a generator of the standard
/// library.
struct RandomSource {
  private var s0: UInt64
  private var s1: UInt64
  private var s2: UInt64
  private var s3: UInt64

  init(seed: UInt64) {
    var state = seed
    s0 = Self.splitMix(&state)
    s1 = Self.splitMix(&state)
    s2 = Self.splitMix(&state)
    s3 = Self.splitMix(&state)
  }

  /// SplitMix64 (Steele, Lea and Flood, 2014): one step.
  static func splitMix(_ state: inout UInt64) -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// 64 random bits.
  mutating func next() -> UInt64 {
    let multiplied = s1 &* 5
    let result = (multiplied << 7 | multiplied >> 57) &* 9
    let shifted = s1 << 17
    s2 ^= s0
    s3 ^= s1
    s1 ^= s2
    s0 ^= s3
    s2 ^= shifted
    s3 = s3 << 45 | s3 >> 19
    return result
  }

  /// A number from 0 up to, but not including, `bound` (Lemire's multiplication; its bias is below 2⁻³² here).
  mutating func below(_ bound: Int) -> Int {
    Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(truncatingIfNeeded: bound)).high)
  }

  /// True `parts` times in 10,000.
  mutating func chance(_ parts: Int) -> Bool { below(10_000) < parts }
}
