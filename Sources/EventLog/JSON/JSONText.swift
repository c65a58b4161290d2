/// Writes JSON text into byte buffers.
public enum JSONText {
  /// Appends a text in quotes: quotes, backslashes and control characters escaped, all else as it is.
  ///
  /// The bytes must be UTF-8. No allocation but the buffer's growth.
  public static func appendString(_ bytes: UnsafeRawBufferPointer, to buffer: inout [UInt8]) {
    buffer.append(0x22)
    var start = 0
    for place in 0..<bytes.count {
      let byte = bytes[place]
      if byte >= 0x20, byte != 0x22, byte != 0x5C { continue }
      buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start..<place]))
      appendEscape(byte, to: &buffer)
      start = place + 1
    }
    buffer.append(contentsOf: UnsafeRawBufferPointer(rebasing: bytes[start..<bytes.count]))
    buffer.append(0x22)
  }

  /// Appends a text in quotes; see ``appendString(_:to:)-(UnsafeRawBufferPointer,_)``.
  public static func appendString(_ text: String, to buffer: inout [UInt8]) {
    var text = text
    text.withUTF8 { appendString(UnsafeRawBufferPointer($0), to: &buffer) }
  }

  /// Appends an integer.
  public static func append(_ number: Int64, to buffer: inout [UInt8]) {
    if number < 0 { buffer.append(UInt8(ascii: "-")) }
    append(number.magnitude, to: &buffer)
  }

  /// Appends an integer.
  public static func append(_ number: UInt64, to buffer: inout [UInt8]) {
    var divisor: UInt64 = 1
    while number / divisor > 9 { divisor *= 10 }
    while divisor > 0 {
      buffer.append(UInt8(truncatingIfNeeded: 0x30 + number / divisor % 10))
      divisor /= 10
    }
  }

  /// Appends a number with the fewest digits that read back as the same; an integer up to 2^53 without point. `null` when it is not
  /// finite, which JSON cannot say.
  public static func append(_ number: Double, to buffer: inout [UInt8]) {
    guard number.isFinite else {
      buffer.append(contentsOf: "null".utf8)
      return
    }
    if number.magnitude < 9_007_199_254_740_992, number.rounded() == number, !(number == 0 && number.sign == .minus) {
      append(Int64(number), to: &buffer)
    } else {
      buffer.append(contentsOf: number.description.utf8)
    }
  }

  private static func appendEscape(_ byte: UInt8, to buffer: inout [UInt8]) {
    buffer.append(0x5C)
    switch byte {
    case 0x22, 0x5C: buffer.append(byte)
    case 0x0A: buffer.append(UInt8(ascii: "n"))
    case 0x0D: buffer.append(UInt8(ascii: "r"))
    case 0x09: buffer.append(UInt8(ascii: "t"))
    default:
      buffer.append(contentsOf: "u00".utf8)
      for digit in [byte >> 4, byte & 15] { buffer.append(digit < 10 ? 0x30 + digit : 0x57 + digit) }
    }
  }
}

extension JSONNode {
  /// Appends the value as JSON without spaces. Recursion is bounded by ``JSONParser/maximumDepth``.
  public func append(to buffer: inout [UInt8]) {
    switch kind {
    case .object:
      buffer.append(UInt8(ascii: "{"))
      var isFirst = true
      for (key, value) in members {
        if !isFirst { buffer.append(UInt8(ascii: ",")) }
        isFirst = false
        JSONText.appendString(key, to: &buffer)
        buffer.append(UInt8(ascii: ":"))
        value.append(to: &buffer)
      }
      buffer.append(UInt8(ascii: "}"))
    case .array:
      buffer.append(UInt8(ascii: "["))
      var isFirst = true
      for element in elements {
        if !isFirst { buffer.append(UInt8(ascii: ",")) }
        isFirst = false
        element.append(to: &buffer)
      }
      buffer.append(UInt8(ascii: "]"))
    case .string: JSONText.appendString(uncheckedString, to: &buffer)
    case .integer: JSONText.append(integer ?? 0, to: &buffer)
    case .unsigned: JSONText.append(unsigned ?? 0, to: &buffer)
    case .double: buffer.append(contentsOf: (double ?? 0).description.utf8)
    case .true: buffer.append(contentsOf: "true".utf8)
    case .false: buffer.append(contentsOf: "false".utf8)
    case .null: buffer.append(contentsOf: "null".utf8)
    }
  }

  /// The value as JSON without spaces.
  public var compactJSON: String {
    var buffer: [UInt8] = []
    append(to: &buffer)
    return String(decoding: buffer, as: UTF8.self)
  }
}
