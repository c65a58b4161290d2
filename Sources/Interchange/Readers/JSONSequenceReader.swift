/// Reads the elements of a JSON array, or JSON values one after the other, without building either: it follows strings
/// and brackets only, and leaves everything else to whoever reads the element.
struct JSONSequenceReader: ElementReader {
  private enum State {
    case begin
    case beforeFirst, beforeElement, afterElement
    /// Behind the array.
    case finished
  }

  private let window: InputWindow
  private let isArray: Bool
  private var state: State
  private var line = 1
  private var used = 0

  /// `isArray` is false for values that follow each other without a bracket around them.
  init(_ window: InputWindow, isArray: Bool) {
    self.window = window
    self.isArray = isArray
    state = isArray ? .begin : .beforeElement
  }

  mutating func next() throws(ImportError) -> InputElement? {
    window.consume(used)
    used = 0
    while let byte = try nextByte() {
      switch (state, byte) {
      case (.begin, _):
        // The format was told by this bracket.
        window.consume(1)
        state = .beforeFirst
      case (.beforeFirst, 0x5D), (.afterElement, 0x5D):
        window.consume(1)
        state = .finished
      case (.afterElement, 0x2C):
        window.consume(1)
        state = .beforeElement
      case (.afterElement, _):
        throw malformed("a comma or the end of the array is missing before \"\(character(byte))\"")
      case (.finished, _):
        throw malformed("\"\(character(byte))\" stands behind the end of the array")
      case (_, 0x5D), (_, 0x2C), (_, 0x7D):
        throw malformed("\"\(character(byte))\" stands where an event should be")
      default:
        if isArray { state = .afterElement }
        return try element()
      }
    }
    if isArray && state != .finished {
      throw .truncated(path: window.path, line: line, reason: "the array has no end")
    }
    return nil
  }

  private func malformed(_ reason: String) -> ImportError {
    .malformed(path: window.path, line: line, reason: reason)
  }

  private func character(_ byte: UInt8) -> String {
    byte >= 0x20 && byte < 0x7F ? String(UnicodeScalar(byte)) : "byte \(byte)"
  }

  /// The next byte that is no space; nil at the end.
  private mutating func nextByte() throws(ImportError) -> UInt8? {
    while true {
      let bytes = window.bytes
      var index = 0
      while index < bytes.count && bytes[index].isJSONSpace {
        if bytes[index] == 0x0A { line += 1 }
        index += 1
      }
      window.consume(index)
      if index < bytes.count { return bytes[index] }
      if try !window.fill() { return nil }
    }
  }

  /// Takes the value that begins at the front of the window.
  private mutating func element() throws(ImportError) -> InputElement {
    let first = line
    var scanner = JSONExtent()
    var scanned = 0
    var isTooLarge = false
    while true {
      let bytes = window.bytes
      if let end = scanner.end(in: bytes, from: scanned) {
        line += UnsafeRawBufferPointer(rebasing: bytes[0..<end]).lineFeeds
        if isTooLarge || end > InputElement.limit {
          window.consume(end)
          return .tooLarge(line: first)
        }
        used = end
        return InputElement(bytes: UnsafeRawBufferPointer(rebasing: bytes[0..<end]).trimmed, line: first)
      }
      scanned = bytes.count
      if scanned > InputElement.limit {
        isTooLarge = true
        line += bytes.lineFeeds
        window.consume(scanned)
        scanned = 0
      }
      if try !window.fill() {
        if scanner.isAtTopLevel && !isArray {
          used = window.count
          return InputElement(bytes: window.bytes.trimmed, line: first)
        }
        throw .truncated(path: window.path, line: first, reason: "the event that begins here has no end")
      }
    }
  }
}

/// Finds where a JSON value ends, in as many pieces as it comes.
struct JSONExtent {
  private var depth = 0
  private var isInString = false
  private var isEscaped = false

  /// True outside of strings, arrays and objects: within a number or a word.
  var isAtTopLevel: Bool { depth == 0 && !isInString }

  /// The index behind the value, which begins at 0 and was looked at up to `start`; nil when it goes on.
  mutating func end(in bytes: UnsafeRawBufferPointer, from start: Int) -> Int? {
    var index = start
    while index < bytes.count {
      let byte = bytes[index]
      if isInString {
        if isEscaped {
          isEscaped = false
        } else if byte == 0x5C {
          isEscaped = true
        } else if byte == 0x22 {
          isInString = false
          if depth == 0 { return index + 1 }
        }
      } else {
        switch byte {
        case 0x22: isInString = true
        case 0x7B, 0x5B: depth += 1
        case 0x7D, 0x5D:
          // A number or word of an array ends before the array's bracket.
          if depth == 0 { return index }
          depth -= 1
          if depth == 0 { return index + 1 }
        case 0x2C where depth == 0: return index
        case 0x0A where depth == 0, 0x20 where depth == 0: return index
        default: break
        }
      }
      index += 1
    }
    return nil
  }
}
