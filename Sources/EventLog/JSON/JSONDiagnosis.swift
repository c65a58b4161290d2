/// Finds where and why a text is not JSON (RFC 8259). Used only when simdjson has refused it, which does not say where.
///
/// A plain recursive descent over the bytes, written independently of the parser, so that the tests can play one against the other.
struct JSONDiagnosis {
  private let bytes: UnsafeRawBufferPointer
  private let maximumDepth: Int
  private var place = 0

  /// The first error of a text, nil when it has none.
  static func firstError(in bytes: UnsafeRawBufferPointer, maximumDepth: Int) -> JSONError? {
    var scanner = JSONDiagnosis(bytes: bytes, maximumDepth: maximumDepth)
    do throws(JSONError) {
      try scanner.document()
      return nil
    } catch {
      return error
    }
  }

  private init(bytes: UnsafeRawBufferPointer, maximumDepth: Int) {
    self.bytes = bytes
    self.maximumDepth = maximumDepth
  }

  private var current: UInt8? { place < bytes.count ? bytes[place] : nil }

  private func error(_ message: String, _ what: JSONError.What = .malformed, at offset: Int? = nil) -> JSONError {
    JSONError(what, offset: offset ?? place, message: message)
  }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { place += 1 }
  }

  private mutating func document() throws(JSONError) {
    skipSpace()
    guard current != nil else { throw error("there is no JSON value", .empty) }
    try value(depth: 0)
    skipSpace()
    if current != nil { throw error("there is more behind the value: one event a line") }
  }

  private mutating func value(depth: Int) throws(JSONError) {
    guard let byte = current else { throw error("the text ends where a value is expected") }
    switch byte {
    case UInt8(ascii: "{"): try object(depth: depth + 1)
    case UInt8(ascii: "["): try array(depth: depth + 1)
    case UInt8(ascii: "\""): try string()
    case UInt8(ascii: "t"): try word("true")
    case UInt8(ascii: "f"): try word("false")
    case UInt8(ascii: "n"): try word("null")
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try number()
    default: throw error("expected a value, found \(shown(byte))")
    }
  }

  private mutating func object(depth: Int) throws(JSONError) {
    guard depth <= maximumDepth else { throw tooDeep() }
    place += 1
    skipSpace()
    if current == UInt8(ascii: "}") {
      place += 1
      return
    }
    while true {
      guard current == UInt8(ascii: "\"") else { throw unexpected("the name of a member in double quotes") }
      try string()
      skipSpace()
      guard current == UInt8(ascii: ":") else { throw unexpected("':' after the name of a member") }
      place += 1
      skipSpace()
      try value(depth: depth)
      skipSpace()
      if current == UInt8(ascii: "}") {
        place += 1
        return
      }
      guard current == UInt8(ascii: ",") else { throw unexpected("',' or '}' after a member") }
      place += 1
      skipSpace()
    }
  }

  private mutating func array(depth: Int) throws(JSONError) {
    guard depth <= maximumDepth else { throw tooDeep() }
    place += 1
    skipSpace()
    if current == UInt8(ascii: "]") {
      place += 1
      return
    }
    while true {
      try value(depth: depth)
      skipSpace()
      if current == UInt8(ascii: "]") {
        place += 1
        return
      }
      guard current == UInt8(ascii: ",") else { throw unexpected("',' or ']' after an element") }
      place += 1
      skipSpace()
    }
  }

  private mutating func word(_ word: StaticString) throws(JSONError) {
    let start = place
    for offset in 0..<word.utf8CodeUnitCount {
      guard current == word.utf8Start[offset] else { throw error("expected a value such as \(word)", at: start) }
      place += 1
    }
  }

  private mutating func number() throws(JSONError) {
    let start = place
    if current == UInt8(ascii: "-") { place += 1 }
    let first = current
    let integerDigits = digits()
    guard integerDigits > 0 else { throw error("a number needs a digit here", .number) }
    if first == UInt8(ascii: "0"), integerDigits > 1 {
      throw error("a number may not start with 0", .number, at: start)
    }
    var isInteger = true
    if current == UInt8(ascii: ".") {
      place += 1
      isInteger = false
      guard digits() > 0 else { throw error("a number needs a digit after its point", .number) }
    }
    if current == UInt8(ascii: "e") || current == UInt8(ascii: "E") {
      place += 1
      isInteger = false
      if current == UInt8(ascii: "+") || current == UInt8(ascii: "-") { place += 1 }
      guard digits() > 0 else { throw error("a number needs a digit in its exponent", .number) }
    }
    let text = String(decoding: bytes[start..<place], as: UTF8.self)
    if isInteger {
      guard Int64(text) != nil || UInt64(text) != nil else {
        throw error("an integer must fit 64 bits; write larger numbers with an exponent or as text", .number, at: start)
      }
    } else if !(Double(text)?.isFinite ?? false) {
      throw error("the number is too large for a Double", .number, at: start)
    }
  }

  private mutating func digits() -> Int {
    let start = place
    while let byte = current, byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { place += 1 }
    return place - start
  }

  private mutating func string() throws(JSONError) {
    let start = place
    place += 1
    while let byte = current {
      switch byte {
      case UInt8(ascii: "\""):
        place += 1
        return
      case UInt8(ascii: "\\"): try escape()
      case 0..<0x20: throw error("a control character in a string must be escaped, as \\u00\(hex(byte))")
      case 0x80...: try multibyte(byte)
      default: place += 1
      }
    }
    throw error("the text ends inside the string that begins here", at: start)
  }

  private mutating func escape() throws(JSONError) {
    let start = place
    place += 1
    guard let byte = current else { throw error("the text ends inside an escape", at: start) }
    guard byte == UInt8(ascii: "u") else {
      guard "\"\\/bfnrt".utf8.contains(byte) else { throw error("JSON knows no escape \\\(shown(byte))", at: start) }
      place += 1
      return
    }
    place += 1
    let unit = try hexUnit(start)
    if 0xDC00...0xDFFF ~= unit { throw error("half of a surrogate pair stands alone", at: start) }
    guard 0xD800...0xDBFF ~= unit else { return }
    guard current == UInt8(ascii: "\\") else { throw error("half of a surrogate pair stands alone", at: start) }
    place += 1
    guard current == UInt8(ascii: "u") else { throw error("half of a surrogate pair stands alone", at: start) }
    place += 1
    guard 0xDC00...0xDFFF ~= (try hexUnit(start)) else {
      throw error("half of a surrogate pair stands alone", at: start)
    }
  }

  private mutating func hexUnit(_ start: Int) throws(JSONError) -> Int {
    var unit = 0
    for _ in 0..<4 {
      guard let byte = current, let digit = Character(UnicodeScalar(byte)).hexDigitValue else {
        throw error("\\u needs four hexadecimal digits", at: start)
      }
      unit = unit * 16 + digit
      place += 1
    }
    return unit
  }

  // One character of two to four bytes; the ranges are those of RFC 3629, section 4.
  private mutating func multibyte(_ first: UInt8) throws(JSONError) {
    let start = place
    let (length, second): (Int, ClosedRange<UInt8>) =
      switch first {
      case 0xC2...0xDF: (2, 0x80...0xBF)
      case 0xE0: (3, 0xA0...0xBF)
      case 0xE1...0xEC, 0xEE...0xEF: (3, 0x80...0xBF)
      case 0xED: (3, 0x80...0x9F)
      case 0xF0: (4, 0x90...0xBF)
      case 0xF1...0xF3: (4, 0x80...0xBF)
      case 0xF4: (4, 0x80...0x8F)
      default: (0, 0...0)
      }
    guard length > 0, start + length <= bytes.count, second.contains(bytes[start + 1]),
      bytes[(start + 2)..<(start + length)].allSatisfy({ 0x80...0xBF ~= $0 })
    else { throw error("the byte 0x\(hex(first)) is not valid UTF-8 here", .invalidUTF8) }
    place += length
  }

  private func tooDeep() -> JSONError { error("arrays and objects nest deeper than \(maximumDepth) levels", .tooDeep) }

  private func unexpected(_ expected: String) -> JSONError {
    guard let byte = current else { return error("the text ends where \(expected) is expected") }
    return error("expected \(expected), found \(shown(byte))")
  }

  private func shown(_ byte: UInt8) -> String {
    if byte >= 0x80 { return "the byte 0x\(hex(byte))" }
    return byte > 0x20 && byte < 0x7F ? "'\(Character(UnicodeScalar(byte)))'" : "the character U+00\(hex(byte))"
  }

  private func hex(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16, uppercase: true)
    return digits.count < 2 ? "0" + digits : digits
  }
}
