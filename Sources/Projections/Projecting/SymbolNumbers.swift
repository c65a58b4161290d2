/// A number for symbols of the log, 0 where none was given: plain memory that grows, looked at for every fact, where an array would be
/// retained and released each time.
final class SymbolNumbers {
  @exclusivity(unchecked) private var numbers: UnsafeMutablePointer<UInt32>
  @exclusivity(unchecked) private var capacity = 1 << 8

  init() {
    numbers = .allocate(capacity: capacity)
    numbers.initialize(repeating: 0, count: capacity)
  }

  deinit { numbers.deallocate() }

  /// The number of a symbol.
  @inline(__always)
  subscript(symbol: UInt32) -> UInt32 { Int(symbol) < capacity ? numbers[Int(symbol)] : 0 }

  /// Gives a symbol its number.
  func set(_ symbol: UInt32, _ number: UInt32) {
    while Int(symbol) >= capacity {
      let larger = UnsafeMutablePointer<UInt32>.allocate(capacity: capacity * 2)
      larger.update(from: numbers, count: capacity)
      (larger + capacity).initialize(repeating: 0, count: capacity)
      numbers.deallocate()
      numbers = larger
      capacity *= 2
    }
    numbers[Int(symbol)] = number
  }
}
