import Tables
import ValueStream

/// When will n items be done, and how many by a date.
public struct Forecast: Projection {
  /// See ``Projection``.
  public let name = "forecast"
  /// See ``Projection``.
  public let title = "Forecast"
  /// See ``Projection``.
  public let definition = """
    How many items will be delivered by a date, and by when a number of items will be, each with 50, 70, 85 and 95 % certainty, if the \
    days to come are like those of the history: each day's deliveries are drawn, with replacement, from the daily throughput of the last \
    whole days before the cut's instant (days without deliveries included, days before the ledger's first item not). The answer is exact \
    where that is quick, else from seeded trials; the same seed gives the same answer. 85 % means: with a probability of at least 85 % at \
    least so many items, or at most so many days. Days are those of the time zone. Weekday patterns and trends are not modelled.
    """
  /// See ``Projection``.
  public let groupings: [String] = []
  /// See ``Projection``.
  public let takesPeriods = false
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let takesWorkingTime = false
  /// See ``Projection``.
  public let options = [
    ProjectionOption("items", value: "number", standard: "10", "How many items shall be done."),
    ProjectionOption("ahead", value: "days", standard: "14", "How many days the other question looks ahead."),
    ProjectionOption("days", value: "number", standard: "90", "How many whole days of history to draw from, at most."),
    ProjectionOption("seed", value: "number", standard: "1", "The seed of the trials."),
    ProjectionOption("trials", value: "number", standard: "10000", "How many trials."),
  ]
  /// See ``Projection``.
  public let charts = [
    ChartDescription(name: "forecast", title: "Items done", form: .bars, x: "certainty", y: ["items"])
  ]

  /// The projection.
  public init() {}

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let parts = try AnswerParts(query, view)
    let items = try query.count("items", standard: 10)
    let ahead = try query.count("ahead", standard: 14)
    let seed = UInt64(try query.count("seed", standard: 1))
    let trials = try query.count("trials", standard: 10_000)
    let (samples, today) = try history(try query.count("days", standard: 90), parts, view)
    var notes = parts.notes
    var rows: [[Value]] = []
    do throws(ForecastProblem) {
      let forecast = try ThroughputForecast(samples: samples)
      let howMany = try forecast.howMany(days: ahead, trials: trials, seed: seed)
      let when = try forecast.when(items: items, trials: trials, seed: seed)
      for percentile in ThroughputForecast.percentiles {
        let days = when[percentile]
        rows.append([
          .share(Double(percentile) / 100), howMany[percentile].map { .integer(Int64($0)) } ?? .null,
          days.map { .integer(Int64($0)) } ?? .null,
          days.map { .timestamp(today + Int64($0) * Timestamp.microsPerDay) } ?? .null,
        ])
      }
      let mean = Double(samples.reduce(0, +)) / Double(samples.count)
      notes.append(
        "Drawn from \(samples.count) days with \(samples.reduce(0, +)) deliveries, \((mean * 100).rounded() / 100) a day."
      )
      if case .sampled(let trials, let seed) = when.method { notes.append("\(trials) trials, seed \(seed).") }
    } catch {
      switch error {
      case .noHistory, .noThroughput: notes.append(error.description)
      default: throw QueryError(error.description)
      }
    }
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: notes,
      table: Table(
        title: title,
        columns: [
          Column(name: "certainty", type: .share, unit: "1", description: "The probability, at least."),
          Column(
            name: "items", type: .integer, unit: "items",
            description: "Items delivered in the next \(ahead) days, at least."),
          Column(
            name: "days", type: .integer, unit: "days", description: "Days until \(items) items are delivered, at most."
          ),
          Column(
            name: "doneBy", type: .timestamp, description: "The end of those days: when \(items) items are delivered."),
        ], rows: rows))
  }

  /// Deliveries on each whole day of the history, oldest first, and when the day of the cut's instant began.
  private func history(_ days: Int, _ parts: AnswerParts, _ view: borrowing LedgerView) throws -> (
    samples: [Int], today: Int64
  ) {
    let at = parts.cut.atMicros
    let first = view.books.arrivals.timeRange(in: parts.cut)?.lowerBound ?? at
    let from = max(first, at - Int64(min(days, 36_500) + 1) * Timestamp.microsPerDay)
    let calendar = try PeriodCalendar(.day, timeZone: parts.timeZone, covering: min(from, at), through: at)
    guard let today = calendar.number(of: at) else { return ([], at) }
    let start = max(0, Int(today) - days)
    var samples = [Int](repeating: 0, count: Int(today) - start)
    let figures = try Figures(parts, view, range: nil) { 0 }
    parts.completed(view).forEach(in: view.books.completions) { row in
      guard !row.stamp.flags.contains(.cancelled), figures.passes(row),
        let day = calendar.number(of: row.effectiveMicros), Int(day) >= start, day < today
      else { return }
      samples[Int(day) - start] += 1
    }
    return (samples, calendar.start(today))
  }
}
