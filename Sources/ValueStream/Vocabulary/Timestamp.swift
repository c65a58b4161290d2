/// RFC 3339 date-times as microseconds since 1970-01-01T00:00:00Z. Leap seconds are refused; fractions beyond microseconds are cut off.
public enum Timestamp {
  /// The first year that events may have happened in.
  public static let firstYear = 1900
  /// The last one.
  public static let lastYear = 2199

  /// Reads `2026-01-02T03:04:05.678901Z` or with an offset `+02:00`; nil for anything else, days that do not exist, and years outside
  /// 1900…2199. `T` and `Z` may be small letters.
  public static func parse(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    guard bytes.count >= 20, bytes.count <= 64, let day = day(bytes), bytes[10] | 0x20 == 0x74,
      let time = timeOfDay(bytes)
    else { return nil }
    return day * 86_400_000_000 + time
  }

  /// Reads the same from text.
  public static func parse(_ text: String) -> Int64? {
    var text = text
    return text.withUTF8 { parse(UnsafeRawBufferPointer($0)) }
  }

  /// Reads a date-time, or a date alone (midnight UTC): for people.
  public static func parseLenient(_ text: String) -> Int64? {
    if let exact = parse(text) { return exact }
    var text = text
    return text.withUTF8 { utf8 in
      let bytes = UnsafeRawBufferPointer(utf8)
      guard bytes.count == 10, let day = day(bytes) else { return nil }
      return day * 86_400_000_000
    }
  }

  /// Writes RFC 3339 in UTC: seconds, and a fraction only when there is one, without trailing zeros.
  public static func format(_ micros: Int64) -> String {
    let (days, rest) = floorDivide(micros, 86_400_000_000)
    let (year, month, day) = civil(days)
    let seconds = rest / 1_000_000
    var text =
      "\(pad(year, 4))-\(pad(month, 2))-\(pad(day, 2))T\(pad(seconds / 3600, 2)):\(pad(seconds / 60 % 60, 2)):\(pad(seconds % 60, 2))"
    var fraction = rest % 1_000_000
    if fraction != 0 {
      var digits = 6
      while fraction % 10 == 0 {
        fraction /= 10
        digits -= 1
      }
      text += "." + pad(fraction, digits)
    }
    return text + "Z"
  }

  // MARK: Parts

  private static func day(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    guard let century = two(bytes, 0), let years = two(bytes, 2), bytes[4] == 0x2D, let month = two(bytes, 5),
      bytes[7] == 0x2D, let day = two(bytes, 8)
    else { return nil }
    let year = century * 100 + years
    guard year >= Int64(firstYear), year <= Int64(lastYear), (1...12).contains(month), day >= 1,
      day <= daysInMonth(month, of: year)
    else { return nil }
    return daysSince1970(year, month, day)
  }

  private static func timeOfDay(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    guard let hour = two(bytes, 11), hour < 24, bytes[13] == 0x3A, let minute = two(bytes, 14), minute < 60,
      bytes[16] == 0x3A, let second = two(bytes, 17), second < 60
    else { return nil }
    var index = 19
    var fraction: Int64 = 0
    if bytes[index] == 0x2E {
      index += 1
      let first = index
      var scale: Int64 = 100_000
      while index < bytes.count, bytes[index] >= 0x30, bytes[index] <= 0x39 {
        fraction += Int64(bytes[index] - 0x30) * scale
        scale /= 10
        index += 1
      }
      guard index > first else { return nil }
    }
    guard index < bytes.count else { return nil }
    var offset: Int64 = 0
    if bytes[index] | 0x20 == 0x7A {
      index += 1
    } else {
      guard bytes[index] == 0x2B || bytes[index] == 0x2D, index + 6 <= bytes.count,
        let hours = two(bytes, index + 1), hours < 24, bytes[index + 3] == 0x3A, let minutes = two(bytes, index + 4),
        minutes < 60
      else { return nil }
      offset = (hours * 60 + minutes) * (bytes[index] == 0x2D ? -1 : 1)
      index += 6
    }
    guard index == bytes.count else { return nil }
    return ((hour * 60 + minute - offset) * 60 + second) * 1_000_000 + fraction
  }

  private static func two(_ bytes: UnsafeRawBufferPointer, _ index: Int) -> Int64? {
    let tens = Int64(bytes[index]) - 0x30
    let ones = Int64(bytes[index + 1]) - 0x30
    guard tens >= 0, tens <= 9, ones >= 0, ones <= 9 else { return nil }
    return tens * 10 + ones
  }

  private static func daysInMonth(_ month: Int64, of year: Int64) -> Int64 {
    switch month {
    case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  // Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms": days_from_civil and civil_from_days.
  private static func daysSince1970(_ year: Int64, _ month: Int64, _ day: Int64) -> Int64 {
    let y = month <= 2 ? year - 1 : year
    let (era, yearOfEra) = floorDivide(y, 400)
    let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  private static func civil(_ days: Int64) -> (year: Int64, month: Int64, day: Int64) {
    let (era, dayOfEra) = floorDivide(days + 719_468, 146_097)
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let shifted = (5 * dayOfYear + 2) / 153
    let month = shifted < 10 ? shifted + 3 : shifted - 9
    let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
    return (year, month, dayOfYear - (153 * shifted + 2) / 5 + 1)
  }

  private static func floorDivide(_ value: Int64, _ divisor: Int64) -> (quotient: Int64, remainder: Int64) {
    let (quotient, remainder) = value.quotientAndRemainder(dividingBy: divisor)
    return remainder < 0 ? (quotient - 1, remainder + divisor) : (quotient, remainder)
  }

  private static func pad(_ number: Int64, _ width: Int) -> String {
    let digits = String(number)
    return String(repeating: "0", count: max(0, width - digits.count)) + digits
  }
}
