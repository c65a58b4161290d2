import Audit
import Foundation
import Glibc
import ValueStream

/// Files that people name.
enum InputFile {
  /// Most bytes of a file that is read whole.
  private static let mostBytes = 256 << 20

  /// Reads a file, `-` for standard input.
  static func read(_ path: String) throws -> [UInt8] {
    let descriptor = path == "-" ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw failure(path, "read") }
    defer { if path != "-" { close(descriptor) } }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 1 << 16)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(path, "read") }
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
      guard bytes.count <= mostBytes else {
        throw Failure(code: .refused, message: "\(path) is larger than \(mostBytes >> 20) MiB, too large for this.")
      }
    }
  }

  fileprivate static func failure(_ path: String, _ verb: String) -> Failure {
    Failure(code: .refused, message: "\(path) cannot be \(verb): \(String(cString: strerror(errno))).")
  }
}

enum OutputFile {
  /// Writes a file that is there whole or not at all.
  static func replace(_ path: String, _ text: String) throws { try replace(path, Array(text.utf8)) }

  /// Writes a file that is there whole or not at all.
  static func replace(_ path: String, _ bytes: [UInt8]) throws { try DurableFile.replace(path, with: bytes) }

  /// Writes to a file, or to standard output when none is named.
  static func write(_ text: String, to path: String?) throws {
    if let path { try replace(path, text) } else { Output.write(text) }
  }
}

/// Times of events as people read them.
enum EventTimes {
  static func text(seconds: Int64) -> String { Timestamp.format(seconds * 1_000_000) }
}
