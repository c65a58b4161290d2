import EventLog

/// The regular expressions that the schemas use, each recognised by a function of its own.
///
/// There is no engine of regular expressions on the append path: a schema with another expression does not compile, and a test plays
/// each of these functions against an independent validator.
enum SchemaPattern: UInt8, CaseIterable, Sendable {
  /// A control character anywhere (Unicode's category Cc).
  case controlCharacter
  /// A year from 1900 to 2199 comes first.
  case year
  /// A duration of ISO 8601 without years and months.
  case duration
  /// A time of day from 00:00 to 24:00.
  case localTime
  /// A name of the IANA time zone database.
  case timezone
  /// Hexadecimal digits in lower case, nothing else.
  case hexadecimal

  /// The expression as the schemas write it (ECMA-262).
  var expression: String {
    switch self {
    case .controlCharacter: #"[\u0000-\u001F\u007F-\u009F]"#
    case .year: "^(19|20|21)"
    case .duration:
      #"^P([0-9]{1,6}W|(?=[0-9T])([0-9]{1,6}D)?(T(?=[0-9])([0-9]{1,6}H)?([0-9]{1,6}M)?([0-9]{1,9}(\.[0-9]{1,6})?S)?)?)$"#
    case .localTime: "^(([01][0-9]|2[0-3]):[0-5][0-9]|24:00)$"
    case .timezone: "^[A-Za-z][A-Za-z0-9_+/-]*$"
    case .hexadecimal: "^[0-9a-f]*$"
    }
  }

  /// What a text that matches looks like, for messages.
  var meaning: String {
    switch self {
    case .controlCharacter: "a text with a control character"
    case .year: "a year from 1900 to 2199 first"
    case .duration: "a duration such as \"P10D\" or \"PT36H\", or a number of seconds"
    case .localTime: "a time of day such as \"09:00\""
    case .timezone: "the name of a time zone such as \"Europe/Berlin\""
    case .hexadecimal: "hexadecimal digits in lower case"
    }
  }

  /// The pattern with an expression; nil when there is none.
  static func matching(expression: String) -> SchemaPattern? { allCases.first { $0.expression == expression } }

  /// Whether a text matches.
  func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
    switch self {
    case .controlCharacter: Self.containsControlCharacter(bytes)
    case .year:
      bytes.count >= 2
        && (bytes[0] == 0x31 && bytes[1] == 0x39 || bytes[0] == 0x32 && (bytes[1] == 0x30 || bytes[1] == 0x31))
    case .duration: DurationText.seconds(bytes) != nil
    case .localTime: LocalTime.minutes(bytes) != nil
    case .timezone: Self.isTimezone(bytes)
    case .hexadecimal: bytes.allSatisfy { 0x30...0x39 ~= $0 || 0x61...0x66 ~= $0 }
    }
  }

  // Eight bytes at a time: a byte below 0x20 borrows into its top bit, 0x7F and 0xC2 (the first byte of U+0080 to U+009F, and of
  // harmless characters too) are sought exactly in the rare word that may hold one.
  private static func containsControlCharacter(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let ones: UInt64 = 0x0101_0101_0101_0101
    let tops: UInt64 = 0x8080_8080_8080_8080
    var place = 0
    while place + 8 <= bytes.count {
      let word = bytes.loadUnaligned(fromByteOffset: place, as: UInt64.self)
      // Exact for "is there such a byte", see Bit Twiddling Hacks, "Determine if a word has a byte less than n".
      let low = (word &- ones &* 0x20) & ~word & tops
      let high = word & tops
      let delete = word ^ (ones &* 0x7F)
      let hasDelete = (delete &- ones) & ~delete & tops
      if low | hasDelete | high != 0, containsSlowly(bytes, place..<min(place + 9, bytes.count)) { return true }
      place += 8
    }
    return containsSlowly(bytes, place..<bytes.count)
  }

  private static func containsSlowly(_ bytes: UnsafeRawBufferPointer, _ range: Range<Int>) -> Bool {
    for place in range {
      let byte = bytes[place]
      if byte < 0x20 || byte == 0x7F { return true }
      if byte == 0xC2, place + 1 < bytes.count, bytes[place + 1] < 0xA0 { return true }
    }
    return false
  }

  private static func isTimezone(_ bytes: UnsafeRawBufferPointer) -> Bool {
    func isLetter(_ byte: UInt8) -> Bool { 0x61...0x7A ~= byte | 0x20 }
    guard let first = bytes.first, isLetter(first) else { return false }
    return bytes.allSatisfy {
      isLetter($0) || 0x30...0x39 ~= $0 || $0 == UInt8(ascii: "_") || $0 == UInt8(ascii: "+") || $0 == UInt8(ascii: "/")
        || $0 == UInt8(ascii: "-")
    }
  }
}

/// The named formats that the schemas use.
enum SchemaFormat: String, CaseIterable, Sendable {
  /// RFC 3339 date and time.
  case dateTime = "date-time"
  /// RFC 3339 full date.
  case date

  /// What a text in this format looks like, for messages.
  var meaning: String {
    switch self {
    case .dateTime: "a time such as \"2026-01-02T03:04:05Z\" or \"2026-01-02T04:04:05+01:00\""
    case .date: "a day such as \"2026-01-31\""
    }
  }

  /// Whether a text is in this format.
  func matches(_ bytes: UnsafeRawBufferPointer) -> Bool {
    switch self {
    case .dateTime: Timestamp.parse(bytes) != nil
    case .date: Timestamp.parseDate(bytes) != nil
    }
  }
}
