/// Random numbers that a seed fixes for ever, on every platform: SplitMix64.
///
/// Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA 2014, with the constants of Vigna's
/// reference implementation. Part of what makes a seeded figure mean the same for ever: it must not be replaced by a
/// generator of the standard library, nor ``below(_:)`` by the standard library's way to draw from a range.
struct SplitMix64 {
  private var state: UInt64

  /// The sequence of a seed.
  init(seed: UInt64) { state = seed }

  /// 64 random bits.
  mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
    return mixed ^ (mixed >> 31)
  }

  /// A number from 0 up to, but not including, `bound`, which must be positive; each equally likely.
  ///
  /// Lemire, "Fast Random Integer Generation in an Interval", 2019: a multiplication, and another draw in the rare case
  /// that would favour some numbers.
  mutating func below(_ bound: Int) -> Int {
    let bound = UInt64(bound)
    var product = next().multipliedFullWidth(by: bound)
    if product.low < bound {
      let threshold = (0 &- bound) % bound
      while product.low < threshold { product = next().multipliedFullWidth(by: bound) }
    }
    return Int(product.high)
  }
}
