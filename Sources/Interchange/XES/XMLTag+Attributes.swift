import EventLog

extension XMLTag {
  /// A hash of the name, by which opening and closing tags are compared.
  var nameHash: UInt64 { StableHash.hash(name) }

  /// Appends the value of an attribute to `text`, as UTF-8 with its entities resolved; false when there is none.
  ///
  /// Throws a message when the tag does not have its form or names an entity that XML itself does not know.
  func appendValue(of attribute: StaticString, isLatin1: Bool, to text: inout [UInt8]) throws(XMLFormError) -> Bool {
    var index = 0
    while index < content.count && !content[index].isJSONSpace { index += 1 }
    while true {
      while index < content.count && content[index].isJSONSpace { index += 1 }
      guard index < content.count else { return false }
      let nameStart = index
      while index < content.count && content[index] != 0x3D && !content[index].isJSONSpace { index += 1 }
      let name = UnsafeRawBufferPointer(rebasing: content[nameStart..<index])
      while index < content.count && content[index].isJSONSpace { index += 1 }
      guard index < content.count, content[index] == 0x3D else { throw .attribute }
      index += 1
      while index < content.count && content[index].isJSONSpace { index += 1 }
      guard index < content.count, content[index] == 0x22 || content[index] == 0x27,
        let end = content.firstIndex(of: content[index], from: index + 1)
      else { throw .attribute }
      if name.equals(attribute) {
        let value = UnsafeRawBufferPointer(rebasing: content[index + 1..<end])
        try Self.decode(value, isLatin1: isLatin1, to: &text)
        return true
      }
      index = end + 1
    }
  }

  private static func decode(
    _ value: UnsafeRawBufferPointer, isLatin1: Bool, to text: inout [UInt8]
  ) throws(XMLFormError) {
    var index = 0
    while index < value.count {
      let byte = value[index]
      if byte == 0x26 {
        guard let end = value.firstIndex(of: 0x3B, from: index), end - index <= 12 else { throw .entity }
        guard let scalar = scalar(UnsafeRawBufferPointer(rebasing: value[index + 1..<end])) else { throw .entity }
        text.append(contentsOf: Array(String(Character(scalar)).utf8))
        index = end + 1
        continue
      }
      if byte >= 0x80 && isLatin1 {
        text.append(0xC0 | byte >> 6)
        text.append(0x80 | byte & 0x3F)
      } else if byte == 0x09 || byte == 0x0A || byte == 0x0D {
        // XML 1.0 §3.3.3.
        text.append(0x20)
      } else {
        text.append(byte)
      }
      index += 1
    }
  }

  private static func scalar(_ name: UnsafeRawBufferPointer) -> UnicodeScalar? {
    if name.equals("lt") { return "<" }
    if name.equals("gt") { return ">" }
    if name.equals("amp") { return "&" }
    if name.equals("quot") { return "\"" }
    if name.equals("apos") { return "'" }
    guard name.count > 1, name[0] == 0x23 else { return nil }
    let isHex = name[1] == 0x78
    let digits = String(decoding: name.dropFirst(isHex ? 2 : 1), as: UTF8.self)
    return UInt32(digits, radix: isHex ? 16 : 10).flatMap(UnicodeScalar.init)
  }
}

/// How a tag breaks XML's rules.
enum XMLFormError: Error {
  case attribute
  case entity

  var reason: String {
    switch self {
    case .attribute: "an attribute of this tag does not have the form name=\"value\""
    case .entity: "an entity is named that XML does not know (known are lt, gt, amp, quot, apos and numbers)"
    }
  }
}

extension UnsafeRawBufferPointer {
  func equals(_ text: StaticString) -> Bool {
    elementsEqual(UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// Compares without regard to the case of ASCII letters; `text` has small ones.
  func equalsIgnoringCase(_ text: StaticString) -> Bool {
    guard count == text.utf8CodeUnitCount else { return false }
    for (index, byte) in enumerated() {
      let isCapital = byte >= 0x41 && byte <= 0x5A
      if (isCapital ? byte | 0x20 : byte) != text.utf8Start[index] { return false }
    }
    return true
  }
}
