import CSimdjson

/// Parses JSON documents with simdjson. One a thread: the parsed document lives in the parser until the next parse.
public final class JSONParser {
  /// The deepest nesting that is accepted.
  public static let maximumDepth = 64
  /// The largest document that is accepted, in bytes.
  public static let maximumBytes = 16 << 20

  private let parser: OpaquePointer?

  /// A parser.
  public init() {
    precondition(vsl_json_padding() <= EventBatch.padding, "the batch leaves too few readable bytes behind an event")
    parser = vsl_json_new(Self.maximumBytes, Self.maximumDepth)
  }

  deinit { if let parser { vsl_json_free(parser) } }

  /// Parses a document behind which ``EventBatch/padding`` bytes are readable. The node is valid until the next parse.
  public func parse(padded bytes: UnsafeRawBufferPointer) throws(JSONError) -> JSONNode {
    guard let parser, let base = bytes.baseAddress else {
      throw JSONError(code: 0, message: parser == nil ? "there is no memory for a JSON parser" : "it is empty")
    }
    let code = vsl_json_parse(parser, base.assumingMemoryBound(to: UInt8.self), bytes.count)
    guard code == 0, let tape = vsl_json_tape(parser), let strings = vsl_json_strings(parser) else {
      throw JSONError(code: code, message: String(cString: vsl_json_message(code)))
    }
    return JSONNode(tape: tape, strings: UnsafeRawPointer(strings), index: 1)
  }

  /// Parses bytes that have no padding, by copying them; gives the document to `body`. For single documents.
  public func withDocument<R>(_ bytes: UnsafeRawBufferPointer, _ body: (JSONNode) throws -> R) throws -> R {
    let padded = UnsafeMutableRawBufferPointer.allocate(
      byteCount: bytes.count + EventBatch.padding, alignment: 64)
    defer { padded.deallocate() }
    padded.copyMemory(from: bytes)
    return try body(parse(padded: UnsafeRawBufferPointer(rebasing: padded[0..<bytes.count])))
  }
}

/// A document that is not JSON, or beyond the limits.
public struct JSONError: Error, CustomStringConvertible, Sendable {
  /// simdjson's error code.
  public var code: Int32
  /// What is wrong.
  public var message: String
  /// What is wrong.
  public var description: String { message }
}
