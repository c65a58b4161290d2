import EventLog

/// A shape in the making: the bytes of an event that never change, and the gaps between them.
struct EventShapeDraft {
  private(set) var gaps: [EventShape.Gap] = []
  private(set) var checks: [CompiledSchema.Node] = []
  private(set) var literals: [UInt8] = []
  private(set) var tail = 0..<0
  /// The gap of each value that is one, by the value's place on the root.
  private(set) var gapByIndex: [Int: Int32] = [:]

  private let bytes: UnsafeRawBufferPointer
  private let fixed: Set<Int>
  private var place = 0
  private var literalStart = 0

  /// Divides an event; nil when a value that would be a gap is not plain.
  ///
  /// - Parameters:
  ///   - bytes: the event, which is valid.
  ///   - root: what it was parsed to.
  ///   - fixed: values that are to be the same in all events of the shape, by their places on the root.
  init?(_ bytes: UnsafeRawBufferPointer, _ root: JSONNode, fixed: Set<Int>) {
    self.bytes = bytes
    self.fixed = fixed
    guard divide(root) else { return nil }
    guard gaps.count <= EventShape.mostGaps else { return nil }
    let start = literals.count
    literals += bytes[literalStart...]
    tail = start..<literals.count
  }

  /// The values of a document lie on its root in the order of the text.
  private mutating func divide(_ node: JSONNode) -> Bool {
    switch node.kind {
    case .object:
      for (_, value) in node.members {
        guard skipText() != nil, divide(value) else { return false }
      }
      return true
    case .array:
      for element in node.elements where !divide(element) { return false }
      return true
    case .string:
      guard let text = skipText() else { return false }
      if fixed.contains(node.index) { return true }
      // As it stands in the text, or with escapes that a gap cannot have.
      let plain = PlainValue.text(bytes, text.lowerBound)
      guard plain.length >= 0, plain.end == text.upperBound else { return false }
      addGap(node, text, isText: true)
      return true
    case .integer, .unsigned, .double:
      guard let start = bytes[place...].firstIndex(where: { 0x30...0x39 ~= $0 || $0 == 0x2D }) else { return false }
      guard let number = PlainValue.number(bytes, start), number.value == node.double else { return false }
      place = number.end
      if !fixed.contains(node.index) { addGap(node, start..<number.end, isText: false) }
      return true
    case .true, .false, .null: return true
    }
  }

  /// The bytes between the quotation marks of the next text.
  private mutating func skipText() -> Range<Int>? {
    guard let quote = bytes[place...].firstIndex(of: 0x22) else { return nil }
    var end = quote + 1
    while end < bytes.count, bytes[end] != 0x22 { end += bytes[end] == 0x5C ? 2 : 1 }
    guard end < bytes.count else { return nil }
    place = end + 1
    return quote + 1..<end
  }

  private mutating func addGap(_ node: JSONNode, _ range: Range<Int>, isText: Bool) {
    let start = literals.count
    literals += bytes[literalStart..<range.lowerBound]
    literalStart = range.upperBound
    gapByIndex[node.index] = Int32(gaps.count)
    gaps.append(
      EventShape.Gap(
        literalStart: Int32(start), literalCount: Int32(literals.count - start), isText: isText))
  }

  /// Adds what values have to satisfy, of rules that they satisfied.
  ///
  /// - Parameter time: the value that is read as a time in any case, by its place on the root.
  mutating func addChecks(_ trace: ValidationTrace, _ schema: CompiledSchema, time: Int?) {
    for (index, number) in gapByIndex.sorted(by: { $0.value < $1.value }) {
      var gap = gaps[Int(number)]
      gap.firstCheck = Int32(checks.count)
      for check in trace.checks where check.index == index {
        var node = schema.nodes[Int(check.node)]
        if gap.isText {
          if node.checks.contains(.length) {
            gap.minLength = max(gap.minLength, node.minLength)
            gap.maxLength = min(gap.maxLength, node.maxLength)
          }
          node.checks.remove(.length)
          // What a plain text cannot have, and what is found out by reading it.
          node.forbidden &= ~(1 << SchemaPattern.controlCharacter.rawValue)
          if index == time { node.formats &= ~1 }
          if node.patterns == 0, node.forbidden == 0, node.formats == 0 { node.checks.remove(.patterns) }
          if !node.checks.isDisjoint(with: .string) { checks.append(node) }
        } else if node.checks.contains(.range) || !node.types.contains(.fraction) {
          checks.append(node)
        }
      }
      gap.checkCount = Int32(checks.count) - gap.firstCheck
      gaps[Int(number)] = gap
    }
  }

  /// Puts the name of a label behind the literals.
  mutating func addName(_ name: UnsafeRawBufferPointer) -> (start: Int32, count: Int32) {
    literals += name
    return (Int32(literals.count - name.count), Int32(name.count))
  }
}
