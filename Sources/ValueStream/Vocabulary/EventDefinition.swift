import EventLog

/// A type of the vocabulary: what its schema says about it, and the schema compiled.
public struct EventDefinition: Sendable {
  /// A member of `data`.
  public struct Member: Sendable {
    /// What a value may be.
    public enum Form: Sendable {
      /// Text.
      case text
      /// A number.
      case number
      /// A number without fraction.
      case integer
      /// `true` or `false`.
      case boolean
      /// An object of texts.
      case labels
      /// An array or another object.
      case json
      /// A number or text, such as a duration.
      case numberOrText
    }

    /// The member's name.
    public let name: String
    /// What it means, one sentence.
    public let summary: String
    /// Whether an event without it is refused.
    public let isRequired: Bool
    /// What its value may be.
    public let form: Form
    /// The texts that are allowed, when only some are.
    public let allowed: [String]?
    /// Whether numbers or groups follow from it.
    public let isCounted: Bool
    /// Whether a group or filter of the numbers follows from it, and nothing else.
    public let isAttribute: Bool
  }

  /// The type's name, `vsl.item.entered.v1`.
  public let type: String
  /// The name without what all types share, `item.entered`.
  public let shortName: String
  /// Its code.
  public let kind: EventKind
  /// What its events are about.
  public let subjectClass: SubjectClass
  /// Its title, "Item entered a stage".
  public let title: String
  /// What it means, in a few sentences.
  public let summary: String
  /// What the subject is, "The work item's id."
  public let subjectSummary: String
  /// The members of `data` that the schema names, in its order.
  public let members: [Member]
  /// The members of `data` that hold what belongs to a person.
  public let personalFields: [SealedField]
  /// Complete events as examples, as JSON.
  public let examples: [String]
  /// Its JSON Schema, as in its file; it refers to ``Vocabulary/envelopeSchemaText``.
  public let schemaText: String

  let form: EventForm

  /// The member with a name; nil when the schema names none.
  public func member(_ name: String) -> Member? { members.first { $0.name == name } }

  /// Reads what a schema document says.
  init(document: JSONNode, text: String, rule: SchemaRule, schema: CompiledSchema) throws(SchemaError) {
    func fail(_ message: String) -> SchemaError { SchemaError(schema: schema.id, message: message) }
    guard let type = rule[property: "type"]?.allowedTexts?.first else { throw fail("properties/type needs a const") }
    guard let code = document.member("x-kind")?.integer,
      let kind = UInt8(exactly: code).flatMap(EventKind.init(rawValue:))
    else { throw fail("x-kind must be a code of EventKind") }
    guard let subjectClass = document.member("x-subject")?.string.flatMap(SubjectClass.init(schemaName:)) else {
      throw fail("x-subject must be the name of a SubjectClass")
    }
    guard let title = document.member("title")?.string, let summary = document.member("description")?.string,
      let subjectSummary = document.member("properties")?.member("subject")?.member("description")?.string
    else { throw fail("a schema needs a title and descriptions") }
    self.type = type
    var short = Substring(type)
    if short.hasPrefix("vsl.") { short = short.dropFirst(4) }
    if short.hasSuffix(".v1") { short = short.dropLast(3) }
    shortName = String(short)
    self.kind = kind
    self.subjectClass = subjectClass
    self.title = title
    self.summary = summary
    self.subjectSummary = subjectSummary
    schemaText = text
    let data = rule[property: "data"] ?? SchemaRule()
    members = data.properties.map { property in
      Member(
        name: property.name, summary: property.rule.description ?? "",
        isRequired: data.required.contains(property.name),
        form: Self.form(of: property.rule), allowed: property.rule.allowedTexts,
        isCounted: property.rule.role != nil, isAttribute: property.rule.role?.isAttribute ?? false)
    }
    personalFields = data.properties.compactMap { property in
      property.rule.personal.map { SealedField(path: ["data", property.name], owner: $0) }
    }
    var argumentNamespace = SymbolNamespace.text
    var argumentClass: SubjectClass?
    var referencesClass: SubjectClass?
    var measureIsTime = false
    for property in data.properties {
      switch property.rule.role {
      case .argument(let namespace): argumentNamespace = namespace
      case .argumentSubject(let name):
        argumentNamespace = .subject
        argumentClass = name
      case .references(let name): referencesClass = name
      case .measureTime: measureIsTime = true
      default: break
      }
    }
    form = EventForm(
      kind: kind, subjectClass: subjectClass, schema: schema, argumentNamespace: argumentNamespace,
      argumentClass: argumentClass, referencesClass: referencesClass, measureIsTime: measureIsTime)
    var examples: [String] = []
    for example in document.member("examples")?.elements ?? document.elements { examples.append(example.compactJSON) }
    self.examples = examples
  }

  private static func form(of rule: SchemaRule) -> Member.Form {
    if rule.allowedTexts != nil { return .text }
    switch rule.types {
    case .string: return .text
    case .integer: return .integer
    case .number: return .number
    case .boolean: return .boolean
    case [.number, .string]: return .numberOrText
    case .object where !rule.additional.isEmpty: return .labels
    default: return .json
    }
  }
}
