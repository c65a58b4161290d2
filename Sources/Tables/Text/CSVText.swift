/// Appends records of comma-separated values: RFC 4180, except that a record ends with a line feed alone, as Unix tools
/// expect.
enum CSVText {
  /// Appends the first `count` cells of a row; missing ones are empty.
  static func appendRecord(_ row: [Value], count: Int, to bytes: inout [UInt8]) {
    for index in 0..<count {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      append(index < row.count ? row[index] : .null, to: &bytes)
    }
    // An empty line would be skipped by most readers; an empty quoted field is a record.
    if count == 1, row.first ?? .null == .null { bytes.append(contentsOf: "\"\"".utf8) }
    bytes.append(UInt8(ascii: "\n"))
  }

  private static func append(_ value: Value, to bytes: inout [UInt8]) {
    switch value {
    case .null: break
    case .text(let text): append(text, to: &bytes)
    case .integer(let integer): JSONText.append(integer, to: &bytes)
    case .number(let number), .duration(let number), .share(let number):
      if number.isFinite { JSONText.append(number, to: &bytes) }
    case .timestamp(let micros): bytes.append(contentsOf: TimestampText.rfc3339(micros: micros).utf8)
    }
  }

  /// A text that a spreadsheet would run as a formula gets an apostrophe in front (OWASP, "CSV Injection").
  private static func append(_ text: String, to bytes: inout [UInt8]) {
    let guarded: String
    switch text.utf8.first {
    case UInt8(ascii: "="), UInt8(ascii: "+"), UInt8(ascii: "-"), UInt8(ascii: "@"), 0x09, 0x0D: guarded = "'" + text
    default: guarded = text
    }
    let needsQuotes = guarded.utf8.contains { byte in
      byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\"") || byte == 0x0A || byte == 0x0D
    }
    guard needsQuotes else { return bytes.append(contentsOf: guarded.utf8) }
    bytes.append(UInt8(ascii: "\""))
    for byte in guarded.utf8 {
      if byte == UInt8(ascii: "\"") { bytes.append(byte) }
      bytes.append(byte)
    }
    bytes.append(UInt8(ascii: "\""))
  }
}
