/// Which clock times are worked: a stream's calendar, checked, in a zone.
struct WorkingHours {
  private let weekdays: Set<Int>
  private let holidays: Set<Int>
  // Spans of a day in seconds since midnight, in order, disjoint.
  private let spans: [Range<Int64>]
  private let offsets: ZoneOffsets

  /// Checks a calendar; spans that overlap or touch become one.
  init(_ calendar: StreamDefinition.Calendar, timeZone: String) throws(WorkingCalendarError) {
    offsets = try ZoneOffsets(timeZone)
    if calendar.weekdays.isEmpty { throw .noWeekdays }
    for day in calendar.weekdays.sorted() where !(1...7 ~= day) { throw .weekdayOutOfRange(day) }
    if calendar.hours.isEmpty { throw .noHours }
    var merged: [Range<Int64>] = []
    for hours in calendar.hours.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      guard 0...1440 ~= hours.lowerBound, 0...1440 ~= hours.upperBound else {
        throw .hoursOutOfDay(from: hours.lowerBound, to: hours.upperBound)
      }
      if hours.isEmpty { throw .invertedHours(from: hours.lowerBound, to: hours.upperBound) }
      let span = Int64(hours.lowerBound * 60)..<Int64(hours.upperBound * 60)
      if let last = merged.last, span.lowerBound <= last.upperBound {
        merged[merged.count - 1] = last.lowerBound..<max(last.upperBound, span.upperBound)
      } else {
        merged.append(span)
      }
    }
    weekdays = calendar.weekdays
    holidays = calendar.holidays
    spans = merged
  }

  /// Lists the working time in [from, to), microseconds since 1970. O(days · spans of a day).
  ///
  /// An instant is worked when the clocks of the zone show a working time of a working day. Where clocks are put back
  /// through working hours, the repeated hour is worked twice; where they are put forward, the skipped one is not.
  func spans(from: Int64, to: Int64) -> WorkingSpans {
    var result = WorkingSpans(from: from, to: to)
    guard from < to else { return result }
    let second = Timestamp.microsPerSecond
    // Whole seconds around the range; what lies beyond it is cut off.
    let end = Self.floor(to, second) + 1
    let stretches = offsets.stretches(from: Self.floor(from, second), to: end)
    for (index, stretch) in stretches.enumerated() {
      let stretchEnd = index + 1 < stretches.count ? stretches[index + 1].startSeconds : end
      let offset = stretch.offsetSeconds
      let firstDay = Self.floor(stretch.startSeconds + offset, 86_400)
      let lastDay = Self.floor(stretchEnd - 1 + offset, 86_400)
      guard firstDay <= lastDay else { continue }
      for day in firstDay...lastDay where isWorked(Int(day)) {
        for span in spans {
          let start = max(day * 86_400 + span.lowerBound - offset, stretch.startSeconds)
          let end = min(day * 86_400 + span.upperBound - offset, stretchEnd)
          if start < end { result.append(from: start * second, to: end * second) }
        }
      }
    }
    return result
  }

  /// Working time of a week without holidays or changes of the clocks, in microseconds.
  var weekMicros: Int64 {
    spans.reduce(0) { $0 + $1.upperBound - $1.lowerBound } * Int64(weekdays.count) * Timestamp.microsPerSecond
  }

  // 1970-01-01 was a Thursday, the fourth day.
  private func isWorked(_ day: Int) -> Bool {
    weekdays.contains((((day + 3) % 7) + 7) % 7 + 1) && !holidays.contains(day)
  }

  private static func floor(_ value: Int64, _ unit: Int64) -> Int64 {
    value >= 0 ? value / unit : -((unit - 1 - value) / unit)
  }
}
