/// A tag of an XML text.
struct XMLTag {
  enum Kind {
    case open, close, empty
  }

  var kind: Kind
  /// What stands between `<` or `</` and `>` or `/>`. Valid until the tokenizer goes on.
  var content: UnsafeRawBufferPointer
  /// The line on which it begins.
  var line: Int

  /// The name, without a prefix.
  var name: UnsafeRawBufferPointer {
    var end = 0
    var start = 0
    while end < content.count && !content[end].isJSONSpace {
      if content[end] == 0x3A { start = end + 1 }
      end += 1
    }
    return UnsafeRawBufferPointer(rebasing: content[start..<end])
  }

  func isNamed(_ text: StaticString) -> Bool { name.equals(text) }
}

/// Takes an XML text apart into tags, as it comes: what event logs use of XML, and nothing that can hurt.
///
/// Text between tags, comments and processing instructions are passed over. A document type is refused, and with it
/// every entity that a file could declare: such files can make a reader unfold gigabytes. Tags must be properly nested.
struct XMLTokenizer {
  /// The longest tag, in bytes.
  static let tagLimit = 1 << 20

  private let window: InputWindow
  private(set) var line = 1
  private var used = 0
  /// Hashes of the names of the open elements.
  private var open: [UInt64] = []
  private var hasRoot = false

  init(_ window: InputWindow) { self.window = window }

  /// Number of elements that are open.
  var depth: Int { open.count }

  /// The next tag; nil at the proper end.
  mutating func next() throws(ImportError) -> XMLTag? {
    consume(used)
    used = 0
    while true {
      guard try skipText() else {
        guard open.isEmpty && hasRoot else { throw truncated("the XML ends inside of an element") }
        return nil
      }
      guard try has(2) else { throw truncated("the XML ends inside of a tag") }
      switch window.bytes[1] {
      case 0x3F: try skip(past: "?>", what: "a processing instruction")
      case 0x21: try skipDeclaration()
      default: return try tag()
      }
    }
  }

  func malformed(_ reason: String) -> ImportError {
    .malformed(path: window.path, line: line, reason: reason)
  }

  private func truncated(_ reason: String) -> ImportError {
    .truncated(path: window.path, line: line, reason: reason)
  }

  private mutating func consume(_ count: Int) {
    line += UnsafeRawBufferPointer(rebasing: window.bytes[0..<count]).lineFeeds
    window.consume(count)
  }

  private func has(_ count: Int) throws(ImportError) -> Bool {
    while window.count < count { if try !window.fill() { return false } }
    return true
  }

  /// Goes to the next `<`; false at the end of the input.
  private mutating func skipText() throws(ImportError) -> Bool {
    while true {
      let end = window.bytes.firstIndex(of: 0x3C, from: 0)
      let text = UnsafeRawBufferPointer(rebasing: window.bytes[0..<(end ?? window.count)])
      if open.isEmpty, let first = text.firstIndex(where: { !$0.isJSONSpace }) {
        consume(first)
        throw malformed("text stands outside of the log's element")
      }
      consume(text.count)
      if end != nil { return true }
      if try !window.fill() { return false }
    }
  }

  private mutating func skipDeclaration() throws(ImportError) {
    if try has(4), window.bytes[2] == 0x2D, window.bytes[3] == 0x2D {
      consume(4)
      return try skip(past: "-->", what: "a comment")
    }
    if try has(9), !open.isEmpty, window.bytes[2] == 0x5B {
      consume(9)
      return try skip(past: "]]>", what: "character data")
    }
    if try !has(9) { throw truncated("the XML ends inside of a declaration") }
    throw malformed(
      "a document type or entity declaration is not allowed in an event log, because it can make a reader unfold endless "
        + "text. Remove the declaration")
  }

  private mutating func skip(past mark: StaticString, what: String) throws(ImportError) {
    let length = mark.utf8CodeUnitCount
    let last = mark.utf8Start[length - 1]
    var from = 0
    while true {
      let bytes = window.bytes
      while let index = bytes.firstIndex(of: last, from: from) {
        from = index + 1
        if from >= length, UnsafeRawBufferPointer(rebasing: bytes[from - length..<from]).equals(mark) {
          return consume(from)
        }
      }
      // Keep what may be the start of the mark.
      let drop = max(0, bytes.count - length)
      consume(drop)
      from = window.count
      if try !window.fill() { throw truncated("\(what) has no end") }
    }
  }

  /// Takes the tag at the front of the window.
  private mutating func tag() throws(ImportError) -> XMLTag {
    var index = 1
    var quote: UInt8 = 0
    while true {
      let bytes = window.bytes
      while index < bytes.count {
        let byte = bytes[index]
        if byte == 0x3C { throw malformed("\"<\" stands inside of a tag") }
        if quote != 0 {
          if byte == quote { quote = 0 }
        } else if byte == 0x22 || byte == 0x27 {
          quote = byte
        } else if byte == 0x3E {
          return try finish(end: index)
        }
        index += 1
      }
      guard index <= Self.tagLimit else { throw malformed("a tag is longer than \(Self.tagLimit) bytes") }
      if try !window.fill() { throw truncated("the XML ends inside of a tag") }
    }
  }

  private mutating func finish(end: Int) throws(ImportError) -> XMLTag {
    let bytes = window.bytes
    var kind = XMLTag.Kind.open
    var first = 1
    var last = end
    if bytes[1] == 0x2F {
      kind = .close
      first = 2
    } else if bytes[end - 1] == 0x2F {
      kind = .empty
      last -= 1
    }
    guard first <= last else { throw malformed("a tag has no name") }
    let tag = XMLTag(kind: kind, content: UnsafeRawBufferPointer(rebasing: bytes[first..<last]), line: line)
    guard let letter = tag.content.first,
      letter >= 0x80 || letter | 0x20 >= 0x61 && letter | 0x20 <= 0x7A || letter == 0x5F
    else { throw malformed("a tag has no name") }
    try nest(tag)
    used = end + 1
    return tag
  }

  private mutating func nest(_ tag: XMLTag) throws(ImportError) {
    if open.isEmpty && hasRoot && tag.kind != .close { throw malformed("a second element stands behind the log's") }
    hasRoot = true
    switch tag.kind {
    case .empty: break
    case .open:
      guard open.count < 64 else { throw malformed("elements are nested deeper than 64") }
      open.append(tag.nameHash)
    case .close:
      guard open.popLast() == tag.nameHash else {
        throw malformed("</\(String(decoding: tag.name.prefix(40), as: UTF8.self))> does not close what is open")
      }
    }
  }
}
