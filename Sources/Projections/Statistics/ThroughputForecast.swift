/// Forecasts from the past's daily throughput: how many items in some days, and in how many days some items.
///
///     let forecast = try ThroughputForecast(samples: [2, 0, 3, 1, 0, 4])
///     try forecast.howMany(days: 30, trials: 10_000, seed: 1)
///     try forecast.when(items: 40, trials: 10_000, seed: 1)
///
/// Each future day is taken to be like one of the days of history, any of them with the same likelihood, days without a
/// delivery included, whatever the days before it were (the bootstrap that Vacanti's "When Will It Be Done?" calls a Monte
/// Carlo simulation of throughput). Weekdays, trends and runs of days are not modelled.
///
/// The sum of n such days has a distribution that can be computed by convolution. Where this is affordable it is what
/// answers, so that there is no sampling error and no influence of the seed; where it is not, seeded trials answer. An
/// answer says which did. Pure: the same samples, question, trials and seed give the same answer on every platform.
public struct ThroughputForecast: Sendable {
  /// The most items on a day of history.
  public static let maximumDaily = 1_000_000_000
  /// The most days asked about, ten years; what takes longer is not answered.
  public static let maximumDays = 3660
  /// The most items asked about.
  public static let maximumItems = 1_000_000_000
  /// The most trials.
  public static let maximumTrials = 100_000
  /// Percent of certainty that an answer gives values for.
  public static let percentiles = [50, 70, 85, 95]

  /// Items delivered on each day of history, ascending.
  let samples: [Int]

  /// Takes the history: items delivered on each day, zeros included; the order does not matter.
  public init(samples: [Int]) throws(ForecastProblem) {
    if samples.isEmpty { throw .noHistory }
    for count in samples where !(0...Self.maximumDaily ~= count) { throw .dailyOutOfRange(count) }
    if samples.allSatisfy({ $0 == 0 }) { throw .noThroughput(days: samples.count) }
    // Sorted, so that a seed draws the same days in whatever order they come.
    self.samples = samples.sorted()
  }

  /// How many items will be done within some days: for each percentile p the largest k with P(items ≥ k) ≥ p.
  ///
  /// The more certain, the fewer: "85 %: 12" says that in 85 of 100 futures 12 items or more are done.
  ///
  /// - Complexity: at most about 100 million additions when exact; else O(trials · days).
  public func howMany(days: Int, trials: Int = 10_000, seed: UInt64) throws(ForecastProblem) -> ForecastAnswer {
    try check(days: days, trials: trials)
    if exactCost(days: days) <= Self.affordableCost { return try exactHowMany(days: days) }
    return try sampledHowMany(days: days, trials: trials, seed: seed)
  }

  /// In how many days some items will be done: for each percentile p the smallest n with P(items within n days ≥ items) ≥ p.
  ///
  /// The more certain, the more days. Nil for a percentile that ``maximumDays`` days do not reach.
  ///
  /// - Complexity: at most about 100 million additions when exact; else O(trials · days).
  public func when(items: Int, trials: Int = 10_000, seed: UInt64) throws(ForecastProblem) -> ForecastAnswer {
    try check(items: items, trials: trials)
    if exactCost(items: items) <= Self.affordableCost { return try exactWhen(items: items) }
    return try sampledWhen(items: items, trials: trials, seed: seed)
  }

  /// Refuses what is out of range.
  func check(days: Int = 1, items: Int = 1, trials: Int = 100) throws(ForecastProblem) {
    guard 1...Self.maximumDays ~= days else { throw .daysOutOfRange(days) }
    guard 1...Self.maximumItems ~= items else { throw .itemsOutOfRange(items) }
    guard 100...Self.maximumTrials ~= trials else { throw .trialsOutOfRange(trials) }
  }
}
