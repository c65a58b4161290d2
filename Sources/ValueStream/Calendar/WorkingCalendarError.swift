/// Why the hours of a stream's calendar cannot be counted.
public enum WorkingCalendarError: Error, Equatable, Sendable {
  /// The IANA database that comes with the system has no zone of this name.
  case unknownTimeZone(String)
  /// No day of the week is worked, so that nothing would ever count as working time.
  case noWeekdays
  /// A day of the week that is not in 1 (Monday) to 7 (Sunday).
  case weekdayOutOfRange(Int)
  /// No hours are worked on a working day, so that nothing would ever count as working time.
  case noHours
  /// A span that does not end after it begins; both in minutes since midnight.
  case invertedHours(from: Int, to: Int)
  /// A span that goes beyond 00:00 to 24:00; both in minutes since midnight.
  case hoursOutOfDay(from: Int, to: Int)
}

extension WorkingCalendarError: CustomStringConvertible {
  /// What is wrong and what to write instead.
  public var description: String {
    switch self {
    case .unknownTimeZone(let name):
      "There is no time zone \"\(name)\". Use an IANA name such as Europe/Berlin, America/New_York or UTC."
    case .noWeekdays:
      "The calendar has no working days: nothing would ever count as working time. Name at least one weekday."
    case .weekdayOutOfRange(let day):
      "The calendar has a weekday \(day). Weekdays are 1 for Monday to 7 for Sunday."
    case .noHours:
      "The calendar has no working hours: nothing would ever count as working time. "
        + "Give it at least one span, or leave the calendar out to count all hours."
    case .invertedHours(let from, let to):
      "The calendar's hours \(Self.clock(from)) to \(Self.clock(to)) do not end after they begin. "
        + "Hours over midnight are two spans: \(Self.clock(from)) to 24:00 and 00:00 to \(Self.clock(to))."
    case .hoursOutOfDay(let from, let to):
      "The calendar's hours \(from) to \(to) minutes after midnight go beyond the day. Use 0 to 1440."
    }
  }

  private static func clock(_ minutes: Int) -> String {
    func pad(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return "\(pad(minutes / 60)):\(pad(minutes % 60))"
  }
}
