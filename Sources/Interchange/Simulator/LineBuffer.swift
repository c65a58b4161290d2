/// The lines of one happening, written as bytes into memory that is used again and again.
struct LineBuffer {
  private var bytes: [UInt8] = []
  /// Where each line ends.
  private(set) var ends: [Int] = []

  init() { bytes.reserveCapacity(8192) }

  mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
    ends.removeAll(keepingCapacity: true)
  }

  /// Hands out a line, newline included.
  func withLine<R>(_ index: Int, _ body: (UnsafeRawBufferPointer) throws -> R) rethrows -> R {
    let start = index == 0 ? 0 : ends[index - 1]
    return try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[start..<ends[index]])) }
  }

  mutating func endLine() {
    bytes.append(0x0A)
    ends.append(bytes.count)
  }

  /// Text of the program; holds nothing that JSON would escape.
  mutating func text(_ text: StaticString) {
    bytes.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  mutating func number(_ value: Int) {
    if value < 0 { bytes.append(0x2D) }
    digits(value.magnitude, 0)
  }

  /// `thousandths` as a decimal number: 830 is 0.83.
  mutating func decimal(thousandths: Int) {
    number(thousandths / 1000)
    var fraction = thousandths % 1000
    guard fraction > 0 else { return }
    var width = 3
    while fraction % 10 == 0 {
      fraction /= 10
      width -= 1
    }
    bytes.append(0x2E)
    digits(UInt(fraction), width)
  }

  /// The lowest `width` hexadecimal digits.
  mutating func hex(_ value: UInt64, width: Int) {
    for digit in (0..<width).reversed() {
      let nibble = UInt8(truncatingIfNeeded: value >> UInt64(digit * 4)) & 0xF
      bytes.append(nibble < 10 ? 0x30 + nibble : 0x57 + nibble)
    }
  }

  /// RFC 3339 in UTC, with milliseconds.
  mutating func time(_ micros: Int64) {
    let (days, rest) = micros.quotientAndRemainder(dividingBy: 86_400_000_000)
    let millis = rest / 1000
    // Hinnant's civil_from_days, for days from 1970 on.
    let shifted = days + 719_468
    let dayOfEra = shifted % 146_097
    let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
    let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let fifth = (5 * dayOfYear + 2) / 153
    let month = fifth < 10 ? fifth + 3 : fifth - 9
    digits(UInt(yearOfEra + shifted / 146_097 * 400 + (month <= 2 ? 1 : 0)), 4)
    bytes.append(0x2D)
    digits(UInt(month), 2)
    bytes.append(0x2D)
    digits(UInt(dayOfYear - (153 * fifth + 2) / 5 + 1), 2)
    bytes.append(0x54)
    digits(UInt(millis / 3_600_000), 2)
    bytes.append(0x3A)
    digits(UInt(millis / 60_000 % 60), 2)
    bytes.append(0x3A)
    digits(UInt(millis / 1000 % 60), 2)
    bytes.append(0x2E)
    digits(UInt(millis % 1000), 3)
    bytes.append(0x5A)
  }

  private mutating func digits(_ value: UInt, _ width: Int) {
    var divisor: UInt = 1
    var count = 1
    while count < width || value / divisor >= 10 {
      divisor *= 10
      count += 1
    }
    while divisor > 0 {
      bytes.append(UInt8(truncatingIfNeeded: 0x30 + value / divisor % 10))
      divisor /= 10
    }
  }
}
