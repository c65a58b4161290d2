/// Exact figures of a set of durations in microseconds.
public struct DurationSummary: Sendable, Equatable {
  /// How many.
  public var count: Int
  /// The arithmetic mean, rounded to the nearest microsecond.
  public var meanMicros: Int64
  /// Nearest-rank percentiles, in the order asked for.
  public var percentilesMicros: [Int64]
  /// The largest.
  public var maximumMicros: Int64

  /// Computes the figures; nil of nothing. Reorders `values`. O(n) on average.
  public init?(
    _ values: inout [Int64], percentiles: [Double], method: Policy.PercentileMethod = .nearestRank
  ) {
    guard !values.isEmpty else { return nil }
    var totals = Totals()
    values.withUnsafeBufferPointer { totals.add($0) }
    self.init(
      totals,
      percentilesMicros: values.withUnsafeMutableBufferPointer { buffer in
        switch method {
        case .nearestRank: Quantiles.nearestRank(percentiles, of: buffer)
        case .linear: Quantiles.linear(percentiles, of: buffer)
        }
      })
  }

  /// What is known of values after one pass over them.
  struct Totals {
    var count = 0
    var sum: Int128 = 0
    var least = Int64.max
    var largest = Int64.min

    /// Adds a run of values, at most 2^32 of them.
    mutating func add(_ values: UnsafeBufferPointer<Int64>) {
      // Halves, whose sums fit 64 bits, so that no sum waits for a carry.
      var high: Int64 = 0
      var low: UInt64 = 0
      for value in values {
        high &+= value >> 32
        low &+= UInt64(UInt32(truncatingIfNeeded: value))
        least = min(least, value)
        largest = max(largest, value)
      }
      count += values.count
      sum += Int128(high) << 32 + Int128(low)
    }

    /// Adds so many zeros. What is least stays that of the others, none of which is negative.
    mutating func addZeros(_ zeroCount: Int) {
      count += zeroCount
      if zeroCount > 0 { largest = max(largest, 0) }
    }
  }

  /// The figures of values that were passed over.
  init(_ totals: Totals, percentilesMicros: [Int64]) {
    count = totals.count
    maximumMicros = totals.largest
    self.percentilesMicros = percentilesMicros
    let (sum, count) = (totals.sum, Int128(totals.count))
    meanMicros = Int64((Double(sum) / Double(totals.count)).rounded())
    if let exact = Int64(exactly: (sum * 2 + count) / (count * 2)), sum >= 0 { meanMicros = exact }
  }
}

/// Percentiles by nearest rank: the smallest value with at least the given share of all values at or below it, `sorted[⌈p·n⌉ − 1]`.
public enum Quantiles {
  /// The rank, from 0, of a percentile among `count` values. `percentile` in 0…100 with up to two decimals is exact.
  public static func rank(_ percentile: Double, of count: Int) -> Int {
    // In hundredths of a percent, so that 85 % of 20 is 17 and not 18 for want of a bit.
    let hundredths = Int((percentile * 100).rounded())
    let rank = (count * hundredths + 9_999) / 10_000
    return min(max(rank, 1), count) - 1
  }

  /// Percentiles of a non-empty buffer, which may be reordered. O(n) on average for all of them.
  public static func nearestRank(
    _ percentiles: [Double], of values: UnsafeMutableBufferPointer<Int64>
  ) -> [Int64] {
    var results = [Int64](repeating: 0, count: percentiles.count)
    let ranks = percentiles.map { rank($0, of: values.count) }
    if values.count >= RankBuckets.leastCount {
      var least = Int64.max
      for value in values { least = min(least, value) }
      let buckets = RankBuckets(least: least, ranks: ranks) { $0(UnsafeBufferPointer(values)) }
      for index in ranks.indices { results[index] = buckets.value(ofRank: ranks[index]) }
      return results
    }
    // Ascending, so that each selection only needs the part behind the one before.
    let order = ranks.indices.sorted { ranks[$0] < ranks[$1] }
    var low = 0
    for index in order {
      select(ranks[index], in: values, from: low)
      results[index] = values[ranks[index]]
      low = ranks[index]
    }
    return results
  }

  /// Percentiles of a non-empty buffer by linear interpolation at `(n − 1)·p`, rounded to the nearest microsecond; the buffer is reordered.
  public static func linear(_ percentiles: [Double], of values: UnsafeMutableBufferPointer<Int64>) -> [Int64] {
    var sorted = values
    sorted.sort()
    return percentiles.map { percentile in
      let place = Double(values.count - 1) * min(max(percentile / 100, 0), 1)
      let low = Int(place)
      let share = place - Double(low)
      guard share > 0, low + 1 < values.count else { return values[low] }
      return values[low] + Int64((share * Double(values[low + 1] - values[low])).rounded())
    }
  }

  /// Moves the value of a rank to its place, smaller ones before it, larger ones behind (quickselect; median of three; what little is
  /// left is sorted). Everything before `low` must already be in its place.
  static func select(_ rank: Int, in values: UnsafeMutableBufferPointer<Int64>, from low: Int) {
    var low = low
    var high = values.count - 1
    var budget = 64
    while high - low > 32, budget > 0 {
      budget -= 1
      let middle = low + (high - low) / 2
      if values[middle] < values[low] { values.swapAt(middle, low) }
      if values[high] < values[low] { values.swapAt(high, low) }
      if values[high] < values[middle] { values.swapAt(high, middle) }
      let pivot = values[middle]
      var left = low
      var right = high
      while left <= right {
        while values[left] < pivot { left += 1 }
        while values[right] > pivot { right -= 1 }
        if left <= right {
          values.swapAt(left, right)
          left += 1
          right -= 1
        }
      }
      if rank <= right { high = right } else if rank >= left { low = left } else { return }
    }
    var rest = UnsafeMutableBufferPointer(rebasing: values[low...high])
    rest.sort()
  }
}
