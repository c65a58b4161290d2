import EventLog

/// Where the members of an event lie that its fact is made of: one place a ``FactRole`` slot.
///
/// Memory of its owner, so that validating an event allocates nothing. Not `Sendable`.
struct EventFindings {
  /// Slots 1 to 31 are attribute tags, those from 32 on ``FactRole``s.
  private let indexes: UnsafeMutablePointer<Int32>
  /// A bit a slot that was found.
  private(set) var found: UInt64 = 0

  init() { indexes = .allocate(capacity: 64) }

  func deallocate() { indexes.deallocate() }

  mutating func reset() { found = 0 }

  @inline(__always)
  mutating func note(slot: UInt8, index: Int) {
    // Slots are below 64: they come from `FactRole.slot`.
    indexes[Int(slot & 63)] = Int32(truncatingIfNeeded: index)
    found |= 1 << UInt64(slot & 63)
  }

  /// The place on the root of what was found for a slot.
  @inline(__always)
  func index(slot: UInt8) -> Int? { found & (1 << UInt64(slot & 63)) == 0 ? nil : Int(indexes[Int(slot & 63)]) }
}

/// The first rule that a value breaks.
struct SchemaFailure: BitwiseCopyable {
  /// The keyword that says so.
  enum Rule: UInt8 {
    case type, length, texts, pattern, forbidden, not, format, minimum, maximum, required, items, count
  }

  var rule: Rule
  /// The value's place on the root.
  var index: Int32
  /// The node of the compiled schema.
  var node: Int32
  /// Which of several: the missing member, the pattern's number.
  var detail: Int32 = 0
}

/// Which rules looked at which values of a document: for who learns from one document what others like it have to satisfy.
struct ValidationTrace {
  /// Values, by their places on the root, and the nodes that they had to satisfy.
  private(set) var checks: [(index: Int, node: Int32)] = []
  /// Values that decided whether other rules apply.
  private(set) var deciding: Set<Int> = []

  fileprivate mutating func note(_ value: JSONNode, _ node: Int32, isTesting: Bool) {
    if isTesting { deciding.insert(value.index) } else { checks.append((value.index, node)) }
  }
}

/// One validation of one document against a compiled schema.
///
/// Recursion is bounded by the schema and by ``JSONParser/maximumDepth``.
struct SchemaValidator {
  let schema: CompiledSchema
  var findings: EventFindings
  private(set) var failure: SchemaFailure?
  // Inside `if` and `not` nothing is noted: that a test holds or fails is no finding and no failure.
  private var isTesting = false
  private let trace: UnsafeMutablePointer<ValidationTrace>?

  init(schema: CompiledSchema, findings: EventFindings, trace: UnsafeMutablePointer<ValidationTrace>? = nil) {
    self.schema = schema
    self.findings = findings
    self.trace = trace
  }

  /// Whether a value satisfies the whole schema; if not, `failure` says why.
  mutating func validate(_ value: JSONNode) -> Bool { check(value, 0) }

  private mutating func fail(_ rule: SchemaFailure.Rule, _ value: JSONNode, _ node: Int32, _ detail: Int = 0) -> Bool {
    if !isTesting {
      failure = SchemaFailure(
        rule: rule, index: Int32(truncatingIfNeeded: value.index), node: node, detail: Int32(detail))
    }
    return false
  }

