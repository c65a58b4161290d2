/// A sum of numbers that does not depend on their order, and so not on how many cores add them up: each is taken to the nearest 2⁻⁵⁶, and
/// those are added exactly.
struct ExactSum {
  private static let unit = 0x1p-56
  /// Numbers beyond this count as this: eight million of them would have to come together before a sum could wrap around.
  private static let largest = 0x1p48

  private var units: Int128 = 0

  /// Adds a number.
  @inline(__always)
  mutating func add(_ number: Double) {
    units &+= Int128((max(-Self.largest, min(Self.largest, number)) / Self.unit).rounded())
  }

  /// The sum, rounded once.
  var value: Double { Double(units) * Self.unit }

  static func += (left: inout ExactSum, right: ExactSum) { left.units &+= right.units }
}
