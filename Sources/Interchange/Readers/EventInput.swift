/// Reads the CloudEvents of an input one by one, without importing them.
public enum EventInput {
  /// Gives `body` the bytes of each event and its line, from 1. XES is not read here: it is imported.
  public static func forEachElement(
    of source: ByteSource, _ body: (UnsafeRawBufferPointer, Int) throws -> Void
  ) throws {
    let window = InputWindow(source)
    switch try InputFormat.detect(window) {
    case .lines: try read(LineReader(window), body)
    case .array: try read(JSONSequenceReader(window, isArray: true), body)
    case .objects: try read(JSONSequenceReader(window, isArray: false), body)
    case .xes:
      throw ImportError.malformed(
        path: source.path, line: 1, reason: "an XES log is imported with `vsl import`, not appended in one transaction")
    }
  }

  private static func read(
    _ reader: consuming some ElementReader, _ body: (UnsafeRawBufferPointer, Int) throws -> Void
  ) throws {
    while let element = try reader.next() {
      if let problem = element.problem { throw problem }
      try body(element.bytes, element.line)
    }
  }
}
