/// Why an event is not accepted, and what to do about it.
public struct EventRefusal: Error, Equatable, Sendable {
  /// The line or element number of the input, from 1.
  public var line: Int
  /// The place in the event (JSON pointer, RFC 6901); empty for the event itself.
  public var pointer: String
  /// The rule that is broken: a keyword of JSON Schema (`required`, `type`, `enum`, `pattern` …), or `json`, `duplicateKey`, `size`,
  /// `unknownType`; of a log as a whole ``conflictRule``, `unique`.
  public var rule: String
  /// The value there as JSON, shortened; empty when there is none.
  public var value: String
  /// What is wrong and what would be right, one sentence.
  public var message: String

  /// The rule that another event has the identity already.
  public static let conflictRule = "conflict"

  /// True when nothing is wrong with the event but that another one has its identity.
  public var isConflict: Bool { rule == Self.conflictRule }

  /// Makes a refusal.
  public init(line: Int, pointer: String, rule: String, value: String, message: String) {
    self.line = line
    self.pointer = pointer
    self.rule = rule
    self.value = value
    self.message = message
  }
}

extension EventRefusal: CustomStringConvertible {
  /// Line, place, what is wrong, the value and the rule in one line of text.
  public var description: String {
    let place = pointer.isEmpty ? "" : "\(pointer): "
    let shown = value.isEmpty ? "" : " (it is \(value))"
    return "line \(line): \(place)\(message)\(shown) [\(rule)]"
  }
}
