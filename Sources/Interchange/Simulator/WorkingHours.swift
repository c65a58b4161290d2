/// When people of a stream work: Monday to Friday, 9 to 17 o'clock, at a fixed distance from UTC.
///
/// Summer time is left out on purpose: the rhythm keeps winter's hours all year.
struct WorkingHours {
  private static let hour: Int64 = 3_600_000_000
  private static let day: Int64 = 24 * hour
  private static let workday: Int64 = 8 * hour
  /// 1970-01-05, the first Monday.
  private static let firstMonday: Int64 = 4 * day

  /// Microseconds that local time is ahead of UTC.
  let offset: Int64

  init(offsetHours: Int64) { offset = offsetHours * Self.hour }

  /// The instant at which `duration` working microseconds have passed since `instant`. O(1).
  func after(_ instant: Int64, _ duration: Int64) -> Int64 {
    let worked = worked(until: instant + offset - Self.firstMonday) + duration
    let (workdays, rest) = worked.quotientAndRemainder(dividingBy: Self.workday)
    let (weeks, weekday) = workdays.quotientAndRemainder(dividingBy: 5)
    let local = (weeks * 7 + weekday) * Self.day + 9 * Self.hour + rest
    return max(instant, local + Self.firstMonday - offset)
  }

  /// Working time from the first Monday on.
  private func worked(until local: Int64) -> Int64 {
    let (days, timeOfDay) = local.quotientAndRemainder(dividingBy: Self.day)
    let (weeks, weekday) = days.quotientAndRemainder(dividingBy: 7)
    let today = weekday < 5 ? min(max(timeOfDay - 9 * Self.hour, 0), Self.workday) : 0
    return (weeks * 5 + min(weekday, 5)) * Self.workday + today
  }
}
