/// What a forecast says, and how it was found.
public struct ForecastAnswer: Sendable, Equatable {
  /// How an answer was found.
  public enum Method: Sendable, Equatable {
    /// From the distribution itself.
    case exact
    /// From this many seeded trials.
    case sampled(trials: Int, seed: UInt64)
  }

  /// What can be said with a certainty.
  public struct Level: Sendable, Equatable {
    /// Percent of certainty.
    public var percentile: Int
    /// Items or days, as asked; nil when it is not reached in ``ThroughputForecast/maximumDays`` days.
    public var value: Int?
  }

  /// How it was found.
  public var method: Method
  /// Days of history that it was drawn from.
  public var historyDays: Int
  /// The answers, by ascending percentile: ``ThroughputForecast/percentiles``.
  public var levels: [Level]

  /// The answer for a percentile, if it was computed and reached.
  public subscript(percentile: Int) -> Int? { levels.first { $0.percentile == percentile }?.value }
}
