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

  /// Bytes looked at, at most: enough for the first lines of what people write by hand.
  private static let sampleSize = 1 << 16

  /// Looks at the beginning of an input, no further than needed, and drops a byte order mark. Nothing at all is taken
  /// as no lines.
  static func detect(_ window: InputWindow) throws(ImportError) -> InputFormat {
    while window.count < 3, try window.fill() {}
    if window.bytes.starts(with: [0xEF, 0xBB, 0xBF]) { window.consume(3) }
    while true {
      let bytes = window.bytes
      switch bytes.first(where: { !$0.isJSONSpace }) {
      case 0x5B: return .array
      case 0x3C: return .xes
      case 0x7B where hasObjectALine(bytes) && bytes.trimmedStart.firstIndex(of: 0x0A, from: 0) != nil: return .lines
      default: break
      }
      guard bytes.count < sampleSize, try window.fill() else { break }
    }
    let bytes = window.bytes
    guard let first = bytes.first(where: { !$0.isJSONSpace }) else { return .lines }
    if first == 0x7B { return hasObjectALine(bytes) ? .lines : .objects }
    // Perhaps only the first line is wrong.
    if lines(bytes).contains(where: { $0.first == 0x7B }) { return .lines }
    throw .unknownFormat(path: window.path, beginning: beginning(bytes))
  }

  /// Whether the first line is an object, or else the second begins another one.
  private static func hasObjectALine(_ bytes: UnsafeRawBufferPointer) -> Bool {
    let lines = lines(bytes)
    guard let first = lines.first else { return true }
    var extent = JSONExtent()
    if let end = extent.end(in: first, from: 0) { return end == first.count }
    return lines.count > 1 && lines[1].first == 0x7B
  }

  /// The first lines that are not empty, trimmed.
  private static func lines(_ bytes: UnsafeRawBufferPointer) -> [UnsafeRawBufferPointer] {
    var found: [UnsafeRawBufferPointer] = []
    var start = 0
    while start < bytes.count && found.count < 100 {
      let end = bytes.firstIndex(of: 0x0A, from: start) ?? bytes.count
      let line = UnsafeRawBufferPointer(rebasing: bytes[start..<end]).trimmed
      if !line.isEmpty { found.append(line) }
      start = end + 1
    }
    return found
  }

  private static func beginning(_ bytes: UnsafeRawBufferPointer) -> String {
    if bytes.starts(with: [0xFF, 0xFE]) || bytes.starts(with: [0xFE, 0xFF]) { return "UTF-16 text; UTF-8 is needed" }
    let text = String(decoding: bytes.trimmed.prefix(24), as: UTF8.self)
    return String(text.unicodeScalars.map { $0.value >= 0x20 && $0.value != 0x7F ? Character($0) : "." })
  }
}
