import ValueStream

/// One event of an input, or what stands where one should be.
struct InputElement {
  /// Its bytes, trimmed. Valid until the reader goes on. Empty when `problem` says why.
  var bytes: UnsafeRawBufferPointer
  /// The line on which it begins, from 1.
  var line: Int
  /// Why it is no event; reading goes on behind it.
  var problem: EventRefusal?

  /// The largest event, in bytes.
  static let limit = 1 << 20

  static func tooLarge(line: Int) -> InputElement {
    InputElement(
      bytes: UnsafeRawBufferPointer(start: nil, count: 0), line: line,
      problem: EventRefusal(
        line: line, pointer: "", rule: "size", value: "",
        message: "The event is longer than \(limit) bytes. Keep large content elsewhere and store a link to it."))
  }
}

/// Takes the events out of one format, in the order of the input.
protocol ElementReader {
  /// The next one; nil at the end. An error means that nothing more can be read.
  mutating func next() throws(ImportError) -> InputElement?
}
