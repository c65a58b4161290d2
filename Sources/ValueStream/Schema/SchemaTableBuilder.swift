import EventLog

/// Lays rules out in the flat tables of a ``CompiledSchema``. The rule added first is node 0.
struct SchemaTableBuilder {
  let schema: String
  private(set) var nodes: [CompiledSchema.Node] = []
  private(set) var members: [CompiledSchema.Member] = []
  private(set) var texts: [CompiledSchema.Span] = []
  private(set) var conditions: [CompiledSchema.Condition] = []
  private(set) var links: [Int32] = []
  private(set) var bytes: [UInt8] = []

  init(schema: String) { self.schema = schema }

  /// Adds a rule and all rules below it.
  ///
  /// - Returns: the index of its node.
  mutating func add(_ rule: SchemaRule) throws(SchemaError) -> Int32 {
    let place = nodes.count
    // Takes its place before the nodes below it, so that the first rule is node 0.
    nodes.append(CompiledSchema.Node(types: rule.types))
    var node = CompiledSchema.Node(types: rule.types)
    node.slot = rule.role?.slot ?? 0
    addTextChecks(of: rule, to: &node)
    if rule.minimum > -.infinity || rule.maximum < .infinity {
      node.minimum = rule.minimum
      node.maximum = rule.maximum
      node.checks.insert(.range)
    }
    try addArrayChecks(of: rule, to: &node)
    try addObjectChecks(of: rule, to: &node)
    try addLogic(of: rule, to: &node)
    nodes[place] = node
    return Int32(place)
  }

  private mutating func addTextChecks(of rule: SchemaRule, to node: inout CompiledSchema.Node) {
    if rule.minLength > 0 || rule.maxLength < Int.max {
      node.minLength = Int32(clamping: rule.minLength)
      node.maxLength = Int32(clamping: rule.maxLength)
      node.checks.insert(.length)
    }
    if let allowed = rule.allowedTexts {
      let spans = allowed.map { intern($0) }
      node.texts = CompiledSchema.Span(start: Int32(texts.count), count: Int32(spans.count))
      texts += spans
      node.checks.insert(.texts)
    }
    for pattern in rule.patterns { node.patterns |= 1 << pattern.rawValue }
    for (bit, format) in SchemaFormat.allCases.enumerated() where rule.formats.contains(format) {
      node.formats |= 1 << UInt8(bit)
    }
    for other in rule.nots {
      if let pattern = other.onlyPattern { node.forbidden |= 1 << pattern.rawValue }
    }
    if node.patterns | node.formats | node.forbidden != 0 { node.checks.insert(.patterns) }
  }

  private mutating func addArrayChecks(of rule: SchemaRule, to node: inout CompiledSchema.Node) throws(SchemaError) {
    guard rule.minItems > 0 || rule.maxItems < Int.max || !rule.items.isEmpty else { return }
    node.checks.insert(.array)
    node.minCount = Int32(clamping: rule.minItems)
    node.maxCount = Int32(clamping: rule.maxItems)
    if let items = rule.items.first { node.items = try add(items) }
  }

  private mutating func addObjectChecks(of rule: SchemaRule, to node: inout CompiledSchema.Node) throws(SchemaError) {
    node.minProperties = Int32(clamping: rule.minProperties)
    node.maxProperties = Int32(clamping: rule.maxProperties)
    if let additional = rule.additional.first { node.additional = try add(additional) }
    if let names = rule.propertyNames.first { node.propertyNames = try add(names) }
    var own: [CompiledSchema.Member] = []
    let names = rule.properties.map(\.name) + rule.required.filter { rule[property: $0] == nil }
    guard names.count <= 64 else { throw SchemaError(schema: schema, message: "an object has more than 64 members") }
    for (bit, name) in names.enumerated() {
      // A member that is demanded but not described is an additional one.
      var index = node.additional
      if let property = rule[property: name] { index = try add(property) }
      if rule.required.contains(name) { node.required |= 1 << UInt64(bit) }
      own.append(.init(head: Self.head(Array(name.utf8)), name: intern(name), node: index))
    }
    node.members = CompiledSchema.Span(start: Int32(members.count), count: Int32(own.count))
    members += own
    let counts = rule.minProperties > 0 || rule.maxProperties < Int.max
    if counts || !own.isEmpty || node.additional >= 0 || node.propertyNames >= 0 { node.checks.insert(.object) }
  }

  private mutating func addLogic(of rule: SchemaRule, to node: inout CompiledSchema.Node) throws(SchemaError) {
    var compiled: [CompiledSchema.Condition] = []
    for condition in rule.conditions {
      compiled.append(
        .init(
          test: try add(condition.test), then: try addOptional(condition.then),
          otherwise: try addOptional(condition.otherwise)))
    }
    node.conditions = CompiledSchema.Span(start: Int32(conditions.count), count: Int32(compiled.count))
    conditions += compiled
    node.nots = try link(rule.nots.filter { $0.onlyPattern == nil })
    node.also = try link(rule.also)
    if node.conditions.count + node.nots.count + node.also.count > 0 { node.checks.insert(.logic) }
  }

  private mutating func addOptional(_ rule: SchemaRule?) throws(SchemaError) -> Int32 {
    guard let rule else { return -1 }
    return try add(rule)
  }

  private mutating func link(_ rules: [SchemaRule]) throws(SchemaError) -> CompiledSchema.Span {
    var indexes: [Int32] = []
    for rule in rules { indexes.append(try add(rule)) }
    let span = CompiledSchema.Span(start: Int32(links.count), count: Int32(indexes.count))
    links += indexes
    return span
  }

  private mutating func intern(_ text: String) -> CompiledSchema.Span {
    let span = CompiledSchema.Span(start: Int32(bytes.count), count: Int32(text.utf8.count))
    bytes += Array(text.utf8)
    return span
  }

  /// The first eight bytes of a name as a little-endian word, zeros behind a shorter one.
  static func head(_ name: [UInt8]) -> UInt64 {
    var head: UInt64 = 0
    for (place, byte) in name.prefix(8).enumerated() { head |= UInt64(byte) << UInt64(place * 8) }
    return head
  }
}
