/// Divides stretches of time among the periods of a question; without periods, all of the time asked for is one.
///
/// Time that has not passed at the cut's instant does not count.
struct PeriodSlices {
  private let calendar: PeriodCalendar?
  private let hasPeriods: Bool
  private let lower: Int64
  private let upper: Int64
  private let atMicros: Int64

  /// What one period gets of a stretch.
  struct Slice {
    /// When the stretch begins in the period: by it the slice is counted.
    var startMicros: Int64
    /// How long it lasts there.
    var micros: Int64
    /// Whether the stretch began in the period.
    var begins: Bool
    /// Whether it goes on at the end of the period, or of what of it has passed.
    var reachesEnd: Bool
  }

  /// Prepares for a question; `first` is the first instant that can be met.
  init(_ parts: AnswerParts, first: Int64?) throws {
    atMicros = parts.cut.atMicros
    lower = parts.query.fromMicros ?? first ?? atMicros
    // The cut's instant has passed; what lies behind it has not happened yet.
    upper = min(parts.query.toMicros ?? .max, atMicros == .max ? atMicros : atMicros + 1)
    hasPeriods = parts.query.period != nil
    let hasBegun = first.map { $0 <= parts.cut.atMicros } ?? false
    calendar =
      hasBegun || parts.query.fromMicros != nil ? try parts.calendar(from: first, through: parts.cut.atMicros) : nil
  }

  /// Calls `body` with each period's part of a stretch that lasts until `to`, or still.
  @inline(__always)
  func forEach(from: Int64, to: Int64?, _ body: (Slice) throws -> Void) rethrows {
    let start = max(from, lower)
    let end = min(to ?? .max, upper)
    guard start < end else { return }
    guard hasPeriods else {
      try body(slice(start, end, from, last: upper))
      return
    }
    guard let calendar, var period = calendar.number(of: start) else { return }
    while Int(period) < calendar.count, calendar.start(period) < end {
      try body(
        slice(
          max(calendar.start(period), start), min(calendar.end(period), end), from,
          last: min(calendar.end(period), upper)))
      period += 1
    }
  }

  @inline(__always)
  private func slice(_ start: Int64, _ end: Int64, _ from: Int64, last: Int64) -> Slice {
    Slice(
      startMicros: start, micros: min(end, atMicros) - min(start, atMicros), begins: start == from,
      reachesEnd: end == last)
  }

  /// The time that the figures of a row are about: from its period's begin, or the question's, to its end or the cut's instant; nil when
  /// it has not begun.
  func range<Sum>(of row: Figures<Sum>.Row) -> Range<Int64>? {
    let from = max(row.start ?? lower, lower)
    let to = min(row.end ?? .max, min(upper, atMicros))
    return from < to ? from..<to : nil
  }
}
