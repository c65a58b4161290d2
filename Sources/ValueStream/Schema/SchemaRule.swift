/// The types of JSON values as a set; numbers that are integers are also numbers.
struct SchemaTypes: OptionSet, Hashable, Sendable {
  let rawValue: UInt8

  static let null = SchemaTypes(rawValue: 1)
  static let boolean = SchemaTypes(rawValue: 2)
  static let integer = SchemaTypes(rawValue: 4)
  static let fraction = SchemaTypes(rawValue: 8)
  static let string = SchemaTypes(rawValue: 16)
  static let array = SchemaTypes(rawValue: 32)
  static let object = SchemaTypes(rawValue: 64)
  static let number: SchemaTypes = [.integer, .fraction]
  static let all = SchemaTypes(rawValue: 127)

  /// The set for a name that the keyword `type` uses.
  init?(name: String) {
    switch name {
    case "null": self = .null
    case "boolean": self = .boolean
    case "integer": self = .integer
    case "number": self = .number
    case "string": self = .string
    case "array": self = .array
    case "object": self = .object
    default: return nil
    }
  }

  init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The names of the types, for messages: "a text or a number".
  var words: String {
    var words: [String] = []
    if contains(.object) { words.append("an object") }
    if contains(.array) { words.append("an array") }
    if contains(.string) { words.append("a text") }
    if contains(.number) { words.append("a number") } else if contains(.integer) { words.append("an integer") }
    if contains(.boolean) { words.append("true or false") }
    if contains(.null) { words.append("null") }
    return words.joined(separator: " or ")
  }
}

/// A schema read from its file: references resolved, `allOf` merged into what it conjoins, as far as that changes no verdict.
///
/// Setup only: this form is compiled into flat tables (``CompiledSchema``) before any event is seen.
struct SchemaRule {
  /// A member of an object.
  struct Property {
    var name: String
    var rule: SchemaRule
  }

  /// `if`, `then`, `else`.
  struct Condition {
    var test: SchemaRule
    var then: SchemaRule?
    var otherwise: SchemaRule?
  }

  var types = SchemaTypes.all
  var allowedTexts: [String]?
  var minLength = 0
  var maxLength = Int.max
  var patterns: [SchemaPattern] = []
  var formats: [SchemaFormat] = []
  var minimum = -Double.infinity
  var maximum = Double.infinity
  var minItems = 0
  var maxItems = Int.max
  var minProperties = 0
  var maxProperties = Int.max
  var required: [String] = []
  var properties: [Property] = []
  // Arrays of at most one rule: a struct cannot hold itself.
  var items: [SchemaRule] = []
  var additional: [SchemaRule] = []
  var propertyNames: [SchemaRule] = []
  var conditions: [Condition] = []
  var nots: [SchemaRule] = []
  /// Rules that hold as well and could not be merged.
  var also: [SchemaRule] = []
  /// The annotation `x-fact`: what the value becomes in a fact.
  var role: FactRole?
  /// The annotation `x-personal`: whose content the value is.
  var personal: SealedField.Owner?
  var description: String?

  /// The rule for a member; nil when the schema names none.
  subscript(property name: String) -> SchemaRule? { properties.first { $0.name == name }?.rule }

  /// The pattern of a rule that says nothing but "a text with this pattern".
  var onlyPattern: SchemaPattern? {
    guard types == .string, patterns.count == 1, formats.isEmpty, allowedTexts == nil, minLength == 0,
      maxLength == Int.max,
      conditions.isEmpty, nots.isEmpty, also.isEmpty
    else { return nil }
    return patterns[0]
  }

  /// Demands what another rule demands, too.
  mutating func merge(_ other: SchemaRule) {
    // These three look at the properties beside them, so they are kept apart as rules of their own.
    let isSelfContained = other.additional.isEmpty && (additional.isEmpty || other.properties.isEmpty)
    guard isSelfContained, allowedTexts == nil || other.allowedTexts == nil else {
      also.append(other)
      return
    }
    types.formIntersection(other.types)
    allowedTexts = allowedTexts ?? other.allowedTexts
    minLength = max(minLength, other.minLength)
    maxLength = min(maxLength, other.maxLength)
    patterns += other.patterns.filter { !patterns.contains($0) }
    formats += other.formats.filter { !formats.contains($0) }
    minimum = max(minimum, other.minimum)
    maximum = min(maximum, other.maximum)
    minItems = max(minItems, other.minItems)
    maxItems = min(maxItems, other.maxItems)
    minProperties = max(minProperties, other.minProperties)
    maxProperties = min(maxProperties, other.maxProperties)
    required += other.required.filter { !required.contains($0) }
    for property in other.properties {
      if let place = properties.firstIndex(where: { $0.name == property.name }) {
        properties[place].rule.merge(property.rule)
      } else {
        properties.append(property)
      }
    }
    for rule in other.items {
      if items.isEmpty { items.append(rule) } else { items[0].merge(rule) }
    }
    for rule in other.propertyNames {
      if propertyNames.isEmpty { propertyNames.append(rule) } else { propertyNames[0].merge(rule) }
    }
    conditions += other.conditions
    nots += other.nots
    also += other.also
    role = role ?? other.role
    personal = personal ?? other.personal
    description = description ?? other.description
  }
}
