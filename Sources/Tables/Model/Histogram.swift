/// How many durations fall into each of a run of ranges, for each part of an answer.
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

  /// The histogram of one part of an answer: of one row of its table.
  public struct Part: Sendable {
    /// The leading cells of the row, which name the part; empty when the answer is not split.
    public var key: [Value]
    /// The buckets, from the shortest durations to the longest, without overlap.
    public var buckets: [Bucket]
    /// The sum of its durations, in seconds, when it is known.
    public var sumSeconds: Double?

    /// Makes the histogram of the row that begins with `key`.
    public init(key: [Value], buckets: [Bucket], sumSeconds: Double? = nil) {
      self.key = key
      self.buckets = buckets
      self.sumSeconds = sumSeconds
    }
  }

  /// One for each part of the answer that has anything to count, in the order of the table's rows.
  public var parts: [Part]

  /// Makes the histograms of an answer that is split.
  public init(parts: [Part]) {
    self.parts = parts
  }

  /// The sum of the durations of an answer that is not split, in seconds, when it is known.
  public var sumSeconds: Double? {
    get { parts.count == 1 && parts[0].key.isEmpty ? parts[0].sumSeconds : nil }
    set { if parts.count == 1, parts[0].key.isEmpty { parts[0].sumSeconds = newValue } }
  }

  /// The buckets of an answer that is not split; none of one that is.
  public var buckets: [Bucket] {
    parts.count == 1 && parts[0].key.isEmpty ? parts[0].buckets : []
  }

  /// Makes a histogram of buckets in ascending order, for an answer that is not split.
  public init(buckets: [Bucket], sumSeconds: Double? = nil) {
    parts = [Part(key: [], buckets: buckets, sumSeconds: sumSeconds)]
  }
}
