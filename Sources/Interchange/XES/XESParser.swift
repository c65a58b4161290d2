import ValueStream

/// Reads the cases of an XES log, one after the other (IEEE 1849; versions 1.0 and 2.0, with or without name space).
struct XESParser {
  private var tokenizer: XMLTokenizer
  private let path: String
  private var isLatin1 = false
  private var cases = 0
  private var key: [UInt8] = []
  /// The `concept:name` of the log, as far as it was read.
  private(set) var logName: [UInt8] = []

  init(_ window: InputWindow) throws(ImportError) {
    path = window.path
    isLatin1 = try Self.isLatin1(window)
    tokenizer = XMLTokenizer(window)
    guard let root = try tokenizer.next(), root.isNamed("log") else {
      throw tokenizer.malformed("the XML is no XES event log: its first element is not \"log\"")
    }
  }

  /// What the XML declaration says of the encoding; anything but UTF-8 and its like is refused or, if it is simple,
  /// translated.
  private static func isLatin1(_ window: InputWindow) throws(ImportError) -> Bool {
    while window.count < 200, try window.fill() {}
    let bytes = window.bytes
    guard bytes.starts(with: "<?xml".utf8), let end = bytes.firstIndex(of: 0x3E, from: 0) else { return false }
    let declaration = String(decoding: bytes[0..<min(end, 200)], as: UTF8.self).lowercased()
    guard let name = declaration.range(of: "encoding") else { return false }
    let rest = declaration[name.upperBound...]
    if ["utf-8", "utf8", "us-ascii", "ascii"].contains(where: { rest.contains($0) }) { return false }
    if rest.contains("iso-8859-1") || rest.contains("latin1") { return true }
    throw .malformed(path: window.path, line: 1, reason: "the encoding of this XML is not UTF-8. Convert it")
  }

  /// Reads the next case into `next`; false at the end of the log.
  mutating func read(_ next: inout XESCase) throws(ImportError) -> Bool {
    while let tag = try tokenizer.next() {
      switch (tag.kind, tokenizer.depth) {
      // The log was one empty element.
      case (.empty, 0), (.close, 0): continue
      case (.open, 2) where tag.isNamed("trace"):
        cases += 1
        next.begin(index: cases, line: tag.line)
        try readTrace(&next)
        return true
      case (.empty, 1) where tag.isNamed("trace"):
        // Without events there is nothing to tell, but the numbers of the others must not depend on it.
        cases += 1
      case (.open, 2), (.empty, 1):
        if try isAttribute(tag, "concept:name") { logName = try value(of: tag) }
        // Everything inside (globals, nested attributes) is about something else.
        if tag.kind == .open { try skipElement() }
      default: break
      }
    }
    return false
  }

  private mutating func readTrace(_ next: inout XESCase) throws(ImportError) {
    while let tag = try tokenizer.next() {
      if tag.kind == .close { return }
      if tag.isNamed("event") {
        try readEvent(tag, &next)
      } else {
        if try isAttribute(tag, "concept:name") { next.name = try append(tag, to: &next.text) }
        if tag.kind == .open { try skipElement() }
      }
    }
  }

  private mutating func readEvent(_ first: XMLTag, _ next: inout XESCase) throws(ImportError) {
    let number = next.events.count + next.problems.count + 1
    var event = XESCase.Event(
      line: first.line, index: number, micros: 0, activity: 0..<0, transition: 0..<0, resource: 0..<0)
    var time: Int64?
    var problem: EventRefusal?
    var isOpen = first.kind == .open
    while isOpen, let tag = try tokenizer.next() {
      if tag.kind == .close {
        isOpen = false
        continue
      }
      if try isAttribute(tag, "concept:name") {
        event.activity = try append(tag, to: &next.text)
      } else if try isAttribute(tag, "lifecycle:transition") {
        event.transition = try append(tag, to: &next.text)
      } else if try isAttribute(tag, "org:resource") {
        event.resource = try append(tag, to: &next.text)
      } else if try isAttribute(tag, "time:timestamp") {
        let value = try value(of: tag)
        time = value.withUnsafeBytes { XESTime.parse($0) }
        if time == nil {
          problem = EventRefusal(
            line: tag.line, pointer: "/time:timestamp", rule: "format",
            value: String(decoding: value.prefix(60), as: UTF8.self),
            message: "The event's time is no ISO 8601 date and time of the years 1900 to 2199.")
        }
      }
      if tag.kind == .open { try skipElement() }
    }
    if problem == nil { problem = missing(event, hasTime: time != nil) }
    if let problem { return next.problems.append(problem) }
    event.micros = time ?? 0
    next.events.append(event)
  }

  private func missing(_ event: XESCase.Event, hasTime: Bool) -> EventRefusal? {
    if !hasTime {
      return EventRefusal(
        line: event.line, pointer: "/time:timestamp", rule: "required", value: "",
        message: "The event has no time. Add a date with the key time:timestamp.")
    }
    guard event.activity.isEmpty else { return nil }
    return EventRefusal(
      line: event.line, pointer: "/concept:name", rule: "required", value: "",
      message: "The event does not name its activity. Add a string with the key concept:name.")
  }

  /// Passes over what is inside of the element just opened.
  private mutating func skipElement() throws(ImportError) {
    let depth = tokenizer.depth
    while tokenizer.depth >= depth, try tokenizer.next() != nil {}
  }

  private mutating func isAttribute(_ tag: XMLTag, _ name: StaticString) throws(ImportError) -> Bool {
    key.removeAll(keepingCapacity: true)
    do {
      guard try tag.appendValue(of: "key", isLatin1: isLatin1, to: &key) else { return false }
    } catch {
      throw tokenizer.malformed(error.reason)
    }
    return key.withUnsafeBytes { $0.equals(name) }
  }

  private func value(of tag: XMLTag) throws(ImportError) -> [UInt8] {
    var text: [UInt8] = []
    _ = try append(tag, to: &text)
    return text
  }

  /// Appends the tag's value and says where it lies.
  private func append(_ tag: XMLTag, to text: inout [UInt8]) throws(ImportError) -> Range<Int> {
    let start = text.count
    do {
      _ = try tag.appendValue(of: "value", isLatin1: isLatin1, to: &text)
    } catch {
      throw tokenizer.malformed(error.reason)
    }
    return start..<text.count
  }
}
