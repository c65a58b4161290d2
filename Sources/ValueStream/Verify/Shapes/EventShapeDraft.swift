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
  private let list: Int?
  private var place = 0
  private var literalStart = 0

  /// Divides an event; nil when a value that would be a gap is not plain.
  ///
  /// - Parameters:
  ///   - bytes: the event, which is valid.
  ///   - root: what it was parsed to.
  ///   - fixed: values that are to be the same in all events of the shape, by their places on the root.
  ///   - list: the array of texts that is one gap, by its place on the root.
  init?(_ bytes: UnsafeRawBufferPointer, _ root: JSONNode, fixed: Set<Int>, list: Int?) {
    self.bytes = bytes
    self.fixed = fixed
    self.list = list
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
      if node.index == list { return addList(node) }
      for element in node.elements where !divide(element) { return false }
      return true
    case .string:
      guard let text = skipText() else { return false }
      if fixed.contains(node.index) { return true }
      // As it stands in the text, or with escapes that a gap cannot have.
      let plain = PlainValue.text(bytes, text.lowerBound)
      guard plain.length >= 0, plain.end == text.upperBound else { return false }
      addGap(node, text, .text)
      return true
    case .integer, .unsigned, .double:
      guard let start = bytes[place...].firstIndex(where: { 0x30...0x39 ~= $0 || $0 == 0x2D }) else { return false }
      guard let number = PlainValue.number(bytes, start), number.value == node.double else { return false }
      place = number.end
      if !fixed.contains(node.index) { addGap(node, start..<number.end, .number) }
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

  /// Makes one gap of an array of plain texts with nothing but a comma between two. One without any is not a gap.
  private mutating func addList(_ node: JSONNode) -> Bool {
    guard !fixed.contains(node.index) else { return false }
    var range: Range<Int>?
    for element in node.elements {
      guard element.isString, !fixed.contains(element.index), let text = skipText(),
        PlainValue.text(bytes, text.lowerBound).length >= 0
      else { return false }
      if let range {
        guard text.lowerBound == range.upperBound + 3, bytes[range.upperBound + 1] == UInt8(ascii: ",") else {
          return false
        }
      }
      range = (range?.lowerBound ?? text.lowerBound)..<text.upperBound
    }
    if let range { addGap(node, range, .texts) }
    return true
  }

  private mutating func addGap(_ node: JSONNode, _ range: Range<Int>, _ kind: EventShape.GapKind) {
    let start = literals.count
    literals += bytes[literalStart..<range.lowerBound]
    literalStart = range.upperBound
    gapByIndex[node.index] = Int32(gaps.count)
    gaps.append(
      EventShape.Gap(
        literalStart: Int32(start), literalCount: Int32(literals.count - start), kind: kind))
  }

  /// Adds what values have to satisfy, of rules that they satisfied.
  ///
  /// - Parameter time: the value that is read as a time in any case, by its place on the root.
  mutating func addChecks(_ trace: ValidationTrace, _ schema: CompiledSchema, _ root: JSONNode, time: Int?) {
    for (index, number) in gapByIndex.sorted(by: { $0.value < $1.value }) {
      var gap = gaps[Int(number)]
      gap.firstCheck = Int32(checks.count)
      var checked = index
      if gap.kind == .texts {
        for check in trace.checks where check.index == index {
          let node = schema.nodes[Int(check.node)]
          guard node.checks.contains(.array) else { continue }
          gap.minCount = max(gap.minCount, node.minCount)
          gap.maxCount = min(gap.maxCount, node.maxCount)
        }
        // All texts of a list are checked as the first one is.
        checked = root.sibling(at: index).elements.first { _ in true }?.index ?? index
      }
      for check in trace.checks where check.index == checked {
        var node = schema.nodes[Int(check.node)]
        if gap.kind != .number {
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
