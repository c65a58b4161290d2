import EventLog

/// An event put together from words, as a command line takes them: `stage=review actor=ana labels.area=money`.
///
/// Values are typed as the type's schema says: a text stays a text even when it looks like a number.
public struct EventDraft: Sendable {
  /// A word that cannot be part of the event: what is wrong and what would be right.
  public struct Problem: Error, Equatable, Sendable, CustomStringConvertible {
    /// What is wrong.
    public var description: String
  }

  /// The type.
  public let definition: EventDefinition
  /// The event's id among those of its source.
  public var id: String
  /// The tool or place that the event comes from.
  public var source: String
  /// What the event is about.
  public var subject: String
  /// When it happened, in microseconds since 1970; nil leaves it to the ledger.
  public var timeMicros: Int64?
  /// The value stream.
  public var stream: String?
  /// Whether it was copied from an event with sealed content, which the copy has not.
  public internal(set) var wasSealed = false

  private enum Value {
    case text(String)
    case json(String)
  }

  private var members: [(name: String, value: Value)] = []
  private var labels: [(name: String, value: String)] = []

  /// Begins an event.
  public init(
    _ definition: EventDefinition, id: String, source: String, subject: String, timeMicros: Int64? = nil,
    stream: String? = nil
  ) {
    self.definition = definition
    self.id = id
    self.source = source
    self.subject = subject
    self.timeMicros = timeMicros
    self.stream = stream
  }

  /// Adds a member of `data` from a word such as `stage=review`.
  public mutating func add(word: String) throws(Problem) {
    guard let equals = word.firstIndex(of: "="), equals > word.startIndex else {
      throw Problem(description: "\"\(RefusalText.shorten(word))\" is no member: write NAME=VALUE")
    }
    try set(String(word[..<equals]), String(word[word.index(after: equals)...]))
  }

  /// Sets a member of `data` from text; `labels.NAME` sets a label. An event that is refused stays as it was.
  ///
  /// A member that the schema does not name is refused when one of a similar name exists (it is a slip), else kept as text.
  public mutating func set(_ name: String, _ text: String) throws(Problem) {
    if name.hasPrefix("labels."), definition.member("labels") != nil {
      let label = String(name.dropFirst("labels.".count))
      guard !label.isEmpty else { throw Problem(description: "\(name)=: a label needs a name: labels.NAME=VALUE") }
      guard !labels.contains(where: { $0.name == label }) else { throw twice(name) }
      labels.append((label, text))
      return
    }
    guard !members.contains(where: { $0.name == name }) else { throw twice(name) }
    guard let member = definition.member(name) else {
      if let meant = NearestName.of(name, in: definition.members.map(\.name)) {
        throw Problem(description: "\(definition.shortName) has no member \"\(name)\"; did you mean \"\(meant)\"?")
      }
      members.append((name, .text(text)))
      return
    }
    members.append((name, try value(of: text, for: member)))
  }

  /// Takes over a member as it is.
  mutating func take(_ name: String, json: String) { members.append((name, .json(json))) }

  /// Changes a member of `data` from a word such as `stage=review`; `stage=` takes it away.
  public mutating func change(word: String) throws(Problem) {
    guard let equals = word.firstIndex(of: "="), equals > word.startIndex else {
      throw Problem(
        description: "\"\(RefusalText.shorten(word))\" is no member: write NAME=VALUE, or NAME= to take it away")
    }
    let name = String(word[..<equals])
    let text = String(word[word.index(after: equals)...])
    let kept = members
    members.removeAll { $0.name == name }
    if text.isEmpty {
      guard members.count < kept.count else {
        throw Problem(description: "the event has no member \"\(name)\" to take away")
      }
      return
    }
    do {
      try set(name, text)
    } catch {
      members = kept
      throw error
    }
  }

  /// The event as one line of JSON, ended by a newline.
  public var line: [UInt8] {
    var writer = EventWriter()
    writer.begin(
      type: definition.type, id: id, source: source, subject: subject, timeMicros: timeMicros, stream: stream)
    for (name, value) in members {
      switch value {
      case .text(let text): writer.add(name, text)
      case .json(let json): writer.add(name, json: json)
      }
    }
    for (name, value) in labels { writer.addLabel(name, value) }
    writer.end()
    return writer.bytes
  }

  private func twice(_ name: String) -> Problem { Problem(description: "\(name) is given twice") }

  private func value(of text: String, for member: EventDefinition.Member) throws(Problem) -> Value {
    func fail(_ wanted: String) -> Problem {
      Problem(description: "\(member.name)=\(RefusalText.shorten(text)): \(definition.shortName) wants \(wanted) here")
    }
    switch member.form {
    case .text: return .text(text)
    case .number, .integer:
      guard isJSON(text, { $0.isNumber }) else { throw fail("a number") }
      return .json(text)
    case .numberOrText: return isJSON(text, { $0.isNumber }) ? .json(text) : .text(text)
    case .boolean:
      guard text == "true" || text == "false" else { throw fail("true or false") }
      return .json(text)
    case .json, .labels:
      guard isJSON(text, { $0.isObject || $0.isArray }) else { throw fail("JSON, such as [\"a\",\"b\"],") }
      return .json(text)
    }
  }

  private func isJSON(_ text: String, _ test: (JSONNode) -> Bool) -> Bool {
    let parser = JSONParser()
    guard let node = try? parser.parse(text) else { return false }
    return withExtendedLifetime(parser) { test(node) }
  }
}
