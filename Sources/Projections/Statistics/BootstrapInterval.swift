/// The difference of two samples' medians, with a 95 % interval: what an experiment changed, and how sure that is.
///
/// The medians are nearest-rank ones (``Quantiles``). The interval is the percentile bootstrap's: both samples are drawn anew
/// from themselves, with replacement and in their own sizes, many times; of the differences of the medians the 2.5th and
/// 97.5th percentile, by nearest rank, are its ends. Efron and Tibshirani, "An Introduction to the Bootstrap", 1993, chapter
/// 13. It assumes that the values of a sample are independent of each other. Pure: a seed gives the same interval on every
/// platform.
public struct BootstrapInterval: Sendable, Equatable {
  /// The fewest and the most drawings.
  public static let resamplesRange = 100...100_000

  /// The median after less the median before, in the unit of the values.
  public let difference: Int64
  /// The lower end of the interval.
  public let lower: Int64
  /// The upper end.
  public let upper: Int64
  /// The median before.
  public let medianBefore: Int64
  /// The median after.
  public let medianAfter: Int64
  /// How many values there are before.
  public let countBefore: Int
  /// How many after.
  public let countAfter: Int
  /// How many times the samples were drawn.
  public let resamples: Int

  /// Whether a sample has fewer than ten values: the interval is then narrower than what it should say.
  public var isProvisional: Bool { min(countBefore, countAfter) < 10 }
  /// Whether the interval leaves out 0: a difference that chance alone would hardly make.
  public var excludesZero: Bool { lower > 0 || upper < 0 }

  /// The difference between two samples in any order, such as durations in microseconds.
  ///
  /// Nil when one is empty, or `resamples` is not in ``resamplesRange``. Differences beyond 64 bits are cut to them.
  ///
  /// - Complexity: O(resamples · n) on average.
  public init?(before: [Int64], after: [Int64], resamples: Int = 2000, seed: UInt64) {
    guard !before.isEmpty, !after.isEmpty, Self.resamplesRange ~= resamples else { return nil }
    // Sorted, so that the order in which values come changes nothing.
    let before = before.sorted()
    let after = after.sorted()
    var random = SplitMix64(seed: seed)
    var counts = [UInt32](repeating: 0, count: max(before.count, after.count))
    var differences: [Int64] = []
    differences.reserveCapacity(resamples)
    for _ in 0..<resamples {
      let from = Self.drawMedian(of: before, &counts, &random)
      let to = Self.drawMedian(of: after, &counts, &random)
      differences.append(Self.difference(from, to))
    }
    differences.sort()
    lower = differences[Quantiles.rank(2.5, of: resamples)]
    upper = differences[Quantiles.rank(97.5, of: resamples)]
    medianBefore = before[Quantiles.rank(50, of: before.count)]
    medianAfter = after[Quantiles.rank(50, of: after.count)]
    difference = Self.difference(medianBefore, medianAfter)
    countBefore = before.count
    countAfter = after.count
    self.resamples = resamples
  }

  /// The median of as many values as there are, drawn from sorted ones: how often each was drawn says where it lies. `counts` holds zeros,
  /// before and after.
  private static func drawMedian(
    of values: [Int64], _ counts: inout [UInt32], _ random: inout SplitMix64
  ) -> Int64 {
    counts.withUnsafeMutableBufferPointer { counts in
      for _ in values.indices { counts[random.below(values.count)] += 1 }
      let rank = Quantiles.rank(50, of: values.count)
      var drawn = 0
      var median = 0
      while drawn + Int(counts[median]) <= rank {
        drawn += Int(counts[median])
        median += 1
      }
      for index in values.indices { counts[index] = 0 }
      return values[median]
    }
  }

  private static func difference(_ from: Int64, _ to: Int64) -> Int64 {
    let (difference, overflows) = to.subtractingReportingOverflow(from)
    return overflows ? (to > from ? .max : .min) : difference
  }
}
