// The answers by trials: simulated futures, counted.
extension ThroughputForecast {
  /// ``howMany(days:trials:seed:)`` by trials. O(trials · days).
  func sampledHowMany(days: Int, trials: Int, seed: UInt64) throws(ForecastProblem) -> ForecastAnswer {
    try check(days: days, trials: trials)
    var random = SplitMix64(seed: seed)
    var sums = [Int](repeating: 0, count: trials)
    for trial in sums.indices {
      var sum = 0
      for _ in 0..<days { sum += samples[random.below(samples.count)] }
      sums[trial] = sum
    }
    sums.sort(by: >)
    return answer(.sampled(trials: trials, seed: seed)) { sums[Quantiles.rank(Double($0), of: trials)] }
  }

  /// ``when(items:trials:seed:)`` by trials. O(trials · days).
  func sampledWhen(items: Int, trials: Int, seed: UInt64) throws(ForecastProblem) -> ForecastAnswer {
    try check(items: items, trials: trials)
    var random = SplitMix64(seed: seed)
    var lengths = [Int](repeating: 0, count: trials)
    for trial in lengths.indices {
      var missing = items
      var days = 0
      while missing > 0, days < Self.maximumDays {
        missing -= samples[random.below(samples.count)]
        days += 1
      }
      lengths[trial] = missing > 0 ? .max : days
    }
    lengths.sort()
    return answer(.sampled(trials: trials, seed: seed)) {
      let days = lengths[Quantiles.rank(Double($0), of: trials)]
      return days == .max ? nil : days
    }
  }

  /// An answer with a value for each percentile.
  func answer(_ method: ForecastAnswer.Method, value: (_ percentile: Int) -> Int?) -> ForecastAnswer {
    ForecastAnswer(
      method: method, historyDays: samples.count,
      levels: Self.percentiles.map { .init(percentile: $0, value: value($0)) })
  }
}
