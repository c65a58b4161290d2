import EventLog

/// By which rules a ledger seals personal fields: those that the vocabulary marks as personal, and further ones.
public struct SealingRules: Hashable, Sendable {
  /// The id of the file of keys (``PersonalKeys``).
  public let store: String
  /// The fields that are sealed besides those of the vocabulary.
  public private(set) var fields: [SealedField] = []

  /// Rules without further fields.
  public init(store: String) { self.store = store }

  /// Adds a field. One that is there already changes nothing.
  public mutating func add(_ field: SealedField, vocabulary: Vocabulary = .standard) throws(SealingProblem) {
    for known in fields + vocabulary.definitions.flatMap(\.personalFields) {
      if known == field { return }
      guard !known.overlaps(field) else {
        throw SealingProblem(
          description:
            "\(field.pointer) cannot be sealed with the key of the \(field.owner): \(known.pointer) is sealed "
            + "with the key of the \(known.owner) already")
      }
    }
    fields.append(field)
  }

  /// The rules in force in a ledger; nil when it seals nothing.
  public init?(of log: EventLog) throws {
    guard let bytes = try log.sealing() else { return nil }
    guard let rules = SealingRules(encoded: bytes) else {
      throw LedgerError.damaged(what: "the rules for sealing personal fields cannot be read", position: 0)
    }
    self = rules
  }

  /// The rules that an event of type sealing.defined lays down.
  init(event root: JSONNode, line: Int) throws(EventRefusal) {
    // 22 characters, as its schema demands.
    self.init(store: root.member("subject")?.string ?? "")
    for (name, owner) in [("personFields", SealedField.Owner.person), ("subjectFields", .subject)] {
      guard let list = root.value(at: ["data", name]) else { continue }
      for element in list.elements {
        let text = element.string ?? ""
        do {
          try add(SealedField(text, owner: owner))
        } catch {
          throw EventRefusal(
            line: line, pointer: "/data/\(name)", rule: "sealing", value: RefusalText.shown(element),
            message: error.description)
        }
      }
    }
  }

  /// The event that lays these rules down.
  public func draft(id: String, source: String, timeMicros: Int64) throws -> EventDraft {
    guard let definition = Vocabulary.standard.definition(of: .sealingDefined) else {
      throw SealingProblem(description: "the vocabulary has no event for it")
    }
    var draft = EventDraft(definition, id: id, source: source, subject: store, timeMicros: timeMicros)
    for (name, owner) in [("personFields", SealedField.Owner.person), ("subjectFields", .subject)] {
      let pointers = fields.filter { $0.owner == owner }.map(\.pointer)
      guard !pointers.isEmpty else { continue }
      var json: [UInt8] = []
      for pointer in pointers {
        json.append(UInt8(ascii: json.isEmpty ? "[" : ","))
        JSONText.appendString(pointer, to: &json)
      }
      draft.take(name, json: String(decoding: json, as: UTF8.self) + "]")
    }
    return draft
  }

  /// What the log keeps of the rules: lines of the store and of each field.
  var encoded: [UInt8] {
    var text = "store \(store)\n"
    for field in fields { text += "\(field.owner.rawValue) \(field.pointer)\n" }
    return Array(text.utf8)
  }

  init?(encoded: [UInt8]) {
    let lines = String(decoding: encoded, as: UTF8.self).split(separator: "\n")
    guard let first = lines.first, first.hasPrefix("store ") else { return nil }
    self.init(store: String(first.dropFirst(6)))
    for line in lines.dropFirst() {
      guard let space = line.firstIndex(of: " "), let owner = SealedField.Owner(rawValue: String(line[..<space])),
        let field = SealedField(pointer: String(line[line.index(after: space)...]), owner: owner)
      else { return nil }
      fields.append(field)
    }
  }
}
