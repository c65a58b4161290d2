import CZlib
import Foundation
import ValueStream

@testable import Interchange

/// What a reader gave: a copy that outlives it.
struct ReadElement: Equatable {
  var text: String
  var line: Int
  var rule: String?

  init(_ text: String, _ line: Int, rule: String? = nil) {
    (self.text, self.line, self.rule) = (text, line, rule)
  }
}

/// Reads a file to its end, told by its content, in chunks of `chunk` bytes.
func readElements(
  _ path: String, chunk: Int = 1 << 20, stream: String? = nil, openCases: Bool = false,
  into elements: inout [ReadElement]
) throws {
  let window = InputWindow(try ByteSource(path: path), chunkSize: chunk)
  func drain(_ reader: consuming some ElementReader) throws {
    while let element = try reader.next() {
      elements.append(
        ReadElement(
          String(decoding: element.bytes, as: UTF8.self), element.line, rule: element.problem?.rule))
    }
  }
  switch try InputFormat.detect(window) {
  case .lines: try drain(LineReader(window))
  case .array: try drain(JSONSequenceReader(window, isArray: true))
  case .objects: try drain(JSONSequenceReader(window, isArray: false))
  case .xes: try drain(XESReader(window, stream: stream, openCases: openCases))
  }
}

func readElements(
  _ path: String, chunk: Int = 1 << 20, stream: String? = nil, openCases: Bool = false
) throws -> [ReadElement] {
  var elements: [ReadElement] = []
  try readElements(path, chunk: chunk, stream: stream, openCases: openCases, into: &elements)
  return elements
}

/// One gzip member.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
  var stream = z_stream()
  deflateInit2_(
    &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
    Int32(MemoryLayout<z_stream>.size))
  defer { deflateEnd(&stream) }
  var input = bytes
  var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))) + 64)
  let count = input.withUnsafeMutableBufferPointer { input in
    output.withUnsafeMutableBufferPointer { output in
      stream.next_in = input.baseAddress
      stream.avail_in = UInt32(input.count)
      stream.next_out = output.baseAddress
      stream.avail_out = UInt32(output.count)
      deflate(&stream, Z_FINISH)
      return output.count - Int(stream.avail_out)
    }
  }
  return Array(output.prefix(count))
}

/// An event as JSON, for comparison by its members.
struct DecodedEvent {
  let object: [String: Any]

  init(_ text: String) throws {
    object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any] ?? [:]
  }

  var id: String { object["id"] as? String ?? "" }
  var source: String { object["source"] as? String ?? "" }
  var type: String { object["type"] as? String ?? "" }
  var subject: String { object["subject"] as? String ?? "" }
  var stream: String { object["valuestream"] as? String ?? "" }
  var time: String { object["time"] as? String ?? "" }
  var micros: Int64 { Timestamp.parse(time) ?? 0 }
  var data: [String: Any] { object["data"] as? [String: Any] ?? [:] }

  /// Kind, stage or reason, and time without its date, for tables in tests.
  var brief: String {
    let kind = type.split(separator: ".")[2]
    let what = (data["stage"] ?? data["reason"] ?? "") as? String ?? ""
    return "\(kind) \(what) \(time.dropFirst(11).dropLast())"
  }
}
