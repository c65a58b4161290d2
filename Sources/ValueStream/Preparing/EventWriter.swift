import EventLog

/// Writes events as lines of CloudEvents JSON into one growing buffer of bytes.
///
/// ```swift
/// var writer = EventWriter()
/// writer.begin(type: "vsl.item.entered.v1", id: "1", source: "/board", subject: "PAY-1", timeMicros: micros, stream: "payments")
/// writer.add("stage", "review")
/// writer.end()          // one line, ended by a newline
/// ```
///
/// Nothing is checked here: what is written still has to be prepared. No allocation but the buffer's growth.
public struct EventWriter: Sendable {
  /// All lines written since the last ``removeAll()``.
  public private(set) var bytes: [UInt8] = []
  private var hasData = false
  private var isInLabels = false

  /// A writer with an empty buffer.
  public init() {}

  /// Forgets what was written and keeps the memory.
  public mutating func removeAll() {
    bytes.removeAll(keepingCapacity: true)
  }

  /// Begins an event.
  ///
  /// - Parameters:
  ///   - type: the event's type in full, `vsl.item.entered.v1`.
  ///   - timeMicros: when it happened, in microseconds since 1970; nil leaves it to the ledger.
  public mutating func begin(
    type: String, id: String, source: String, subject: String?, timeMicros: Int64?, stream: String?
  ) {
    hasData = false
    isInLabels = false
    append(#"{"specversion":"1.0","id":"#)
    JSONText.appendString(id, to: &bytes)
    append(#","source":"#)
    JSONText.appendString(source, to: &bytes)
    append(#","type":"#)
    JSONText.appendString(type, to: &bytes)
    if let subject { addAttribute("subject", subject) }
    if let timeMicros {
      append(#","time":""#)
      Timestamp.append(timeMicros, to: &bytes)
      append("\"")
    }
    if let stream { addAttribute("valuestream", stream) }
  }

  /// Adds an extension attribute, or any other member of the event itself. Only before the first member of `data`.
  public mutating func addAttribute(_ name: String, _ value: String) {
    append(",")
    JSONText.appendString(name, to: &bytes)
    append(":")
    JSONText.appendString(value, to: &bytes)
  }

  /// Adds a text to `data`.
  public mutating func add(_ name: String, _ value: String) {
    beginMember(name)
    JSONText.appendString(value, to: &bytes)
  }

  /// Adds a text to `data`, given as UTF-8.
  public mutating func add(_ name: String, utf8 value: UnsafeRawBufferPointer) {
    beginMember(name)
    JSONText.appendString(value, to: &bytes)
  }

  /// Adds an integer to `data`.
  public mutating func add(_ name: String, _ value: Int64) {
    beginMember(name)
    JSONText.append(value, to: &bytes)
  }

  /// Adds a number to `data`. JSON has no number that is not finite: such a one is written as null, which the schemas refuse.
  public mutating func add(_ name: String, _ value: Double) {
    beginMember(name)
    JSONText.append(value, to: &bytes)
  }

  /// Adds true or false to `data`.
  public mutating func add(_ name: String, _ value: Bool) {
    beginMember(name)
    append(value ? "true" : "false")
  }

  /// Adds a member to `data` whose value is JSON already.
  public mutating func add(_ name: String, json value: String) {
    beginMember(name)
    append(value)
  }

  /// Adds a label. Labels must be added one after another, without other members between them.
  public mutating func addLabel(_ name: String, _ value: String) {
    if isInLabels {
      append(",")
    } else {
      beginMember("labels")
      append("{")
      isInLabels = true
    }
    JSONText.appendString(name, to: &bytes)
    append(":")
    JSONText.appendString(value, to: &bytes)
  }

  /// Ends the event, and its line.
  public mutating func end() {
    endLabels()
    append(hasData ? "}}\n" : "}\n")
  }

  private mutating func beginMember(_ name: String) {
    endLabels()
    append(hasData ? "," : #","data":{"#)
    hasData = true
    JSONText.appendString(name, to: &bytes)
    append(":")
  }

  private mutating func endLabels() {
    if isInLabels { append("}") }
    isInLabels = false
  }

  private mutating func append(_ text: String) { bytes.append(contentsOf: text.utf8) }
}
