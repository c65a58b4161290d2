extension JSONNode {
  /// Where the value at a path of member names stands in the document's text; nil when there is no such value.
  ///
  /// The node must be the document's root, and `text` what it was parsed from. O(length of what stands before).
  public func span(of path: [String], in text: UnsafeRawBufferPointer) -> Range<Int>? {
    var scanner = JSONScanner(text: text)
    scanner.skipSpace()
    var node = self
    for name in path {
      guard node.isObject, let found = node.place(of: name) else { return nil }
      scanner.enterMember(found.ordinal)
      node = found.value
    }
    let start = scanner.index
    scanner.skipValue()
    return start..<scanner.index
  }

  /// The value at a path of member names; nil when there is none. The empty path is the value itself.
  public func value(at path: [String]) -> JSONNode? {
    var node = self
    for name in path {
      guard let next = node.member(named: name) else { return nil }
      node = next
    }
    return node
  }

  private func place(of name: String) -> (ordinal: Int, value: JSONNode)? {
    var name = name
    return name.withUTF8 { bytes in
      var ordinal = 0
      for (key, value) in members {
        if key.hasSameBytes(as: UnsafeRawBufferPointer(bytes)) { return (ordinal, value) }
        ordinal += 1
      }
      return nil
    }
  }
}

/// Passes over the values of a text that is known to be JSON. On any other text it ends somewhere inside it.
struct JSONScanner {
  let text: UnsafeRawBufferPointer
  private(set) var index = 0

  init(text: UnsafeRawBufferPointer) { self.text = text }

  private var byte: UInt8 { index < text.count ? text[index] : 0 }

  mutating func skipSpace() {
    while index < text.count, byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 { index += 1 }
  }

  /// From the brace of an object to the value of the member with an ordinal number, from 0.
  mutating func enterMember(_ ordinal: Int) {
    skip(UInt8(ascii: "{"))
    for place in 0...ordinal {
      skipSpace()
      skipString()
      skipSpace()
      skip(UInt8(ascii: ":"))
      skipSpace()
      guard place < ordinal else { return }
      skipValue()
      skipSpace()
      skip(UInt8(ascii: ","))
    }
  }

  /// To behind the value that begins here.
  mutating func skipValue() {
    switch byte {
    case UInt8(ascii: "\""): skipString()
    case UInt8(ascii: "{"), UInt8(ascii: "["): skipNested()
    default:
      while index < text.count, !Self.ends(byte) { index += 1 }
    }
  }

  private mutating func skipNested() {
    var depth = 0
    repeat {
      switch byte {
      case UInt8(ascii: "\""):
        skipString()
        continue
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      default: break
      }
      index += 1
    } while depth > 0 && index < text.count
    index = min(index, text.count)
  }

  private mutating func skipString() {
    skip(UInt8(ascii: "\""))
    while index < text.count, byte != UInt8(ascii: "\"") { index += byte == UInt8(ascii: "\\") ? 2 : 1 }
    index = min(index + 1, text.count)
  }

  private mutating func skip(_ expected: UInt8) {
    if byte == expected { index += 1 }
  }

  private static func ends(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: ",") || byte == UInt8(ascii: "}") || byte == UInt8(ascii: "]") || byte <= 0x20
  }
}
