import EventLog

/// What the events that one producer writes of one type have in common: all bytes but those of texts and numbers, which are the gaps.
///
/// An event that fits a shape is as valid JSON, with the same members, as the one that the shape was learnt from; what the schema demands
/// of the values is checked for each gap. So it is read at a fraction of the cost of parsing it. Gaps hold only what needs no unescaping
/// (``PlainValue``). Whatever does not fit is read the long way, so a shape never refuses an event.
///
/// Its memory is its owner's: see ``deallocate()``. Not `Sendable`.
struct EventShape {
  /// What may stand in a gap.
  enum GapKind: UInt8 {
    case text, number
    /// One or more texts, with nothing but a comma between two.
    case texts
  }

  /// A text or number, or the texts of a list, and the bytes before it that never change.
  struct Gap: BitwiseCopyable {
    var literalStart: Int32
    var literalCount: Int32
    var kind: GapKind
    /// Texts that a list may have.
    var minCount: Int32 = 0
    var maxCount: Int32 = .max
    /// The characters that a text may have.
    var minLength: Int32 = 0
    var maxLength: Int32 = .max
    /// What the value has to satisfy besides.
    var firstCheck: Int32 = 0
    var checkCount: Int32 = 0
  }

  /// Where the value of a gap lies in an event, and the number that it is.
  struct Value: BitwiseCopyable {
    var start: Int32 = 0
    var count: Int32 = 0
    var number = 0.0
  }

  /// An entry of the event's attribute set: its tag, the label's name behind the literals, and the gap of its text.
  struct Attribute: BitwiseCopyable {
    var tag: UInt8
    var nameStart: Int32
    var nameCount: Int32
    var gap: Int32
  }

  /// The gaps of what a fact is made of; -1 for what the events do not have.
  struct Roles: BitwiseCopyable {
    var id: Int32 = -1
    var source: Int32 = -1
    var time: Int32 = -1
    var stream: Int32 = -1
    var subject: Int32 = -1
    var argument: Int32 = -1
    var measure: Int32 = -1
  }

  /// The most gaps of a shape.
  static let mostGaps = 64
  /// The most texts in the list of an event that fits.
  static let mostListed = 64

  /// What is known of the type. Not counted: the vocabulary has it as long as there are shapes.
  let form: Unmanaged<EventForm>
  /// The flags of all events of the shape.
  let flags: FactFlags
  let roles: Roles
  /// The class of the subjects in the list; nil when there is no list, or none with anything in it.
  let listClass: UInt8?
  let attributes: UnsafeMutableBufferPointer<Attribute>
  private let gaps: UnsafeMutableBufferPointer<Gap>
  private let checks: UnsafeMutableBufferPointer<CompiledSchema.Node>
  private let literals: UnsafeMutableRawBufferPointer
  /// Where the bytes behind the last gap lie.
  private let tail: Range<Int>

  init(_ draft: EventShapeDraft, form: EventForm, flags: FactFlags, roles: Roles, attributes: [Attribute]) {
    self.form = .passUnretained(form)
    self.flags = flags
    self.roles = roles
    listClass = draft.gaps.contains { $0.kind == .texts } ? form.referencesClass?.rawValue : nil
    self.attributes = Self.fixed(attributes)
    gaps = Self.fixed(draft.gaps)
    checks = Self.fixed(draft.checks)
    literals = .allocate(byteCount: draft.literals.count, alignment: 16)
    literals.copyBytes(from: draft.literals)
    tail = draft.tail
  }

  func deallocate() {
    attributes.deallocate()
    gaps.deallocate()
    checks.deallocate()
    literals.deallocate()
  }

  private static func fixed<Element>(_ list: [Element]) -> UnsafeMutableBufferPointer<Element> {
    let buffer = UnsafeMutableBufferPointer<Element>.allocate(capacity: list.count)
    _ = buffer.initialize(from: list)
    return buffer
  }

