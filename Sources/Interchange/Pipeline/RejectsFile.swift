import Foundation
import ValueStream

/// The file that refused events go to: NDJSON with the members `file`, `line`, `pointer`, `rule`, `value`, `message`, and
/// `event`, its text as a string (bytes that are not UTF-8 are replaced). `jq -r .event` gives back the events, to be
/// mended and imported.
struct RejectsFile: ~Copyable {
  private let path: String
  private let input: String
  private let file: UnsafeMutablePointer<FILE>

  /// Opens the file for what `input` has to be refused; behind what is in it already if `goesOn` says so, else it is emptied.
  init(path: String, input: String, goesOn: Bool) throws(ImportError) {
    self.path = path
    self.input = input
    guard let file = fopen(path, goesOn ? "ae" : "we") else {
      throw .cannotWriteRejects(path: path, reason: String(cString: strerror(errno)))
    }
    self.file = file
  }

  deinit { fclose(file) }

  func write(_ refusal: EventRefusal, event: some Collection<UInt8>) throws(ImportError) {
    var line = "{\"line\":\(refusal.line)"
    Self.add("file", input, to: &line)
    Self.add("pointer", refusal.pointer, to: &line)
    Self.add("rule", refusal.rule, to: &line)
    Self.add("value", refusal.value, to: &line)
    Self.add("message", refusal.message, to: &line)
    if !event.isEmpty { Self.add("event", String(decoding: event, as: UTF8.self), to: &line) }
    line += "}\n"
    guard fputs(line, file) >= 0 else { throw failure() }
  }

  /// Gives everything to the system.
  func flush() throws(ImportError) {
    guard fflush(file) == 0 else { throw failure() }
  }

  private func failure() -> ImportError {
    .cannotWriteRejects(path: path, reason: String(cString: strerror(errno)))
  }

  private static func add(_ name: String, _ value: String, to line: inout String) {
    line += ",\"\(name)\":\""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": line += "\\\""
      case "\\": line += "\\\\"
      case "\n": line += "\\n"
      case "\u{0}"..<" ": line += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
      default: line.unicodeScalars.append(scalar)
      }
    }
    line += "\""
  }
}
