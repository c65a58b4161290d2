/// Why there is no forecast.
public enum ForecastProblem: Error, Equatable, Sendable {
  /// There is no day of history to draw from.
  case noHistory
  /// Nothing was delivered on any of the days of history: the future it foretells never ends.
  case noThroughput(days: Int)
  /// A day with less than nothing, or with more than ``ThroughputForecast/maximumDaily``.
  case dailyOutOfRange(Int)
  /// Not 1 to ``ThroughputForecast/maximumDays`` days asked about.
  case daysOutOfRange(Int)
  /// Not 1 to ``ThroughputForecast/maximumItems`` items asked about.
  case itemsOutOfRange(Int)
  /// Not 100 to ``ThroughputForecast/maximumTrials`` trials.
  case trialsOutOfRange(Int)
}

extension ForecastProblem: CustomStringConvertible {
  /// What is missing, or what to ask instead.
  public var description: String {
    switch self {
    case .noHistory: "There is no forecast: no day of history to draw from."
    case .noThroughput(let days): "There is no forecast: nothing was delivered on any of the \(days) days of history."
    case .dailyOutOfRange(let count):
      "A day of history counts \(count) items; 0 to \(ThroughputForecast.maximumDaily) can be forecast from."
    case .daysOutOfRange(let days): "Ask about 1 to \(ThroughputForecast.maximumDays) days, not \(days)."
    case .itemsOutOfRange(let items): "Ask about 1 to \(ThroughputForecast.maximumItems) items, not \(items)."
    case .trialsOutOfRange(let trials): "Use 100 to \(ThroughputForecast.maximumTrials) trials, not \(trials)."
    }
  }
}
