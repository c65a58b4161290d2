import Foundation

/// Numbers the calendar periods of a time zone: half-open [start, end), daylight saving included, weeks from Monday.
struct PeriodCalendar {
  /// The period's length.
  let period: Period
  private let calendar: Calendar
  private var starts: [Int64] = []

  /// A calendar that covers [first, last]; throws for an unknown time zone, or for more than a million periods.
  init(_ period: Period, timeZone: String, covering first: Int64, through last: Int64) throws {
    let zone = try Self.check(timeZone: timeZone)
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    calendar.firstWeekday = 2
    calendar.minimumDaysInFirstWeek = 4
    calendar.locale = Locale(identifier: "en_US_POSIX")
    self.calendar = calendar
    self.period = period
    var start = Self.start(of: period, containing: Self.date(first), calendar)
    // Until the zone's offset changes next, days are as long as each other, and the calendar need not be asked for each; but for the first
    // day of an offset, which may begin with the change and not at midnight.
    var (steadyFrom, steadyUntil) = (start, start)
    while Self.micros(start) <= last {
      starts.append(Self.micros(start))
      guard starts.count <= 1_000_000 else {
        throw QueryError(
          "That is more than a million periods. Ask for a longer period, or a shorter time with --from and --to.")
      }
      if period == .day, start >= steadyUntil {
        (steadyFrom, steadyUntil) = (start, zone.nextDaylightSavingTimeTransition(after: start) ?? .distantFuture)
      }
      let following = start.addingTimeInterval(86_400)
      let isSteady = period == .day && start > steadyFrom && following < steadyUntil
      start = isSteady ? following : Self.next(period, after: start, calendar)
    }
    starts.append(Self.micros(start))
  }

  /// The time zone of an IANA name; throws for a name that does not exist.
  @discardableResult
  static func check(timeZone: String) throws -> TimeZone {
    guard let zone = TimeZone(identifier: timeZone) else {
      throw QueryError(
        "There is no time zone \"\(timeZone)\". Use an IANA name such as Europe/Berlin, America/New_York or UTC.")
    }
    return zone
  }

  /// Number of periods.
  var count: Int { starts.count - 1 }

  /// The number of the period that holds an instant; nil outside of the range. O(log n).
  func number(of micros: Int64) -> Int32? {
    guard let first = starts.first, let last = starts.last, micros >= first, micros < last else { return nil }
    var low = 0
    var high = starts.count - 1
    while high - low > 1 {
      let middle = (low + high) / 2
      if starts[middle] <= micros { low = middle } else { high = middle }
    }
    return Int32(low)
  }

  /// When a period begins.
  func start(_ number: Int32) -> Int64 { starts[Int(number)] }
  /// When the one behind it begins.
  func end(_ number: Int32) -> Int64 { starts[Int(number) + 1] }

  /// `2026-03-29T14:00+02:00`, `2026-03-29`, `2026-W13`, `2026-03` or `2026-Q1`.
  func label(_ number: Int32) -> String {
    let date = Self.date(starts[Int(number)])
    let parts = calendar.dateComponents([.year, .month, .day, .hour, .yearForWeekOfYear, .weekOfYear], from: date)
    let year = parts.year ?? 0
    let month = parts.month ?? 0
    switch period {
    case .hour:
      let offset = calendar.timeZone.secondsFromGMT(for: date)
      let sign = offset < 0 ? "-" : "+"
      return "\(pad(year, 4))-\(pad(month))-\(pad(parts.day ?? 0))T\(pad(parts.hour ?? 0)):00\(sign)"
        + "\(pad(abs(offset) / 3600)):\(pad(abs(offset) / 60 % 60))"
    case .day: return "\(pad(year, 4))-\(pad(month))-\(pad(parts.day ?? 0))"
    case .week: return "\(pad(parts.yearForWeekOfYear ?? 0, 4))-W\(pad(parts.weekOfYear ?? 0))"
    case .month: return "\(pad(year, 4))-\(pad(month))"
    case .quarter: return "\(pad(year, 4))-Q\((month + 2) / 3)"
    }
  }

  private func pad(_ number: Int, _ width: Int = 2) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }

  private static func date(_ micros: Int64) -> Date { Date(timeIntervalSince1970: Double(micros) / 1e6) }
  private static func micros(_ date: Date) -> Int64 { Int64((date.timeIntervalSince1970 * 1e6).rounded()) }

  private static func start(of period: Period, containing date: Date, _ calendar: Calendar) -> Date {
    let component: Calendar.Component
    switch period {
    case .hour: component = .hour
    case .day: component = .day
    case .week: component = .weekOfYear
    case .month, .quarter: component = .month
    }
    var start = calendar.dateInterval(of: component, for: date)?.start ?? date
    if period == .quarter {
      let month = calendar.component(.month, from: start)
      start = calendar.date(byAdding: .month, value: -((month - 1) % 3), to: start) ?? start
    }
    return start
  }

  private static func next(_ period: Period, after start: Date, _ calendar: Calendar) -> Date {
    let following: Date?
    switch period {
    // An hour of the clock may be repeated or missing when daylight saving changes; elapsed hours are never.
    case .hour: following = start.addingTimeInterval(3600)
    case .day: following = calendar.date(byAdding: .day, value: 1, to: start)
    case .week: following = calendar.date(byAdding: .day, value: 7, to: start)
    case .month: following = calendar.date(byAdding: .month, value: 1, to: start)
    case .quarter: following = calendar.date(byAdding: .month, value: 3, to: start)
    }
    let aligned = following.map { self.start(of: period, containing: $0, calendar) }
    // Where a zone skips or repeats the boundary itself, go on without aligning: the next period must begin later.
    if let aligned, aligned > start { return aligned }
    return following.flatMap { $0 > start ? $0 : nil } ?? start.addingTimeInterval(86_400)
  }
}