  /// Bytes of the literals.
  func literal(_ start: Int32, _ count: Int32) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: literals[Int(start)..<Int(start + count)])
  }

  /// How many gaps from the first on another shape of the same type has just so.
  func sharedGaps(with other: EventShape) -> Int {
    for number in 0..<min(gaps.count, other.gaps.count) {
      let (mine, its) = (gaps[number], other.gaps[number])
      guard mine.kind == its.kind, mine.minCount == its.minCount, mine.maxCount == its.maxCount,
        mine.minLength == its.minLength, mine.maxLength == its.maxLength,
        literal(mine.literalStart, mine.literalCount)
          .hasSameBytes(as: other.literal(its.literalStart, its.literalCount)),
        checkBytes(mine).hasSameBytes(as: other.checkBytes(its))
      else { return number }
    }
    return min(gaps.count, other.gaps.count)
  }

  private func checkBytes(_ gap: Gap) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(
      UnsafeBufferPointer(rebasing: checks[Int(gap.firstCheck)..<Int(gap.firstCheck + gap.checkCount)]))
  }

  /// Whether an event has this shape, and values that its schema allows; if so, `values` says where they lie.
  ///
  /// - Parameters:
  ///   - values: room for ``mostGaps``, and behind them for ``mostListed`` texts of a list.
  ///   - fitting: the gaps, from the first on, whose values are known, because they fitted another shape that has them just so; then those
  ///     that fit.
  ///   - listed: how many texts the list has.
  func fits(
    _ event: UnsafeRawBufferPointer, _ values: UnsafeMutablePointer<Value>, _ fitting: inout Int, _ listed: inout Int
  ) -> Bool {
    guard let base = event.baseAddress, let literals = UnsafeRawPointer(literals.baseAddress),
      let firstGap = UnsafePointer(gaps.baseAddress)
    else { return false }
    var place = fitting == 0 ? 0 : Int(values[fitting - 1].start + values[fitting - 1].count)
    for number in fitting..<gaps.count {
      fitting = number
      let gap = firstGap + number
      let literalCount = Int(gap.pointee.literalCount)
      guard place &+ literalCount <= event.count,
        (base + place).hasSameBytes(as: literals + Int(gap.pointee.literalStart), count: literalCount)
      else { return false }
      place &+= literalCount
      let value = values + number
      value.pointee.start = Int32(truncatingIfNeeded: place)
      switch gap.pointee.kind {
      case .text:
        let text = PlainValue.text(event, place)
        guard text.length >= Int(gap.pointee.minLength), text.length <= Int(gap.pointee.maxLength) else { return false }
        place = text.end
      case .number:
        guard let read = PlainValue.number(event, place) else { return false }
        place = read.end
        value.pointee.number = read.value
      case .texts:
        guard let list = readList(gap, event, place, values + Self.mostGaps) else { return false }
        place = list.end
        listed = list.count
      }
      value.pointee.count = Int32(truncatingIfNeeded: place) &- value.pointee.start
      if gap.pointee.checkCount > 0, gap.pointee.kind != .texts, !isAllowed(gap, value, event) { return false }
    }
    fitting = gaps.count
    return place &+ tail.count == event.count
      && (base + place).hasSameBytes(as: literals + tail.lowerBound, count: tail.count)
  }

  /// Reads texts with `","` between them.
  private func readList(
    _ gap: UnsafePointer<Gap>, _ event: UnsafeRawBufferPointer, _ start: Int, _ values: UnsafeMutablePointer<Value>
  ) -> (end: Int, count: Int)? {
    var place = start
    var count = 0
    while count < Self.mostListed {
      let text = PlainValue.text(event, place)
      guard text.length >= Int(gap.pointee.minLength), text.length <= Int(gap.pointee.maxLength) else { return nil }
      values[count] = Value(
        start: Int32(truncatingIfNeeded: place), count: Int32(truncatingIfNeeded: text.end - place))
      if gap.pointee.checkCount > 0, !isAllowed(gap, values + count, event) { return nil }
      count += 1
      place = text.end
      guard place + 3 <= event.count, event[place + 1] == UInt8(ascii: ","), event[place + 2] == UInt8(ascii: "\"")
      else { return count >= Int(gap.pointee.minCount) && count <= Int(gap.pointee.maxCount) ? (place, count) : nil }
      place += 3
    }
    return nil
  }

  private func isAllowed(
    _ gap: UnsafePointer<Gap>, _ value: UnsafePointer<Value>, _ event: UnsafeRawBufferPointer
  ) -> Bool {
    guard let checks = UnsafePointer(checks.baseAddress) else { return false }
    return form._withUnsafeGuaranteedRef { form in
      for index in Int(gap.pointee.firstCheck)..<Int(gap.pointee.firstCheck + gap.pointee.checkCount) {
        let isBroken =
          gap.pointee.kind != .number
          ? form.schema.fault(inText: Self.text(value.pointee, event), checks + index) != nil
          : form.schema.fault(inNumber: value.pointee.number, checks + index) != nil
        if isBroken { return false }
      }
      return true
    }
  }

  /// The bytes of a gap's text.
  @inline(__always)
  static func text(_ value: Value, _ event: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: event[Int(value.start)..<Int(value.start + value.count)])
  }
}
