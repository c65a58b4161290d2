/// Instants as the ledger keeps them, microseconds since 1970-01-01T00:00:00Z, read from and written as RFC 3339.
///
/// No time zone database and no clock: an instant carries its own offset.
public enum Timestamp {
  /// The first year that events may have happened in.
  public static let firstYear = 1900
  /// The last one.
  public static let lastYear = 2199
  /// Microseconds in a second.
  public static let microsPerSecond: Int64 = 1_000_000
  /// Microseconds in a day of 24 hours.
  public static let microsPerDay: Int64 = 86_400_000_000

  /// Reads an RFC 3339 date and time: `2026-01-02T03:04:05.678Z`, `2026-01-02T04:04:05+01:00`.
  ///
  /// Years 1900 to 2199, days that the calendar has, seconds 0 to 59 (no leap seconds), offsets to ±23:59; `t` and `z` may be lower
  /// case. Fraction digits beyond microseconds are cut off. About 10 ns.
  ///
  /// - Returns: microseconds since 1970; nil when the bytes are anything else.
  public static func parse(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    var last = LastDate()
    return parse(bytes, &last)
  }

  /// The date that was read last: most events have that of the one before.
  struct LastDate {
    private var text: (UInt64, UInt16) = (0, 0)
    /// Nil before one was read.
    private var days: Int?

    fileprivate mutating func days(of bytes: UnsafeRawBufferPointer) -> Int? {
      let text = (
        bytes.loadUnaligned(as: UInt64.self), bytes.loadUnaligned(fromByteOffset: 8, as: UInt16.self)
      )
      if text == self.text, let days { return days }
      guard let days = Timestamp.daysOfDate(bytes) else { return nil }
      self.text = text
      self.days = days
      return days
    }
  }

  /// As ``parse(_:)-(UnsafeRawBufferPointer)``, of one text after another.
  static func parse(_ bytes: UnsafeRawBufferPointer, _ last: inout LastDate) -> Int64? {
    guard bytes.count >= 20, let days = last.days(of: bytes), bytes[10] | 0x20 == UInt8(ascii: "t"),
      let hour = twoDigits(bytes, 11), hour < 24, bytes[13] == UInt8(ascii: ":"),
      let minute = twoDigits(bytes, 14), minute < 60, bytes[16] == UInt8(ascii: ":"),
      let second = twoDigits(bytes, 17), second < 60
    else { return nil }
    var place = 19
    var fraction: Int64 = 0
    if bytes[place] == UInt8(ascii: ".") {
      place += 1
      let start = place
      var unit: Int64 = 100_000
      while place < bytes.count, let digit = digit(bytes[place]) {
        fraction += Int64(digit) * unit
        unit /= 10
        place += 1
      }
      guard place > start else { return nil }
    }
    guard place < bytes.count, let offsetMinutes = offset(bytes, place) else { return nil }
    let seconds = Int64(days) * 86_400 + Int64(hour * 3600 + minute * 60 + second) - Int64(offsetMinutes) * 60
    return seconds * microsPerSecond + fraction
  }

  /// Reads an RFC 3339 date and time from text; see ``parse(_:)-(UnsafeRawBufferPointer)``.
  public static func parse(_ text: String) -> Int64? {
    var text = text
    return text.withUTF8 { parse(UnsafeRawBufferPointer($0)) }
  }

  /// Reads a date and time, or a day alone (as the instant at which it begins in UTC): for what people type.
  public static func parseLenient(_ text: String) -> Int64? { parse(text) ?? parseDate(text) }

  /// Reads a day alone, `2026-01-31`: the microseconds at which it begins in UTC; nil when the text is anything else.
  public static func parseDate(_ text: String) -> Int64? {
    var text = text
    return text.withUTF8 { parseDate(UnsafeRawBufferPointer($0)) }
  }

  /// Reads a day alone, `2026-01-31`: the microseconds at which it begins in UTC; nil when the bytes are anything else.
  public static func parseDate(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    guard bytes.count == 10, let days = daysOfDate(bytes) else { return nil }
    return Int64(days) * microsPerDay
  }

