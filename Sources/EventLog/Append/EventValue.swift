/// A JSON value of a stored event, for comparing two events member by member, whatever their key order, white space and escapes.
///
/// For the rare case that two events have one identity hash and different bytes: it favours shortness over speed. Two numbers are equal
/// when they are written alike or have the same value as a Double that is exact for both.
indirect enum EventValue: Equatable {
  case null
  case bool(Bool)
  case number(EventNumber)
  /// UTF-8: two strings are equal when their bytes are, which `String` would judge otherwise (é written in two ways).
  case string([UInt8])
  case array([EventValue])
  case object([[UInt8]: EventValue])

  /// The value of a complete JSON text; nil when it is not well-formed or too deep.
  init?(_ text: UnsafeRawBufferPointer) {
    var reader = EventValueReader(text: text)
    guard let value = reader.readValue(depth: 0), reader.isAtEnd else { return nil }
    self = value
  }

  /// A member of an object.
  subscript(_ name: String) -> EventValue? {
    if case .object(let members) = self { members[Array(name.utf8)] } else { nil }
  }

  /// The string, when it is one.
  var string: String? {
    if case .string(let bytes) = self { String(decoding: bytes, as: UTF8.self) } else { nil }
  }
}

/// A JSON number as it was written.
struct EventNumber: Equatable {
  var text: String

  static func == (a: EventNumber, b: EventNumber) -> Bool {
    if a.text == b.text { return true }
    // Beyond 15 digits a Double no longer tells all numbers apart.
    guard a.text.count <= 15, b.text.count <= 15, let x = Double(a.text), let y = Double(b.text) else { return false }
    return x == y
  }
}

/// Reads one JSON text.
private struct EventValueReader {
  static let maxDepth = 1024

  let text: UnsafeRawBufferPointer
  var offset = 0

  init(text: UnsafeRawBufferPointer) { self.text = text }

  var isAtEnd: Bool {
    mutating get {
      skipWhiteSpace()
      return offset == text.count
    }
  }

  mutating func readValue(depth: Int) -> EventValue? {
    guard depth <= Self.maxDepth else { return nil }
    skipWhiteSpace()
    guard offset < text.count else { return nil }
    switch text[offset] {
    case UInt8(ascii: "{"): return readObject(depth: depth)
    case UInt8(ascii: "["): return readArray(depth: depth)
    case UInt8(ascii: "\""): return readString().map(EventValue.string)
    case UInt8(ascii: "t"): return readWord("true").map { .bool(true) }
    case UInt8(ascii: "f"): return readWord("false").map { .bool(false) }
    case UInt8(ascii: "n"): return readWord("null").map { .null }
    default: return readNumber()
    }
  }

  private mutating func readObject(depth: Int) -> EventValue? {
    offset += 1
    var members: [[UInt8]: EventValue] = [:]
    if take("}") { return .object(members) }
    repeat {
      skipWhiteSpace()
      guard offset < text.count, text[offset] == UInt8(ascii: "\""), let name = readString(), take(":"),
        let value = readValue(depth: depth + 1)
      else { return nil }
      members[name] = value
    } while take(",")
    return take("}") ? .object(members) : nil
  }

  private mutating func readArray(depth: Int) -> EventValue? {
    offset += 1
    var values: [EventValue] = []
    if take("]") { return .array(values) }
    repeat {
      guard let value = readValue(depth: depth + 1) else { return nil }
      values.append(value)
    } while take(",")
    return take("]") ? .array(values) : nil
  }

  private mutating func readNumber() -> EventValue? {
    let start = offset
    while offset < text.count, "+-.eE0123456789".utf8.contains(text[offset]) { offset += 1 }
    guard offset > start else { return nil }
    let digits = String(decoding: text[start..<offset], as: UTF8.self)
    return Double(digits) == nil ? nil : .number(EventNumber(text: digits))
  }

  private mutating func readWord(_ word: StaticString) -> Void? {
    let end = offset + word.utf8CodeUnitCount
    guard end <= text.count,
      text[offset..<end].elementsEqual(
        UnsafeRawBufferPointer(start: word.utf8Start, count: word.utf8CodeUnitCount))
    else { return nil }
    offset = end
    return ()
  }

  private mutating func readString() -> [UInt8]? {
    offset += 1
    var units: [UInt8] = []
    while offset < text.count {
      let byte = text[offset]
      offset += 1
      switch byte {
      case UInt8(ascii: "\""): return units
      case UInt8(ascii: "\\"):
        guard let scalar = readEscape() else { return nil }
        units.append(contentsOf: Character(scalar).utf8)
      default: units.append(byte)
      }
    }
    return nil
  }

  private mutating func readEscape() -> Unicode.Scalar? {
    guard offset < text.count else { return nil }
    let byte = text[offset]
    offset += 1
    switch byte {
    case UInt8(ascii: "b"): return "\u{8}"
    case UInt8(ascii: "f"): return "\u{C}"
    case UInt8(ascii: "n"): return "\n"
    case UInt8(ascii: "r"): return "\r"
    case UInt8(ascii: "t"): return "\t"
    case UInt8(ascii: "u"): return readUnicodeEscape()
    default: return Unicode.Scalar(byte)
    }
  }

  private mutating func readUnicodeEscape() -> Unicode.Scalar? {
    guard let first = readHex() else { return nil }
    guard first & 0xFC00 == 0xD800 else { return Unicode.Scalar(first) }
    guard offset + 1 < text.count, text[offset] == UInt8(ascii: "\\"), text[offset + 1] == UInt8(ascii: "u") else {
      return nil
    }
    offset += 2
    guard let second = readHex(), second & 0xFC00 == 0xDC00 else { return nil }
    return Unicode.Scalar(0x10000 + ((first & 0x3FF) << 10) + (second & 0x3FF))
  }

  private mutating func readHex() -> UInt32? {
    guard offset + 4 <= text.count else { return nil }
    let digits = String(decoding: text[offset..<offset + 4], as: UTF8.self)
    offset += 4
    return UInt32(digits, radix: 16)
  }

  private mutating func take(_ byte: Unicode.Scalar) -> Bool {
    skipWhiteSpace()
    guard offset < text.count, text[offset] == UInt8(ascii: byte) else { return false }
    offset += 1
    return true
  }

  private mutating func skipWhiteSpace() {
    while offset < text.count, " \t\r\n".utf8.contains(text[offset]) { offset += 1 }
  }
}
