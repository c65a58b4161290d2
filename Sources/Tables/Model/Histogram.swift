/// How many durations fall into each of a run of ranges.
public struct Histogram: Sendable {
  /// The durations from `from` up to, but not including, `to`.
  public struct Bucket: Sendable {
    /// The shortest duration counted here, in seconds.
    public var from: Double
    /// The end of the range, in seconds; it belongs to the next bucket. Infinity leaves the range open.
    public var to: Double
    /// How many durations fall into the range.
    public var count: Int

    /// Makes the bucket of the half-open range `from ..< to`, in seconds.
    public init(from: Double, to: Double, count: Int) {
      self.from = from
      self.to = to
      self.count = count
    }
  }

  /// The buckets, from the shortest durations to the longest, without overlap.
  public var buckets: [Bucket]
  /// The sum of all the durations, in seconds, when it is known.
  public var sumSeconds: Double?

  /// Makes a histogram of buckets in ascending order.
  public init(buckets: [Bucket], sumSeconds: Double? = nil) {
    self.buckets = buckets
    self.sumSeconds = sumSeconds
  }
}
