/// Moments in UTC as text.
enum TimestampText {
  /// RFC 3339 with as many digits of the second as are needed: `2026-01-02T03:04:05Z`, `2026-01-02T03:04:05.25Z`.
  ///
  /// Years outside 0000…9999 are beyond RFC 3339; they get a sign, as ISO 8601 expands them.
  static func rfc3339(micros: Int64) -> String {
    let moment = Moment(micros: micros)
    var text = "\(moment.date)T\(moment.minutes):\(padded(moment.second, to: 2))"
    if moment.micros > 0 {
      var fraction = padded(moment.micros, to: 6)
      while fraction.last == "0" { fraction.removeLast() }
      text += ".\(fraction)"
    }
    return text + "Z"
  }

  /// What a person reads, to the minute: `2026-01-02 03:04`.
  static func screen(micros: Int64) -> String {
    let moment = Moment(micros: micros)
    return "\(moment.date) \(moment.minutes)"
  }

  /// A number with zeros in front of it.
  static func padded(_ number: Int64, to digits: Int) -> String {
    let text = String(number)
    return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
  }

  /// A moment taken apart. The calendar is the proleptic Gregorian one.
  private struct Moment {
    var date: String
    var minutes: String
    var second: Int64
    var micros: Int64

    init(micros total: Int64) {
      var (days, rest) = total.quotientAndRemainder(dividingBy: 86_400_000_000)
      if rest < 0 {
        days -= 1
        rest += 86_400_000_000
      }
      micros = rest % 1_000_000
      let seconds = rest / 1_000_000
      second = seconds % 60
      minutes = "\(padded(seconds / 3600, to: 2)):\(padded(seconds / 60 % 60, to: 2))"

      // Howard Hinnant, "chrono-compatible low-level date algorithms", civil_from_days: eras of 400 years that begin
      // on 1 March, so that the leap day comes last.
      let shifted = days + 719_468
      let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
      let dayOfEra = shifted - era * 146_097
      let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
      let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
      let marchMonth = (5 * dayOfYear + 2) / 153
      let day = dayOfYear - (153 * marchMonth + 2) / 5 + 1
      let month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9
      let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)

      let sign = year < 0 ? "-" : year > 9999 ? "+" : ""
      date = "\(sign)\(padded(abs(year), to: 4))-\(padded(month, to: 2))-\(padded(day, to: 2))"
    }
  }
}
