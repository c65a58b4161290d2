/// The formats that an input may have, told by its content.
enum InputFormat: Equatable {
  /// One event a line.
  case lines
  /// A JSON array of events.
  case array
  /// JSON objects over several lines, one after the other.
  case objects
  /// An event log in XML (IEEE 1849).
  case xes

  /// Bytes looked at, at most. Twice the largest event, as ``LineReader`` takes it: a first line that is an event always ends before.
  private static let mostBytes = 2 * InputElement.limit
  /// Lines looked at, at most, for one that is an object.
  private static let mostLines = 100

  /// Looks at the beginning of an input, no further than needed, and drops a byte order mark. Nothing at all is taken
  /// as no lines.
  ///
  /// What is decided depends on the bytes alone, not on the pieces in which they come: a pipe gives what a file gives.
  static func detect(_ window: InputWindow) throws(ImportError) -> InputFormat {
    while window.count < 3, try window.fill() {}
    if window.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { window.consume(3) }
    guard let start = try firstVisible(window, from: 0) else { return .lines }
    switch window.bytes[start] {
    case 0x5B: return .array
    case 0x3C: return .xes
    case 0x7B: return try hasObjectALine(window, from: start) ? .lines : .objects
    default:
      // Perhaps only the first line is wrong.
      if try hasObjectFurtherOn(window, from: start) { return .lines }
      throw .unknownFormat(path: window.path, beginning: beginning(window.bytes))
    }
  }

  /// The index of the first byte from `from` on that is no space; nil when there is none within the bounds.
  private static func firstVisible(_ window: InputWindow, from: Int) throws(ImportError) -> Int? {
    var index = from
    while true {
      let bytes = window.bytes
      while index < bytes.count {
        if !bytes[index].isJSONSpace { return index }
        index += 1
      }
      guard index < from + mostBytes, try window.fill() else { return nil }
    }
  }

  /// Whether the line of the object that begins at `start` ends with it, or else the next line begins another one. A line longer than
  /// any event is a line: there is no end in sight of anything else.
  private static func hasObjectALine(_ window: InputWindow, from start: Int) throws(ImportError) -> Bool {
    var extent = JSONExtent()
    var objectEnd: Int?
    var scanned = start
    while true {
      let bytes = window.bytes
      let newline = bytes.firstIndex(of: 0x0A, from: scanned)
      let line = UnsafeRawBufferPointer(rebasing: bytes[start..<(newline ?? bytes.count)])
      if objectEnd == nil { objectEnd = extent.end(in: line, from: scanned - start) }
      if let objectEnd {
        if line[objectEnd...].contains(where: { !$0.isJSONSpace }) { return false }
        if newline != nil { return true }
      } else if let newline {
        guard let next = try firstVisible(window, from: newline + 1) else { return false }
        return window.bytes[next] == 0x7B
      }
      scanned = bytes.count
      if line.count > mostBytes { return true }
      if try !window.fill() { return objectEnd != nil }
    }
  }

  /// Whether one of the first lines behind that at `start` begins with an object.
  private static func hasObjectFurtherOn(_ window: InputWindow, from start: Int) throws(ImportError) -> Bool {
    var scanned = start
    var lines = 1
    while lines < mostLines && scanned - start < mostBytes {
      if let newline = window.bytes.firstIndex(of: 0x0A, from: scanned) {
        guard let next = try firstVisible(window, from: newline + 1) else { return false }
        if window.bytes[next] == 0x7B { return true }
        lines += 1
        scanned = next
      } else {
        scanned = window.count
        if try !window.fill() { return false }
      }
    }
    return false
  }

  private static func beginning(_ bytes: UnsafeRawBufferPointer) -> String {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return "UTF-16 text; UTF-8 is needed" }
    let text = String(decoding: bytes.trimmed.prefix(24), as: UTF8.self)
    return String(text.unicodeScalars.map { $0.value >= 0x20 && $0.value != 0x7F ? Character($0) : "." })
  }
}
