/// Durations of one group, in microseconds, in the order in which they were added.
///
/// The first ones are in an array, so that a small group costs little; the others in pieces that never move, so that a large group is neither
/// copied as it grows nor when the sums of several cores are put together. A copy shares the pieces: only one of the two may go on to add.
struct Durations {
  private static let firstCount = 1 << 9
  private static let pieceCount = 1 << 12

  /// Memory that goes away with the last who refers to it.
  private final class Piece: @unchecked Sendable {
    let values = UnsafeMutablePointer<Int64>.allocate(capacity: pieceCount)
    deinit { values.deallocate() }
  }

  private var first: [Int64] = []
  /// How many zeros were only counted.
  fileprivate var zeroCount = 0
  private var full: [(piece: Piece, count: Int)] = []
  private var piece: Piece?
  private var next: UnsafeMutablePointer<Int64>?
  private var room = 0

  /// How many.
  var count: Int { zeroCount + first.count + full.reduce(0) { $0 + $1.count } + usedInPiece }
  /// Whether there is none.
  var isEmpty: Bool { count == 0 }

  private var usedInPiece: Int { piece == nil ? 0 : Self.pieceCount - room }

  /// None.
  init() {}

  /// Adds one.
  @inline(__always)
  mutating func append(_ value: Int64) {
    guard room > 0, let place = next else { return appendSlowly(value) }
    place.initialize(to: value)
    next = place + 1
    room -= 1
  }

  /// Adds one that is likely to be zero, which is counted and not kept. Not to be followed by ``addToLast(_:)``.
  @inline(__always)
  mutating func appendOrCount(_ value: Int64) {
    if value == 0 { zeroCount += 1 } else { append(value) }
  }

  @inline(never)
  private mutating func appendSlowly(_ value: Int64) {
    if piece == nil, first.count < Self.firstCount { return first.append(value) }
    closePiece()
    let fresh = Piece()
    fresh.values.initialize(to: value)
    (piece, next, room) = (fresh, fresh.values + 1, Self.pieceCount - 1)
  }

  private mutating func closePiece() {
    if let piece, usedInPiece > 0 { full.append((piece, usedInPiece)) }
    (piece, next, room) = (nil, nil, 0)
  }

  /// Adds to the one that was added last, of which there must be one.
  @inline(__always)
  mutating func addToLast(_ value: Int64) {
    if let next {
      next[-1] += value
    } else if let last = first.indices.last {
      first[last] += value
    }
  }

  /// Adds all of another group, which must not go on to add.
  static func += (left: inout Durations, right: Durations) {
    left.zeroCount += right.zeroCount
    left.closePiece()
    if left.first.count < firstCount || right.full.isEmpty && right.piece == nil {
      left.first += right.first
    } else {
      for value in right.first { left.append(value) }
      left.closePiece()
    }
    left.full += right.full
    if let piece = right.piece, right.usedInPiece > 0 { left.full.append((piece, right.usedInPiece)) }
  }

  /// Gives `body` all that are kept, in runs that lie together, none of which is empty.
  fileprivate func forEachRun(_ body: (UnsafeBufferPointer<Int64>) -> Void) {
    if !first.isEmpty { first.withUnsafeBufferPointer(body) }
    for (piece, count) in full { body(UnsafeBufferPointer(start: piece.values, count: count)) }
    if let piece, usedInPiece > 0 { body(UnsafeBufferPointer(start: piece.values, count: usedInPiece)) }
    withExtendedLifetime(self) {}
  }

  /// All of them in one array. O(n).
  var array: [Int64] {
    var values = [Int64](repeating: 0, count: zeroCount)
    values.reserveCapacity(count)
    forEachRun { values.append(contentsOf: $0) }
    return values
  }
}

extension DurationSummary {
  /// Computes the figures; nil of nothing. O(n) on average.
  init?(_ durations: Durations, percentiles: [Double], method: Policy.PercentileMethod = .nearestRank) {
    let kept = durations.count - durations.zeroCount
    var totals = Totals()
    durations.forEachRun { totals.add($0) }
    // Zeros that are not kept come first, unless there are negative ones.
    guard kept >= RankBuckets.leastCount, method == .nearestRank, durations.zeroCount == 0 || totals.least >= 0 else {
      var values = durations.array
      self.init(&values, percentiles: percentiles, method: method)
      return
    }
    totals.addZeros(durations.zeroCount)
    let ranks = percentiles.map { Quantiles.rank($0, of: totals.count) - durations.zeroCount }
    let buckets = RankBuckets(least: totals.least, ranks: ranks) { durations.forEachRun($0) }
    self.init(totals, percentilesMicros: ranks.map { $0 < 0 ? 0 : buckets.value(ofRank: $0) })
  }
}
