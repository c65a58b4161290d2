import CLMDB

/// Some positions of the log: a bit for each, up to a limit. O(1) to add one and to look for one.
///
/// `@unchecked Sendable`: filled by one thread; then any number of them may look.
public final class PositionSet: @unchecked Sendable {
  @usableFromInline let words: UnsafeMutablePointer<UInt64>
  @usableFromInline let wordCount: Int

  /// An empty set of positions up to a limit. O(limit ÷ 64).
  public init(upTo limit: UInt64) {
    wordCount = Int(limit >> 6) + 1
    words = .allocate(capacity: wordCount)
    words.initialize(repeating: 0, count: wordCount)
  }

  deinit { words.deallocate() }

  /// Puts a position in; false when it was there already. One beyond the limit stays out.
  @inlinable @discardableResult
  public func insert(_ position: UInt64) -> Bool {
    let word = Int(truncatingIfNeeded: position >> 6)
    let bit: UInt64 = 1 << (position & 63)
    guard word < wordCount else { return false }
    let isNew = words[word] & bit == 0
    // Whether it is new or not, which is quicker than to guess.
    words[word] |= bit
    return isNew
  }

  /// Whether a position is in it.
  @inlinable @inline(__always)
  public func contains(_ position: UInt64) -> Bool {
    let word = Int(truncatingIfNeeded: position >> 6)
    return word < wordCount && words[word] & 1 << (position & 63) != 0
  }

  /// A bit for each of the 64 positions that share all but the lowest six bits with one, from the lowest on.
  @inlinable
  public func word(of position: UInt64) -> UInt64 {
    let word = Int(truncatingIfNeeded: position >> 6)
    return word < wordCount ? words[word] : 0
  }

  /// Asks for the memory of a position up to the limit.
  @inline(__always)
  func prefetch(_ position: UInt64) { vsl_prefetch(words + Int(truncatingIfNeeded: position >> 6)) }
}

/// The positions of a set, numbered from 0 in their order.
public struct PositionRanks: Sendable {
  @usableFromInline let positions: PositionSet
  /// How many there are before the positions of each word.
  @usableFromInline let before: [UInt32]
  /// How many there are.
  public let count: Int

  /// Numbers the positions of a set that is not added to any more. O(limit ÷ 64).
  public init(_ positions: PositionSet) {
    self.positions = positions
    var count = 0
    before = (0..<positions.wordCount).map { word in
      defer { count += positions.words[word].nonzeroBitCount }
      return UInt32(truncatingIfNeeded: count)
    }
    self.count = count
  }

  /// How many of them lie before a position; nil for one that is not among them. O(1).
  @inlinable @inline(__always)
  public func rank(of position: UInt64) -> Int? {
    guard positions.contains(position) else { return nil }
    let word = Int(truncatingIfNeeded: position >> 6)
    let below = positions.words[word] & (1 << (position & 63) - 1)
    return Int(before[word]) + below.nonzeroBitCount
  }
}