  private mutating func check(_ value: JSONNode, _ place: Int32) -> Bool {
    // The table's memory lives as long as `schema`; copying a node would cost more than the checks.
    let node = schema.nodes.baseAddress! + Int(place)
    let checks = node.pointee.checks
    if let trace { trace.pointee.note(value, place, isTesting: isTesting) }
    switch value.kind {
    case .string:
      guard node.pointee.types.contains(.string) else { return fail(.type, value, place) }
      if !checks.isDisjoint(with: .string), let fault = schema.fault(inText: value.uncheckedString, node) {
        return fail(fault.rule, value, place, fault.detail)
      }
    case .object:
      guard node.pointee.types.contains(.object) else { return fail(.type, value, place) }
      if checks.contains(.texts) { return fail(.texts, value, place) }
      if checks.contains(.object), !checkObject(value, node, place) { return false }
    case .array:
      guard node.pointee.types.contains(.array) else { return fail(.type, value, place) }
      if checks.contains(.texts) { return fail(.texts, value, place) }
      if checks.contains(.array), !checkArray(value, node, place) { return false }
    case .integer, .unsigned, .double:
      if let rule = schema.fault(inNumber: value.double ?? 0, node) { return fail(rule, value, place) }
    case .true, .false:
      guard node.pointee.types.contains(.boolean) else { return fail(.type, value, place) }
      if checks.contains(.texts) { return fail(.texts, value, place) }
    case .null:
      guard node.pointee.types.contains(.null) else { return fail(.type, value, place) }
      if checks.contains(.texts) { return fail(.texts, value, place) }
      // A null attribute counts as absent.
      return checks.contains(.logic) ? checkLogic(value, node, place) : true
    }
    if node.pointee.slot != 0, !isTesting { findings.note(slot: node.pointee.slot, index: value.index) }
    return checks.contains(.logic) ? checkLogic(value, node, place) : true
  }

  private mutating func checkArray(
    _ value: JSONNode, _ node: UnsafePointer<CompiledSchema.Node>, _ place: Int32
  ) -> Bool {
    var count: Int32 = 0
    for element in value.elements {
      count += 1
      guard count <= node.pointee.maxCount else { return fail(.items, value, place) }
      if node.pointee.items >= 0, !check(element, node.pointee.items) { return false }
    }
    return count >= node.pointee.minCount ? true : fail(.items, value, place)
  }

  private mutating func checkObject(
    _ value: JSONNode, _ node: UnsafePointer<CompiledSchema.Node>, _ place: Int32
  ) -> Bool {
    var seen: UInt64 = 0
    var count: Int32 = 0
    let range = node.pointee.members.range
    var nameIndex = value.index + 1
    let end = value.endIndex - 1
    while nameIndex < end {
      let name = value.sibling(at: nameIndex)
      let member = name.sibling(at: nameIndex + 1)
      count += 1
      if let known = find(name.uncheckedString, range) {
        seen |= 1 << UInt64(known - range.lowerBound)
        let rule = schema.members[known].node
        if rule >= 0, !check(member, rule) { return false }
      } else if node.pointee.additional >= 0, !check(member, node.pointee.additional) {
        return false
      }
      if node.pointee.propertyNames >= 0, !check(name, node.pointee.propertyNames) { return false }
      nameIndex = member.endIndex
    }
    let missing = node.pointee.required & ~seen
    guard missing == 0 else { return fail(.required, value, place, missing.trailingZeroBitCount) }
    guard count >= node.pointee.minProperties, count <= node.pointee.maxProperties else {
      return fail(.count, value, place)
    }
    return true
  }

  @inline(__always)
  private func find(_ name: UnsafeRawBufferPointer, _ range: Range<Int>) -> Int? {
    guard let base = name.baseAddress else { return nil }
    // simdjson's string buffer is longer than its last string by at least 64 bytes, so eight bytes are readable here.
    let word = UInt64(littleEndian: base.loadUnaligned(as: UInt64.self))
    let head = name.count >= 8 ? word : word & ((1 << UInt64(name.count * 8)) - 1)
    let members = schema.members.baseAddress!
    for place in range where members[place].head == head && Int(members[place].name.count) == name.count {
      if name.count <= 8 || schema.bytes(members[place].name).hasSameBytes(as: name) { return place }
    }
    return nil
  }

  private mutating func checkLogic(
    _ value: JSONNode, _ node: UnsafePointer<CompiledSchema.Node>, _ place: Int32
  ) -> Bool {
    for link in node.pointee.nots.range where test(value, schema.links[link]) {
      return fail(.not, value, place, Int(schema.links[link]))
    }
    for link in node.pointee.also.range where !check(value, schema.links[link]) { return false }
    for index in node.pointee.conditions.range {
      let condition = schema.conditions[index]
      let chosen = test(value, condition.test) ? condition.then : condition.otherwise
      if chosen >= 0, !check(value, chosen) { return false }
    }
    return true
  }

  private mutating func test(_ value: JSONNode, _ place: Int32) -> Bool {
    let outer = isTesting
    isTesting = true
    defer { isTesting = outer }
    return check(value, place)
  }
}
