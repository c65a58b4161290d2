/// Counts working time: the hours of a stream's calendar, in the stream's time zone.
///
///     let calendar = try WorkingCalendar(definition, covering: first, through: last)
///     calendar.workingMicros(from: created, to: delivered)
///     calendar.advance(created, byWorking: target)
///
/// All instants are microseconds since 1970-01-01T00:00:00Z, all durations microseconds. An instant is worked when the
/// clocks of the zone show a working time of a working day that is no holiday. Working time is therefore right over
/// changes of the clocks: hours that are skipped are not worked, hours that are repeated are worked twice.
///
/// The spans between two instants are listed once, with sums, so that questions between them take O(log n). Questions
/// beyond them get the same answers, at O(days beyond) each; ``cover(from:through:)`` lists those too. The ledger's years
/// are 1900 to 2199 (``Timestamp``): outside of them nothing is worked.
public struct WorkingCalendar: Sendable {
  /// The first instant that can be worked: the earliest that an event may have, in any offset from UTC.
  public static let firstMicros =
    Int64(Timestamp.days(year: Timestamp.firstYear, month: 1, day: 1) - 1) * Timestamp.microsPerDay
  /// The instant behind the last that can be worked.
  public static let endMicros =
    Int64(Timestamp.days(year: Timestamp.lastYear + 1, month: 1, day: 2)) * Timestamp.microsPerDay

  private let hours: WorkingHours
  private var spans: WorkingSpans

  /// A calendar, fast between two instants; see ``init(_:timeZone:covering:through:)``.
  ///
  /// A definition without a calendar counts all hours, one without a time zone is in UTC.
  ///
  /// - Throws: what is wrong with the definition's calendar, including what the definition itself left out of it.
  public init(
    _ definition: StreamDefinition, covering first: Int64, through last: Int64
  ) throws(WorkingCalendarError) {
    if let problem = definition.calendarProblem { throw problem }
    try self.init(
      definition.calendar ?? .allHours, timeZone: definition.timezone ?? "UTC", covering: first, through: last)
  }

  /// A calendar, fast between two instants; beyond them it is slower, but no less right.
  ///
  /// - Parameters:
  ///   - calendar: days, hours and holidays. Hours that overlap count once.
  ///   - timeZone: IANA name of the zone in which the hours are meant.
  ///   - first: the first instant that will be asked about, microseconds since 1970.
  ///   - last: the last one.
  /// - Throws: an unknown zone, or a calendar in which nothing would be worked or that contradicts itself.
  /// - Complexity: O(days between `first` and `last`), with a look-up of the zone for each.
  public init(
    _ calendar: StreamDefinition.Calendar, timeZone: String, covering first: Int64, through last: Int64
  ) throws(WorkingCalendarError) {
    hours = try WorkingHours(calendar, timeZone: timeZone)
    spans = hours.spans(from: Self.clamp(first), to: Self.clamp(last))
  }

  /// Makes questions between these instants, and the ones covered before, fast. O(days), when there is anything to do.
  public mutating func cover(from first: Int64, through last: Int64) {
    let from = min(spans.from, Self.clamp(first))
    let to = max(spans.to, Self.clamp(last))
    if from < spans.from || to > spans.to { spans = hours.spans(from: from, to: to) }
  }

  /// The working time between two instants; negative when `to` is before `from`. All in microseconds.
  ///
  /// - Complexity: O(log n) between the covered instants, and O(days) for what lies beyond them.
  public func workingMicros(from: Int64, to: Int64) -> Int64 {
    let from = Self.clamp(from)
    let to = Self.clamp(to)
    return worked(until: to) - worked(until: from)
  }

  /// The instant at which an amount of working time has passed. All in microseconds.
  ///
  /// The first such instant, so that eight hours from 09:00 end at 17:00 today and not at 09:00 tomorrow; for a negative
  /// amount the last one, going back. No working time gives the instant itself, worked or not. What would go beyond the
  /// ledger's years gives ``firstMicros`` or ``endMicros``.
  ///
  /// - Complexity: O(log n) when the answer is between the covered instants, otherwise O(days).
  public func advance(_ micros: Int64, byWorking working: Int64) -> Int64 {
    if working == 0 { return micros }
    let start = Self.clamp(micros)
    if spans.from <= start, start <= spans.to {
      let (target, overflows) = spans.worked(until: start).addingReportingOverflow(working)
      if !overflows, working > 0, target <= spans.total { return spans.first(worked: target) }
      if !overflows, working < 0, target >= 0 { return spans.last(worked: target) }
    }
    return search(from: start, working)
  }

  // Lists ever more days from `start` on, or back, until enough is worked in them.
  private func search(from start: Int64, _ working: Int64) -> Int64 {
    let week = 7 * Timestamp.microsPerDay
    let amount = Int64(clamping: working.magnitude)
    var reach = min(amount / hours.weekMicros + 2, 16_000) * week
    while true {
      if working > 0 {
        let listed = hours.spans(from: start, to: Self.clamp(start + reach))
        if listed.total >= amount { return listed.first(worked: amount) }
        if listed.to == Self.endMicros { return Self.endMicros }
      } else {
        let listed = hours.spans(from: Self.clamp(start - reach), to: start)
        if listed.total >= amount { return listed.last(worked: listed.total - amount) }
        if listed.from == Self.firstMicros { return Self.firstMicros }
      }
      reach *= 2
    }
  }

  // The working time from the first covered instant; negative before it.
  private func worked(until micros: Int64) -> Int64 {
    if micros < spans.from { return -hours.spans(from: micros, to: spans.from).total }
    if micros > spans.to { return spans.total + hours.spans(from: spans.to, to: micros).total }
    return spans.worked(until: micros)
  }

  private static func clamp(_ micros: Int64) -> Int64 { min(max(micros, firstMicros), endMicros) }
}
