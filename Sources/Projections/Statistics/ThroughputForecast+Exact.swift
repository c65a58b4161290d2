// The answers by convolution: the distribution of a sum of days, from that of a day.
extension ThroughputForecast {
  /// The additions that an exact answer may cost: about a tenth of a second.
  static let affordableCost = 100_000_000.0

  // Probabilities that differ by less than this count as the same: what rounding adds up to is far below it, and what
  // the history's days make different is far above.
  private static let tolerance = 1e-9

  /// A number of items on a day, and its likelihood.
  private typealias Outcome = (items: Int, likelihood: Double)

  private var outcomes: [Outcome] {
    var counts: [Int: Int] = [:]
    for count in samples { counts[count, default: 0] += 1 }
    return counts.sorted { $0.key < $1.key }.map { ($0.key, Double($0.value) / Double(samples.count)) }
  }

  /// The additions that ``distribution(days:)`` takes, at most.
  func exactCost(days: Int) -> Double {
    let largest = Double(samples.max() ?? 0)
    return Double(Set(samples).count) * Double(days) * (Double(days) * largest / 2 + 1)
  }

  /// About the additions that ``exactWhen(items:)`` takes: the days that may be needed, by each state and different sample.
  func exactCost(items: Int) -> Double {
    // A day on which more than all is done is like one on which just all is done.
    let cut = samples.map { min($0, items) }
    let mean = cut.reduce(0.0) { $0 + Double($1) } / Double(cut.count)
    let days = min(Double(items) / mean * 4 + 20, Double(Self.maximumDays))
    return Double(Set(cut).count) * Double(items) * days
  }

  /// The likelihood of each sum of some days' items, from none to the most that there can be.
  ///
  /// O(days² · largest sample · different samples).
  func distribution(days: Int) -> [Double] {
    let outcomes = outcomes
    let largest = samples.max() ?? 0
    var likelihoods = [1.0]
    for _ in 0..<days {
      var next = [Double](repeating: 0, count: likelihoods.count + largest)
      for (items, likelihood) in outcomes {
        for sum in likelihoods.indices { next[sum + items] += likelihoods[sum] * likelihood }
      }
      likelihoods = next
    }
    return likelihoods
  }

  /// ``howMany(days:trials:seed:)`` by convolution, whatever it costs.
  func exactHowMany(days: Int) throws(ForecastProblem) -> ForecastAnswer {
    try check(days: days)
    // Summed up from the least likely end.
    var atLeast = distribution(days: days)
    for sum in atLeast.indices.dropLast().reversed() { atLeast[sum] += atLeast[sum + 1] }
    return answer(.exact) { percentile in
      let wanted = Double(percentile) / 100 - Self.tolerance
      return atLeast.lastIndex { $0 >= wanted } ?? 0
    }
  }

  /// ``when(items:trials:seed:)`` by convolution, whatever it costs. O(days · items · different samples).
  func exactWhen(items: Int) throws(ForecastProblem) -> ForecastAnswer {
    try check(items: items)
    let outcomes = outcomes
    // The likelihood of each number of items done that is not yet enough.
    var open = [Double](repeating: 0, count: items)
    open[0] = 1
    var reached = [Int?](repeating: nil, count: Self.percentiles.count)
    for day in 1...Self.maximumDays {
      var next = [Double](repeating: 0, count: items)
      for (count, likelihood) in outcomes where count < items {
        for done in 0..<items - count { next[done + count] += open[done] * likelihood }
      }
      open = next
      let finished = 1 - open.reduce(0, +)
      for (index, percentile) in Self.percentiles.enumerated() where reached[index] == nil {
        if finished >= Double(percentile) / 100 - Self.tolerance { reached[index] = day }
      }
      if !reached.contains(nil) { break }
    }
    let levels = Dictionary(uniqueKeysWithValues: zip(Self.percentiles, reached))
    return answer(.exact) { levels[$0] ?? nil }
  }
}
