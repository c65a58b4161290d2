/// A process behaviour chart: individual values and their moving ranges (XmR), with natural limits and signals.
///
/// The mean X̄, the mean moving range mR̄ (of the differences of consecutive values, without sign), the natural process
/// limits X̄ ± 2.66 · mR̄ and the upper range limit 3.268 · mR̄: Wheeler, "Understanding Variation", 1993. Values are in any
/// one unit, which is that of all figures but the signals. Limits are not rounded before values are tested.
public struct ProcessBehaviour: Sendable, Equatable {
  /// What makes a value stand out.
  public struct Signals: OptionSet, Sendable, Hashable {
    /// One bit a signal.
    public let rawValue: UInt8
    /// Signals from their bits.
    public init(rawValue: UInt8) { self.rawValue = rawValue }
    /// The value is beyond a natural limit.
    public static let beyondLimit = Signals(rawValue: 1)
    /// The value is one of eight or more in a row on one side of the mean. A value on the mean ends the row.
    public static let longRun = Signals(rawValue: 2)
    /// The value is one of three out of four in a row that are nearer to the limit of one side than to the mean.
    public static let nearLimit = Signals(rawValue: 4)
  }

  /// A value of the chart.
  public struct Point: Sendable, Equatable {
    /// The value.
    public var value: Double
    /// How far it is from the value before it; nil for the first.
    public var movingRange: Double?
    /// What makes it stand out.
    public var signals: Signals
    /// Whether the moving range is beyond ``ProcessBehaviour/upperRangeLimit``.
    public var isRangeBeyondLimit: Bool
  }

  /// X̄.
  public let mean: Double
  /// mR̄, at least 0.
  public let meanMovingRange: Double
  /// X̄ + 2.66 · mR̄.
  public let upperLimit: Double
  /// X̄ − 2.66 · mR̄; 0 where it is clamped.
  public let lowerLimit: Double
  /// Whether the lower limit was negative and was put at 0. Then no value is tested for being beyond it or near to it.
  public let isLowerLimitClamped: Bool
  /// 3.268 · mR̄.
  public let upperRangeLimit: Double
  /// The values in their order.
  public let points: [Point]

  /// Whether there are fewer than ten values, so that the limits may still move much.
  public var isProvisional: Bool { points.count < 10 }

  /// The chart of values in their order in time; nil of fewer than two, and of values that are, or lead to, no finite number.
  ///
  /// - Parameter clampsAtZero: for values that cannot be negative, such as counts: a negative lower limit becomes 0.
  /// - Complexity: O(n)
  public init?(_ values: [Double], clampsAtZero: Bool = false) {
    guard values.count >= 2, let low = values.min(), let high = values.max(), values.allSatisfy(\.isFinite) else {
      return nil
    }
    let ranges = zip(values, values.dropFirst()).map { abs($1 - $0) }
    let sum = values.reduce(0, +)
    guard sum.isFinite else { return nil }
    // Clamped, as the mean of equal values need not be equal to them once it is rounded.
    let mean = min(max(sum / Double(values.count), low), high)
    let meanRange = ranges.reduce(0, +) / Double(ranges.count)
    let upper = mean + 2.66 * meanRange
    let lower = mean - 2.66 * meanRange
    let rangeLimit = 3.268 * meanRange
    guard upper.isFinite, lower.isFinite, rangeLimit.isFinite else { return nil }
    self.mean = mean
    meanMovingRange = meanRange
    upperLimit = upper
    isLowerLimitClamped = clampsAtZero && lower < 0
    lowerLimit = isLowerLimitClamped ? 0 : lower
    upperRangeLimit = rangeLimit

    // What rounding may add to a difference, so that a value that is on the mean is not taken to be beside it.
    let noise = 1e-12 * max(abs(low), abs(high))
    var signals = [Signals](repeating: [], count: values.count)
    Self.mark(values.map { $0 - mean }, limit: upper - mean, isLimited: true, noise, &signals)
    Self.mark(values.map { mean - $0 }, limit: mean - lower, isLimited: !isLowerLimitClamped, noise, &signals)
    points = values.indices.map { index in
      let range = index == 0 ? nil : ranges[index - 1]
      return Point(
        value: values[index], movingRange: range, signals: signals[index],
        isRangeBeyondLimit: (range ?? 0) > rangeLimit + noise)
    }
  }

  // Marks the signals of one side of the mean. `heights` are the values' distances from it to this side.
  private static func mark(
    _ heights: [Double], limit: Double, isLimited: Bool, _ noise: Double, _ signals: inout [Signals]
  ) {
    var run = 0
    for (index, height) in heights.enumerated() {
      run = height > noise ? run + 1 : 0
      if run == 8 { for place in index - 7...index { signals[place].insert(.longRun) } }
      if run > 8 { signals[index].insert(.longRun) }
      guard isLimited else { continue }
      if height > limit + noise { signals[index].insert(.beyondLimit) }
      let near = (max(0, index - 3)...index).filter { heights[$0] > limit / 2 + noise }
      if near.count >= 3 { for place in near { signals[place].insert(.nearLimit) } }
    }
  }
}
