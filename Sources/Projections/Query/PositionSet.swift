/// Some positions of the log: a bit for each.
struct PositionSet {
  private var words: [UInt64]

  /// An empty set of positions up to a limit.
  init(upTo limit: UInt64) { words = [UInt64](repeating: 0, count: Int(limit >> 6) + 1) }

  /// Whether a position is in it.
  @inline(__always)
  func contains(_ position: UInt64) -> Bool {
    let word = Int(position >> 6)
    return word < words.count && words[word] & 1 << (position & 63) != 0
  }

  /// Puts a position in; one beyond the limit stays out.
  ///
  /// - Returns: whether it is new there.
  @discardableResult
  mutating func insert(_ position: UInt64) -> Bool {
    let word = Int(position >> 6)
    guard word < words.count, words[word] & 1 << (position & 63) == 0 else { return false }
    words[word] |= 1 << (position & 63)
    return true
  }
}
