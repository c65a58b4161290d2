import Glibc
import Synchronization
import Tables

/// Standard output and error, buffered.
enum Output {
  /// Whether what is written goes to a terminal.
  static var isTerminal: Bool { isatty(buffer.withLock { $0.descriptor }) == 1 }
  /// Whether standard error is one.
  static var isErrorTerminal: Bool { isatty(STDERR_FILENO) == 1 }

  /// The terminal's width, and whether to colour.
  static var style: TerminalStyle {
    var size = winsize()
    var width = 0
    if isTerminal, ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 { width = Int(size.ws_col) }
    // What goes to a file or another program is not cut.
    if width == 0 { width = environment("COLUMNS").flatMap(Int.init) ?? .max }
    return TerminalStyle(width: max(40, width), isColoured: isTerminal && environment("NO_COLOR") == nil)
  }

  /// The value of an environment variable; nil when it is unset or empty.
  static func environment(_ name: String) -> String? {
    guard let value = getenv(name), value.pointee != 0 else { return nil }
    return String(cString: value)
  }

  private struct Buffer {
    var bytes: [UInt8] = []
    var descriptor = STDOUT_FILENO
    /// The `errno` of the first write that failed.
    var failure: Int32 = 0

    mutating func flush() {
      bytes.withUnsafeBytes { bytes in
        var rest = bytes[...]
        while !rest.isEmpty, failure == 0 {
          let written = Glibc.write(descriptor, rest.base.baseAddress.map { $0 + rest.startIndex }, rest.count)
          if written >= 0 {
            rest = rest.dropFirst(written)
          } else if errno != EINTR {
            failure = errno
          }
        }
      }
      bytes.removeAll(keepingCapacity: true)
    }
  }

  private static let buffer = Mutex(Buffer())

  /// Writes text to standard output.
  static func write(_ text: String) {
    var text = text
    text.withUTF8 { write(UnsafeRawBufferPointer($0)) }
  }

  /// Writes an answer; refuses to send a terminal what is not text.
  static func write(_ answer: Answer, as format: OutputFormat) throws {
    guard format.isText || !isTerminal else {
      throw Failure(
        code: .refused,
        message: "\(format.rawValue) is not text for a terminal. Send it to a file: > answer.\(format.rawValue), "
          + "or vsl export with -o.")
    }
    try answer.encoded(as: format, style: style).withUnsafeBytes { write($0) }
  }

  /// Writes bytes to standard output.
  static func write(_ bytes: UnsafeRawBufferPointer) {
    buffer.withLock { buffer in
      buffer.bytes.append(contentsOf: bytes)
      if buffer.bytes.count >= 1 << 16 { buffer.flush() }
    }
  }

  /// Writes text to standard error.
  static func error(_ text: String) {
    flush()
    var text = text
    text.withUTF8 { _ = Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count) }
  }

  /// Sends what is written from now on to a file instead of standard output.
  static func redirect(to path: String) throws {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else {
      throw Failure(code: .refused, message: "\(path) cannot be written: \(String(cString: strerror(errno))).")
    }
    buffer.withLock { $0.descriptor = descriptor }
  }

  /// Hands over what is buffered.
  static func flush() { buffer.withLock { $0.flush() } }

  /// Hands over what is buffered; throws when anything could not be written.
  static func finish() throws {
    let failure = buffer.withLock { buffer in
      buffer.flush()
      return buffer.failure
    }
    guard failure == 0 else {
      throw Failure(
        code: .unusable, message: "The output could not be written completely: \(String(cString: strerror(failure))).")
    }
  }
}

/// The present, read once a command and handed down.
enum Clock {
  /// Microseconds since 1970.
  static func nowMicros() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
  }
}