  /// Writes an instant in UTC, `2026-01-02T03:04:05.678Z`: microseconds without trailing zeros, no point when there are none.
  public static func format(_ micros: Int64) -> String {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(27)
    append(micros, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends what ``format(_:)`` returns to a buffer. Years beyond 0000 to 9999 are written with as many digits as they need.
  public static func append(_ micros: Int64, to bytes: inout [UInt8]) {
    // Rounded down, without a product that could overflow for the earliest instants.
    var (days, ofDay) = micros.quotientAndRemainder(dividingBy: microsPerDay)
    if ofDay < 0 {
      days -= 1
      ofDay += microsPerDay
    }
    let (year, month, day) = date(ofDays: Int(days))
    if year < 0 { bytes.append(UInt8(ascii: "-")) }
    appendDigits(abs(year), width: 4, to: &bytes)
    bytes.append(UInt8(ascii: "-"))
    appendDigits(month, width: 2, to: &bytes)
    bytes.append(UInt8(ascii: "-"))
    appendDigits(day, width: 2, to: &bytes)
    bytes.append(UInt8(ascii: "T"))
    let seconds = Int(ofDay / microsPerSecond)
    appendDigits(seconds / 3600, width: 2, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    appendDigits(seconds / 60 % 60, width: 2, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    appendDigits(seconds % 60, width: 2, to: &bytes)
    let fraction = Int(ofDay % microsPerSecond)
    if fraction != 0 {
      bytes.append(UInt8(ascii: "."))
      appendDigits(fraction, width: 6, to: &bytes)
      while bytes.last == UInt8(ascii: "0") { bytes.removeLast() }
    }
    bytes.append(UInt8(ascii: "Z"))
  }

  /// The days from 1970-01-01 to a day of the Gregorian calendar.
  ///
  /// Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", days_from_civil.
  public static func days(year: Int, month: Int, day: Int) -> Int {
    let shifted = month <= 2 ? year - 1 : year
    let era = (shifted >= 0 ? shifted : shifted - 399) / 400
    let yearOfEra = shifted - era * 400
    let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
    let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
    return era * 146_097 + dayOfEra - 719_468
  }

  /// The day of the Gregorian calendar that lies some days after 1970-01-01; the inverse of ``days(year:month:day:)``.
  public static func date(ofDays days: Int) -> (year: Int, month: Int, day: Int) {
    let shifted = days + 719_468
    let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
    let dayOfEra = shifted - era * 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let fromMarch = (5 * dayOfYear + 2) / 153
    let month = fromMarch < 10 ? fromMarch + 3 : fromMarch - 9
    return (yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * fromMarch + 2) / 5 + 1)
  }

  private static func daysOfDate(_ bytes: UnsafeRawBufferPointer) -> Int? {
    guard let century = twoDigits(bytes, 0), let ofCentury = twoDigits(bytes, 2), bytes[4] == UInt8(ascii: "-"),
      let month = twoDigits(bytes, 5), 1...12 ~= month, bytes[7] == UInt8(ascii: "-"), let day = twoDigits(bytes, 8)
    else { return nil }
    let year = century * 100 + ofCentury
    guard year >= firstYear, year <= lastYear, day >= 1, day <= length(ofMonth: month, year: year) else { return nil }
    return days(year: year, month: month, day: day)
  }

  private static func length(ofMonth month: Int, year: Int) -> Int {
    switch month {
    case 2: year.isMultiple(of: 4) && (!year.isMultiple(of: 100) || year.isMultiple(of: 400)) ? 29 : 28
    case 4, 6, 9, 11: 30
    default: 31
    }
  }

  // The offset from UTC in minutes, when it is the last thing in the bytes.
  private static func offset(_ bytes: UnsafeRawBufferPointer, _ place: Int) -> Int? {
    let sign = bytes[place]
    if sign | 0x20 == UInt8(ascii: "z") { return place + 1 == bytes.count ? 0 : nil }
    guard sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-"), place + 6 == bytes.count,
      let hours = twoDigits(bytes, place + 1), hours < 24, bytes[place + 3] == UInt8(ascii: ":"),
      let minutes = twoDigits(bytes, place + 4), minutes < 60
    else { return nil }
    return sign == UInt8(ascii: "-") ? -(hours * 60 + minutes) : hours * 60 + minutes
  }

  @inline(__always)
  private static func digit(_ byte: UInt8) -> Int? {
    let value = Int(byte) - 0x30
    return value >= 0 && value <= 9 ? value : nil
  }

  @inline(__always)
  private static func twoDigits(_ bytes: UnsafeRawBufferPointer, _ place: Int) -> Int? {
    guard let tens = digit(bytes[place]), let ones = digit(bytes[place + 1]) else { return nil }
    return tens * 10 + ones
  }

  private static func appendDigits(_ value: Int, width: Int, to bytes: inout [UInt8]) {
    var divisor = 1
    for _ in 1..<width { divisor *= 10 }
    while value / divisor > 9 { divisor *= 10 }
    while divisor > 0 {
      bytes.append(UInt8(truncatingIfNeeded: 0x30 + value / divisor % 10))
      divisor /= 10
    }
  }
}
