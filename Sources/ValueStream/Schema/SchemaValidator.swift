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

/// One validation of one document against a compiled schema.
///
/// Recursion is bounded by the schema and by ``JSONParser/maximumDepth``.
struct SchemaValidator {
  let schema: CompiledSchema
  var findings: EventFindings
  private(set) var failure: SchemaFailure?
  // Inside `if` and `not` nothing is noted: that a test holds or fails is no finding and no failure.
  private var isTesting = false

  init(schema: CompiledSchema, findings: EventFindings) {
    self.schema = schema
    self.findings = findings
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
    switch value.kind {
    case .string:
      guard node.pointee.types.contains(.string) else { return fail(.type, value, place) }
      if !checks.isDisjoint(with: .string), !checkText(value, node, place) { return false }
    case .object:
      guard node.pointee.types.contains(.object) else { return fail(.type, value, place) }
      if checks.contains(.texts) { return fail(.texts, value, place) }
      if checks.contains(.object), !checkObject(value, node, place) { return false }
    case .array:
      guard node.pointee.types.contains(.array) else { return fail(.type, value, place) }
      if checks.contains(.texts) { return fail(.texts, value, place) }
      if checks.contains(.array), !checkArray(value, node, place) { return false }
    case .integer, .unsigned, .double:
      guard node.pointee.types.contains(.fraction) || node.pointee.types.contains(.integer) && Self.isInteger(value)
      else { return fail(.type, value, place) }
      if checks.contains(.texts) { return fail(.texts, value, place) }
      if checks.contains(.range), let number = value.double {
        guard number >= node.pointee.minimum else { return fail(.minimum, value, place) }
        guard number <= node.pointee.maximum else { return fail(.maximum, value, place) }
      }
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

  private static func isInteger(_ value: JSONNode) -> Bool {
    guard value.kind == .double, let number = value.double else { return true }
    return number.rounded(.towardZero) == number
  }

  private mutating func checkText(
    _ value: JSONNode, _ node: UnsafePointer<CompiledSchema.Node>, _ place: Int32
  ) -> Bool {
    let bytes = value.uncheckedString
    let checks = node.pointee.checks
    if checks.contains(.length) {
      // A character has one to four bytes: most lengths need no counting.
      if bytes.count > Int(node.pointee.maxLength), Self.characters(bytes) > Int(node.pointee.maxLength) {
        return fail(.length, value, place)
      }
      let minLength = Int(node.pointee.minLength)
      if bytes.count < minLength * 4, bytes.count < minLength || minLength > 1 && Self.characters(bytes) < minLength {
        return fail(.length, value, place)
      }
    }
    if checks.contains(.texts) {
      let allowed = node.pointee.texts.range.contains { schema.bytes(schema.texts[$0]).hasSameBytes(as: bytes) }
      guard allowed else { return fail(.texts, value, place) }
    }
    if checks.contains(.patterns) {
      var patterns = node.pointee.patterns
      while patterns != 0 {
        let bit = patterns.trailingZeroBitCount
        patterns &= patterns - 1
        if let pattern = SchemaPattern(rawValue: UInt8(bit)), !pattern.matches(bytes) {
          return fail(.pattern, value, place, bit)
        }
      }
      var forbidden = node.pointee.forbidden
      while forbidden != 0 {
        let bit = forbidden.trailingZeroBitCount
        forbidden &= forbidden - 1
        if let pattern = SchemaPattern(rawValue: UInt8(bit)), pattern.matches(bytes) {
          return fail(.forbidden, value, place, bit)
        }
      }
      if node.pointee.formats & 1 != 0, !SchemaFormat.dateTime.matches(bytes) { return fail(.format, value, place, 0) }
      if node.pointee.formats & 2 != 0, !SchemaFormat.date.matches(bytes) { return fail(.format, value, place, 1) }
    }
    return true
  }

  /// The number of characters (code points) of UTF-8 text: all bytes but the following ones.
  static func characters(_ bytes: UnsafeRawBufferPointer) -> Int {
    var count = 0
    for byte in bytes where byte & 0xC0 != 0x80 { count += 1 }
    return count
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
