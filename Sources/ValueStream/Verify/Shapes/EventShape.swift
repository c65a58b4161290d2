import EventLog
import Glibc

/// What the events that one producer writes of one type have in common: all bytes but those of texts and numbers, which are the gaps.
///
/// An event that fits a shape is as valid JSON, with the same members, as the one that the shape was learnt from; what the schema demands
/// of the values is checked for each gap. So it is read at a fraction of the cost of parsing it. Gaps hold only what needs no unescaping
/// (``PlainValue``). Whatever does not fit is read the long way, so a shape never refuses an event.
///
/// Its memory is its owner's: see ``deallocate()``. Not `Sendable`.
struct EventShape {
  /// A text or number, and the bytes before it that never change.
  struct Gap: BitwiseCopyable {
    var literalStart: Int32
    var literalCount: Int32
    var isText: Bool
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

  /// What is known of the type. Not counted: the vocabulary has it as long as there are shapes.
  let form: Unmanaged<EventForm>
  /// The flags of all events of the shape.
  let flags: FactFlags
  let roles: Roles
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

  /// Whether an event has this shape, and values that its schema allows; if so, `values` says where they lie.
  ///
  /// - Parameter values: room for ``mostGaps``.
  func fits(_ event: UnsafeRawBufferPointer, _ values: UnsafeMutablePointer<Value>) -> Bool {
    guard let base = event.baseAddress, let literals = UnsafeRawPointer(literals.baseAddress) else { return false }
    var place = 0
    for number in 0..<gaps.count {
      let gap = gaps[number]
      let literalCount = Int(gap.literalCount)
      guard place + literalCount <= event.count,
        memcmp(base + place, literals + Int(gap.literalStart), literalCount) == 0
      else { return false }
      place += literalCount
      let end: Int
      if gap.isText {
        let text = PlainValue.text(event, place)
        guard text.length >= Int(gap.minLength), text.length <= Int(gap.maxLength) else { return false }
        end = text.end
      } else {
        guard let read = PlainValue.number(event, place) else { return false }
        end = read.end
        values[number].number = read.value
      }
      values[number].start = Int32(truncatingIfNeeded: place)
      values[number].count = Int32(truncatingIfNeeded: end - place)
      if gap.checkCount > 0, !isAllowed(gap, values[number], event) { return false }
      place = end
    }
    return place + tail.count == event.count && memcmp(base + place, literals + tail.lowerBound, tail.count) == 0
  }

  private func isAllowed(_ gap: Gap, _ value: Value, _ event: UnsafeRawBufferPointer) -> Bool {
    guard let checks = UnsafePointer(checks.baseAddress) else { return false }
    return form._withUnsafeGuaranteedRef { form in
      for index in Int(gap.firstCheck)..<Int(gap.firstCheck + gap.checkCount) {
        let isBroken =
          gap.isText
          ? form.schema.fault(inText: Self.text(value, event), checks + index) != nil
          : form.schema.fault(inNumber: value.number, checks + index) != nil
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
