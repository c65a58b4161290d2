import EventLog

/// What a member of an event becomes in its fact, as the schemas' annotation keyword `x-fact` says.
///
/// In the files: `"id"`, `"source"`, `"type"`, `"time"`, `"subject"`, `"stream"` (envelope); `"argument stage"`, `"argument text"`,
/// `"argument subject item"` (a subject's class last); `"references change"` (an array of subjects of a class); `"attribute team"` (a name of ``AttributeTag``); `"labels"`;
/// `"measure number"`, `"measure time"`; `"flag"`; `"voided source"`, `"voided id"`.
enum FactRole: Hashable, Sendable {
  case id, source, type, time, subject, stream
  case argument(SymbolNamespace)
  case argumentSubject(SubjectClass)
  case references(SubjectClass)
  case attribute(AttributeTag)
  case measureNumber, measureTime
  case flag
  case voidedSource, voidedId

  /// The role that an annotation names; nil when it names none.
  init?(annotation: String) {
    let words = annotation.split(separator: " ").map(String.init)
    switch (words.first ?? "", words.dropFirst().first, words.dropFirst(2).first) {
    case ("id", nil, nil): self = .id
    case ("source", nil, nil): self = .source
    case ("type", nil, nil): self = .type
    case ("time", nil, nil): self = .time
    case ("subject", nil, nil): self = .subject
    case ("stream", nil, nil): self = .stream
    case ("argument", "stage", nil): self = .argument(.stage)
    case ("argument", "text", nil): self = .argument(.text)
    case ("argument", "subject", let name?):
      guard let subjectClass = SubjectClass(schemaName: name) else { return nil }
      self = .argumentSubject(subjectClass)
    case ("references", let name?, nil):
      guard let subjectClass = SubjectClass(schemaName: name) else { return nil }
      self = .references(subjectClass)
    case ("attribute", let name?, nil):
      guard let tag = AttributeTag(schemaName: name), tag != .label else { return nil }
      self = .attribute(tag)
    case ("labels", nil, nil): self = .attribute(.label)
    case ("measure", "number", nil): self = .measureNumber
    case ("measure", "time", nil): self = .measureTime
    case ("flag", nil, nil): self = .flag
    case ("voided", "source", nil): self = .voidedSource
    case ("voided", "id", nil): self = .voidedId
    default: return nil
    }
  }

  /// Whether it is an attribute of one text.
  var isAttribute: Bool {
    if case .attribute(let tag) = self { tag != .label } else { false }
  }

  /// The place among an event's findings (``EventFindings``): the tag of an attribute, a number from 32 for everything else.
  var slot: UInt8 {
    switch self {
    case .attribute(let tag): tag.rawValue
    case .id: 32
    case .source: 33
    case .type: 34
    case .time: 35
    case .subject: 36
    case .stream: 37
    case .argument, .argumentSubject: 38
    case .measureNumber, .measureTime: 39
    case .flag: 40
    case .voidedSource: 41
    case .voidedId: 42
    case .references: 43
    }
  }
}

extension SubjectClass {
  /// The class that a schema names: the name of the case.
  init?(schemaName name: String) {
    guard let found = Self.allCases.first(where: { String(describing: $0) == name }) else { return nil }
    self = found
  }
}

extension AttributeTag {
  /// The tag that a schema names: the name of the case.
  init?(schemaName name: String) {
    guard let found = Self.allCases.first(where: { String(describing: $0) == name }) else { return nil }
    self = found
  }
}
