import CSimdjson

/// Parses JSON with simdjson into ``JSONNode``s that Swift walks without a call per value.
///
/// Reusable; allocates only when a document is longer than all before. One a thread: it is not `Sendable`. Each parse overwrites the
/// document of the parse before, so two documents that are compared need two parsers.
public final class JSONParser {
  /// How deep arrays and objects may nest.
  public static let maximumDepth = 64
  /// Bytes that must be readable behind a document given to ``parse(padded:)``.
  public static let padding = Int(VSL_JSON_PADDING)

  /// The longest document in bytes that this parser accepts.
  public let maximumLength: Int

  private let handle: OpaquePointer?
  private var copy: UnsafeMutableRawBufferPointer
  // Behind a pointer: a property of a class would be checked for exclusive access at every member name.
  let keys: UnsafeMutablePointer<KeyStack>

  /// Makes a parser.
  ///
  /// - Parameter maximumLength: the longest document in bytes; longer ones are refused with ``JSONError/What/tooLarge``.
  public init(maximumLength: Int = 64 << 20) {
    let limit = min(max(maximumLength, 1024), 0xFFFF_0000)
    self.maximumLength = limit
    // simdjson counts the document itself as a level.
    handle = vsl_json_parser_new(limit, Self.maximumDepth + 1)
    copy = .allocate(byteCount: 0, alignment: 64)
    keys = .allocate(capacity: 1)
    keys.initialize(to: KeyStack())
  }

  deinit {
    vsl_json_parser_free(handle)
    copy.deallocate()
    keys.deinitialize(count: 1)
    keys.deallocate()
  }

  /// Parses a document in place.
  ///
  /// - Parameter bytes: the document; ``padding`` bytes behind it must be readable (their content does not matter).
  /// - Returns: the document's value, valid until the next parse of this parser.
  public func parse(padded bytes: UnsafeRawBufferPointer) throws(JSONError) -> JSONNode {
    guard let handle else { throw JSONError(.outOfMemory, message: "there is not enough memory to parse JSON") }
    guard let base = bytes.baseAddress, !bytes.isEmpty else {
      throw JSONError(.empty, message: "there is no JSON value")
    }
    let document = vsl_json_parse(handle, base.assumingMemoryBound(to: UInt8.self), bytes.count)
    guard document.error == 0, let tape = document.tape, let strings = document.strings else {
      throw explain(document, bytes)
    }
    return JSONNode(words: tape, strings: strings, index: 1)
  }

  /// Parses a document after copying it to memory with padding.
  ///
  /// - Returns: the document's value, valid until the next parse of this parser.
  public func parse(copying bytes: UnsafeRawBufferPointer) throws(JSONError) -> JSONNode {
    let needed = bytes.count + Self.padding
    if needed > copy.count {
      copy.deallocate()
      copy = .allocate(byteCount: max(needed, copy.count * 2), alignment: 64)
    }
    copy.copyMemory(from: bytes)
    return try parse(padded: UnsafeRawBufferPointer(rebasing: copy[0..<bytes.count]))
  }

  /// Parses the UTF-8 of a string.
  ///
  /// - Returns: the document's value, valid until the next parse of this parser.
  public func parse(_ text: String) throws(JSONError) -> JSONNode {
    var text = text
    let needed = text.utf8.count + Self.padding
    if needed > copy.count {
      copy.deallocate()
      copy = .allocate(byteCount: max(needed, copy.count * 2), alignment: 64)
    }
    let count = text.withUTF8 { utf8 in
      copy.copyMemory(from: UnsafeRawBufferPointer(utf8))
      return utf8.count
    }
    return try parse(padded: UnsafeRawBufferPointer(rebasing: copy[0..<count]))
  }

  /// Parses a document after copying it, and gives it to `body`. For single documents: allocates for a first one.
  public func withDocument<R>(_ bytes: UnsafeRawBufferPointer, _ body: (JSONNode) throws -> R) throws -> R {
    try body(parse(copying: bytes))
  }

  private func explain(_ document: vsl_json_document, _ bytes: UnsafeRawBufferPointer) -> JSONError {
    let what = JSONError.What(code: document.error)
    if what == .outOfMemory { return JSONError(what, message: "there is not enough memory to parse JSON") }
    if what == .tooLarge { return JSONError(what, message: "the document is longer than \(maximumLength) bytes") }
    // simdjson does not say where: a slower scanner finds the place.
    if let found = JSONDiagnosis.firstError(in: bytes, maximumDepth: Self.maximumDepth) { return found }
    let words = document.message.map { String(cString: $0) } ?? "the JSON is malformed"
    return JSONError(what, message: words)
  }
}
