import EventLog

/// Reads schema files into ``SchemaRule``s: resolves `$ref`, merges `allOf`, and refuses every keyword that it does not know.
struct SchemaReader {
  private let documents: [String: JSONNode]
  /// The references being resolved: a schema that refers to itself is refused.
  private var open: [String] = []
  private let schema: String
  /// The rules that the document defines for reference, whether anything refers to them or not: a mistake in one is a mistake.
  private(set) var definitions: [SchemaRule] = []

  /// Keywords that say something to people only.
  private static let annotations: Set<String> = [
    "$schema", "$id", "title", "description", "examples", "default", "x-kind", "x-subject",
  ]

  /// Makes a reader of documents by their `$id`.
  init(documents: [String: JSONNode], schema: String) {
    self.documents = documents
    self.schema = schema
  }

  /// The rule of the whole document.
  mutating func rule() throws(SchemaError) -> SchemaRule {
    guard let root = documents[schema] else { throw error("there is no such schema") }
    return try rule(root, in: schema)
  }

  private func error(_ message: String) -> SchemaError { SchemaError(schema: schema, message: message) }

  private mutating func rule(_ node: JSONNode, in document: String) throws(SchemaError) -> SchemaRule {
    guard node.isObject else { throw error("a schema must be an object") }
    var rule = SchemaRule()
    var conjoined: [SchemaRule] = []
    var condition: (test: SchemaRule?, then: SchemaRule?, otherwise: SchemaRule?) = (nil, nil, nil)
    for (key, value) in node.members {
      let keyword = String(decoding: key, as: UTF8.self)
      switch keyword {
      case "$ref": conjoined.append(try resolve(text(value, keyword), in: document))
      // Where a reference leads, the definitions are another reading's to look at.
      case "$defs" where open.isEmpty:
        guard value.isObject else { throw error("$defs must be an object") }
        for (_, definition) in value.members { definitions.append(try self.rule(definition, in: document)) }
      case "$defs": break
      case "allOf":
        for element in value.elements { conjoined.append(try self.rule(element, in: document)) }
      case "if": condition.test = try self.rule(value, in: document)
      case "then": condition.then = try self.rule(value, in: document)
      case "else": condition.otherwise = try self.rule(value, in: document)
      case "not": rule.nots.append(try self.rule(value, in: document))
      case "items": rule.items = [try self.rule(value, in: document)]
      case "additionalProperties": rule.additional = [try self.rule(value, in: document)]
      case "propertyNames": rule.propertyNames = [try self.rule(value, in: document)]
      case "properties":
        for (name, member) in value.members {
          let property = try self.rule(member, in: document)
          rule.properties.append(.init(name: String(decoding: name, as: UTF8.self), rule: property))
        }
      default: try readScalar(keyword, value, into: &rule)
      }
    }
    if let test = condition.test {
      rule.conditions.append(.init(test: test, then: condition.then, otherwise: condition.otherwise))
    } else if condition.then != nil || condition.otherwise != nil {
      throw error("then and else need an if")
    }
    for other in conjoined { rule.merge(other) }
    return rule
  }

  private func readScalar(_ keyword: String, _ value: JSONNode, into rule: inout SchemaRule) throws(SchemaError) {
    switch keyword {
    case "type": rule.types = try types(value)
    case "const": rule.allowedTexts = [try text(value, keyword)]
    case "enum":
      var texts: [String] = []
      for element in value.elements { texts.append(try text(element, keyword)) }
      rule.allowedTexts = texts
    case "minLength": rule.minLength = try count(value, keyword)
    case "maxLength": rule.maxLength = try count(value, keyword)
    case "minItems": rule.minItems = try count(value, keyword)
    case "maxItems": rule.maxItems = try count(value, keyword)
    case "minProperties": rule.minProperties = try count(value, keyword)
    case "maxProperties": rule.maxProperties = try count(value, keyword)
    case "minimum": rule.minimum = try number(value, keyword)
    case "maximum": rule.maximum = try number(value, keyword)
    case "required":
      for element in value.elements { rule.required.append(try text(element, keyword)) }
    case "pattern":
      let expression = try text(value, keyword)
      guard let pattern = SchemaPattern.matching(expression: expression) else {
        throw error("the pattern \(expression) is not one that the program knows")
      }
      rule.patterns = [pattern]
    case "format":
      let name = try text(value, keyword)
      guard let format = SchemaFormat(rawValue: name) else { throw error("the format \(name) is not known") }
      rule.formats = [format]
    case "x-fact":
      let annotation = try text(value, keyword)
      guard let role = FactRole(annotation: annotation) else { throw error("x-fact: \(annotation) is not known") }
      rule.role = role
    case "x-personal":
      guard let owner = SealedField.Owner(rawValue: try text(value, keyword)) else {
        throw error("x-personal must be person or subject")
      }
      rule.personal = owner
    case "description": rule.description = value.string
    default:
      guard Self.annotations.contains(keyword) else { throw error("the keyword \(keyword) is not supported") }
    }
  }

  private mutating func resolve(_ reference: String, in document: String) throws(SchemaError) -> SchemaRule {
    let parts = reference.split(separator: "#", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let target = parts[0].isEmpty ? document : parts[0]
    guard let root = documents[target] else { throw error("$ref: there is no schema \(target)") }
    var node = root
    if parts.count > 1 {
      for step in parts[1].split(separator: "/") {
        guard let next = node.member(named: String(step)) else { throw error("$ref: \(reference) points to nothing") }
        node = next
      }
    }
    let absolute = target + "#" + (parts.count > 1 ? parts[1] : "")
    guard !open.contains(absolute) else { throw error("$ref: \(reference) refers to itself") }
    open.append(absolute)
    defer { open.removeLast() }
    return try rule(node, in: target)
  }

  private func text(_ value: JSONNode, _ keyword: String) throws(SchemaError) -> String {
    guard let text = value.string else { throw error("\(keyword) must be a text") }
    return text
  }

  private func number(_ value: JSONNode, _ keyword: String) throws(SchemaError) -> Double {
    guard let number = value.double else { throw error("\(keyword) must be a number") }
    return number
  }

  private func count(_ value: JSONNode, _ keyword: String) throws(SchemaError) -> Int {
    guard let number = value.integer, 0...Int64(Int32.max) ~= number else { throw error("\(keyword) must be a count") }
    return Int(number)
  }

  private func types(_ value: JSONNode) throws(SchemaError) -> SchemaTypes {
    if value.isArray {
      var types: SchemaTypes = []
      for element in value.elements { types.formUnion(try self.types(element)) }
      return types
    }
    guard let types = SchemaTypes(name: try text(value, "type")) else { throw error("type: unknown type") }
    return types
  }
}
