/// Appends JSON literals (RFC 8259) as UTF-8.
public enum JSONText {
  /// Appends a string with its quotes.
  ///
  /// Quotes, backslashes and control characters are escaped, and so are U+2028 and U+2029, so that the text is also
  /// valid inside JavaScript.
  public static func append(_ string: String, to bytes: inout [UInt8]) {
    var string = string
    bytes.append(UInt8(ascii: "\""))
    string.withUTF8 { utf8 in
      var start = 0
      var index = 0
      while index < utf8.count {
        let byte = utf8[index]
        var length = 1
        var escape: StaticString?
        switch byte {
        case UInt8(ascii: "\""): escape = #"\""#
        case UInt8(ascii: "\\"): escape = #"\\"#
        case 0x08: escape = #"\b"#
        case 0x09: escape = #"\t"#
        case 0x0A: escape = #"\n"#
        case 0x0C: escape = #"\f"#
        case 0x0D: escape = #"\r"#
        case 0..<0x20: escape = #"\u00"#
        case 0xE2 where index + 2 < utf8.count && utf8[index + 1] == 0x80 && utf8[index + 2] & 0xFE == 0xA8:
          escape = utf8[index + 2] == 0xA8 ? #"\u2028"# : #"\u2029"#
          length = 3
        default: break
        }
        if let escape {
          bytes.append(contentsOf: utf8[start..<index])
          escape.withUTF8Buffer { bytes.append(contentsOf: $0) }
          if escape.utf8CodeUnitCount == 4 {
            bytes.append(hexDigit(byte >> 4))
            bytes.append(hexDigit(byte & 0xF))
          }
          start = index + length
        }
        index += length
      }
      bytes.append(contentsOf: utf8[start...])
    }
    bytes.append(UInt8(ascii: "\""))
  }

  /// Appends the shortest number that reads back as the same double; `null` for infinities and not a number.
  ///
  /// Whole numbers below 2⁵³ are written without a fraction: `3`, not `3.0`.
  public static func append(_ number: Double, to bytes: inout [UInt8]) {
    guard number.isFinite else { return append(null: (), to: &bytes) }
    if number.magnitude < 0x1p53, let whole = Int64(exactly: number) {
      bytes.append(contentsOf: String(whole).utf8)
    } else {
      bytes.append(contentsOf: number.description.utf8)
    }
  }

  /// Appends a whole number, in full.
  public static func append(_ integer: some FixedWidthInteger, to bytes: inout [UInt8]) {
    bytes.append(contentsOf: String(integer).utf8)
  }

  /// Appends a cell: durations as seconds, timestamps as RFC 3339 strings, shares as numbers.
  public static func append(_ value: Value, to bytes: inout [UInt8]) {
    switch value {
    case .null: append(null: (), to: &bytes)
    case .text(let text): append(text, to: &bytes)
    case .integer(let integer): append(integer, to: &bytes)
    case .number(let number), .duration(let number), .share(let number): append(number, to: &bytes)
    case .timestamp(let micros): append(TimestampText.rfc3339(micros: micros), to: &bytes)
    }
  }

  private static func append(null: Void, to bytes: inout [UInt8]) {
    bytes.append(contentsOf: "null".utf8)
  }

  private static func hexDigit(_ nibble: UInt8) -> UInt8 {
    nibble < 10 ? UInt8(ascii: "0") + nibble : UInt8(ascii: "a") + nibble - 10
  }
}
