/// Numbers given to keys lately: most rows are of few groups, and hashing a key costs more than all else that is done for a row.
struct RecentNumbers<Key: Equatable> {
  static var placeCount: Int { 1024 }

  private var keys: [Key]
  private var numbers: [UInt32]

  /// None yet; `key` is any key.
  init(_ key: Key) {
    keys = [Key](repeating: key, count: Self.placeCount)
    numbers = [UInt32](repeating: .max, count: Self.placeCount)
  }

  /// The place of a key, from the product of its words with large odd numbers.
  @inline(__always)
  static func place(_ mixed: UInt64) -> Int { Int(((mixed ^ mixed >> 29) &* 0x9E37_79B9_7F4A_7C15) >> 54) }

  /// The number of a key, if it is the one that was noted last at its place.
  @inline(__always)
  func number(of key: Key, at place: Int) -> UInt32? {
    numbers[place] != .max && keys[place] == key ? numbers[place] : nil
  }

  mutating func note(_ number: UInt32, of key: Key, at place: Int) {
    keys[place] = key
    numbers[place] = number
  }
}
