/// Reads one event a line (NDJSON). Empty lines are passed over; the last one needs no newline; CRLF is as good as LF.
struct LineReader: ElementReader {
  private let window: InputWindow
  private var line = 0
  /// Bytes of the window that the previous element used.
  private var used = 0

  init(_ window: InputWindow) { self.window = window }

  mutating func next() throws(ImportError) -> InputElement? {
    while true {
      window.consume(used)
      used = 0
      var searched = 0
      while true {
        if let newline = window.bytes.firstIndex(of: 0x0A, from: searched) {
          line += 1
          used = newline + 1
          let bytes = UnsafeRawBufferPointer(rebasing: window.bytes[0..<newline]).trimmed
          if bytes.isEmpty { break }
          return bytes.count <= InputElement.limit
            ? InputElement(bytes: bytes, line: line) : .tooLarge(line: line)
        }
        searched = window.count
        // Spaces around an event do not count, but they end somewhere.
        if searched > 2 * InputElement.limit {
          line += 1
          try skipLine()
          return .tooLarge(line: line)
        }
        if try !window.fill() { return lastLine() }
      }
    }
  }

  private mutating func lastLine() -> InputElement? {
    let bytes = window.bytes.trimmed
    used = window.count
    guard !bytes.isEmpty else { return nil }
    line += 1
    return bytes.count <= InputElement.limit ? InputElement(bytes: bytes, line: line) : .tooLarge(line: line)
  }

  private func skipLine() throws(ImportError) {
    while true {
      if let newline = window.bytes.firstIndex(of: 0x0A, from: 0) { return window.consume(newline + 1) }
      window.consume(window.count)
      if try !window.fill() { return }
    }
  }
}
