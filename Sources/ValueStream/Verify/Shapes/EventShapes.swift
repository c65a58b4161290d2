import EventLog

/// The shapes of the events of a log, learnt while it is read.
///
/// One a thread: not `Sendable`.
final class EventShapes {
  /// Shapes of one type; producers that write a type in more ways have the rest read the long way.
  private static let mostShapes = 12
  /// Events of one type from which one tries to learn.
  private static let mostLessons = 200

  private let vocabulary: Vocabulary
  private let parser = JSONParser(maximumLength: EventPreparer.maximumEventLength)
  // Behind pointers: variables of a class would be checked for exclusive access at each event.
  private let lists: UnsafeMutablePointer<List>
  private let values: UnsafeMutablePointer<EventShape.Value>
  private let buffer: UnsafeMutablePointer<AttributeEncoder>
  private let content: UnsafeMutablePointer<EventContent>
  private let lastDate: UnsafeMutablePointer<Timestamp.LastDate>

  private struct List {
    let shapes = UnsafeMutablePointer<EventShape>.allocate(capacity: EventShapes.mostShapes)
    /// How many gaps each shape shares with the one before it.
    let shared = UnsafeMutablePointer<Int>.allocate(capacity: EventShapes.mostShapes)
    var count = 0
    var lessonCount = 0
  }

  init(_ vocabulary: Vocabulary) {
    self.vocabulary = vocabulary
    lists = .allocate(capacity: 256)
    for kind in 0..<256 { (lists + kind).initialize(to: List()) }
    values = .allocate(capacity: EventShape.mostGaps + EventShape.mostListed)
    values.initialize(repeating: EventShape.Value(), count: EventShape.mostGaps + EventShape.mostListed)
    buffer = .allocate(capacity: 1)
    buffer.initialize(to: AttributeEncoder())
    content = .allocate(capacity: 1)
    content.initialize(to: EventContent(kind: 0, flags: []))
    lastDate = .allocate(capacity: 1)
    lastDate.initialize(to: Timestamp.LastDate())
  }

  deinit {
    for kind in 0..<256 {
      for index in 0..<lists[kind].count { lists[kind].shapes[index].deallocate() }
      lists[kind].shapes.deinitialize(count: lists[kind].count)
      lists[kind].shapes.deallocate()
      lists[kind].shared.deallocate()
    }
    lists.deallocate()
    values.deallocate()
    buffer.pointee.deallocate()
    buffer.deinitialize(count: 1)
    buffer.deallocate()
    content.deallocate()
    lastDate.deallocate()
  }

  /// Reads an event by a shape of a kind.
  ///
  /// - Returns: what its fact has to say, until the next event is read; nil when no shape fits.
  @inline(__always)
  func read(_ event: UnsafeRawBufferPointer, kind: UInt8) -> UnsafePointer<EventContent>? {
    let list = lists + Int(kind)
    var fitting = 0
    var listed = 0
    for index in 0..<list.pointee.count {
      let shape = list.pointee.shapes + index
      // Where the shape before is the same beyond what fitted, the event does not fit this one either.
      let shared = list.pointee.shared[index]
      if shared > fitting { continue }
      fitting = shared
      guard shape.pointee.fits(event, values, &fitting, &listed) else { continue }
      guard shape.pointee.form._withUnsafeGuaranteedRef({ fill(shape, $0, event) }) else { continue }
      content.pointee.references = shape.pointee.listClass.map {
        EventContent.References(
          prefix: $0, values: UnsafeBufferPointer(start: values + EventShape.mostGaps, count: listed), event: event)
      }
      return UnsafePointer(content)
    }
    return nil
  }

  private func fill(
    _ shape: UnsafeMutablePointer<EventShape>, _ form: EventForm, _ event: UnsafeRawBufferPointer
  ) -> Bool {
    let roles = shape.pointee.roles
    let content = content
    content.pointee.kind = form.kind.rawValue
    content.pointee.flags = shape.pointee.flags
    content.pointee.occurredMicros = 0
    if roles.time >= 0 {
      guard let micros = Timestamp.parse(text(roles.time, event), &lastDate.pointee) else { return false }
      content.pointee.occurredMicros = micros
    }
    content.pointee.identityHash = buffer.pointee.identityHash(
      source: text(roles.source, event), id: text(roles.id, event))
    content.pointee.stream.bytes = text(roles.stream, event)
    content.pointee.subject.prefix = form.subjectClass.rawValue
    content.pointee.subject.bytes = text(roles.subject, event)
    content.pointee.argument.prefix = roles.argument >= 0 ? form.argumentClass?.rawValue : nil
    content.pointee.argument.bytes = text(roles.argument, event)
    content.pointee.argumentNamespace = roles.argument >= 0 ? form.argumentNamespace : .text
    content.pointee.measure = 0
    if roles.measure >= 0 {
      content.pointee.measure =
        form.measureIsTime
        ? UInt64(bitPattern: Timestamp.parse(text(roles.measure, event)) ?? 0)
        : FactMeasure.bits(of: values[Int(roles.measure)].number)
    }
    content.pointee.attributes = EventContent.Attributes(shape: shape, values: values, event: event)
    return true
  }

  @inline(__always)
  private func text(_ gap: Int32, _ event: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    gap < 0 ? UnsafeRawBufferPointer(start: nil, count: 0) : EventShape.text(values[Int(gap)], event)
  }

  /// Learns from an event that was read the long way, and of which these are the kind and flags.
  func learn(_ event: UnsafeRawBufferPointer, kind: UInt8, flags: FactFlags) {
    let list = lists + Int(kind)
    guard list.pointee.count < Self.mostShapes, list.pointee.lessonCount < Self.mostLessons else { return }
    list.pointee.lessonCount += 1
    guard let shape = shape(of: event, kind: kind, flags: flags) else { return }
    let count = list.pointee.count
    list.pointee.shared[count] = count == 0 ? 0 : shape.sharedGaps(with: list.pointee.shapes[count - 1])
    (list.pointee.shapes + count).initialize(to: shape)
    list.pointee.count += 1
  }

  private func shape(of event: UnsafeRawBufferPointer, kind: UInt8, flags: FactFlags) -> EventShape? {
    guard let kind = EventKind(rawValue: kind), kind != .streamDefined, kind != .sealingDefined,
      let form = vocabulary.definition(of: kind)?.form, let root = try? parser.parse(copying: event)
    else { return nil }
    var trace = ValidationTrace()
    var findings = EventFindings()
    defer { findings.deallocate() }
    let isValid = withUnsafeMutablePointer(to: &trace) { trace in
      var validator = SchemaValidator(schema: form.schema, findings: findings, trace: trace)
      defer { findings = validator.findings }
      return validator.validate(root)
    }
    guard isValid, let type = root.member("type") else { return nil }
    func found(_ role: FactRole) -> Int? { findings.index(slot: role.slot) }
    // Voids are few, and more than a gap.
    guard found(.voidedSource) == nil, found(.voidedId) == nil else { return nil }
    let list = form.referencesClass.flatMap { found(.references($0)) }
    guard var draft = EventShapeDraft(event, root, fixed: trace.deciding.union([type.index]), list: list) else {
      return nil
    }
    draft.addChecks(trace, form.schema, root, time: found(.time))
    guard let attributes = Self.attributes(findings, root, &draft) else { return nil }
    var roles = EventShape.Roles()
    for (role, place) in [
      (FactRole.id, \EventShape.Roles.id), (.source, \.source), (.time, \.time), (.stream, \.stream),
      (.subject, \.subject), (.argument(.text), \.argument), (.measureNumber, \.measure),
    ] {
      guard let index = found(role) else { continue }
      guard let gap = draft.gapByIndex[index] else { return nil }
      let isNumber = place == \.measure && !form.measureIsTime
      guard draft.gaps[Int(gap)].kind == (isNumber ? .number : .text) else { return nil }
      roles[keyPath: place] = gap
    }
    guard roles.time >= 0 || flags.contains(.timeAssumed) else { return nil }
    return EventShape(draft, form: form, flags: flags, roles: roles, attributes: attributes)
  }

  /// The attributes in the order of their encoding (``AttributeEncoder``); nil when one is no gap.
  private static func attributes(
    _ findings: EventFindings, _ root: JSONNode, _ draft: inout EventShapeDraft
  ) -> [EventShape.Attribute]? {
    var attributes: [EventShape.Attribute] = []
    for tag in UInt8(1)..<32 {
      guard let index = findings.index(slot: tag) else { continue }
      let node = root.sibling(at: index)
      if tag == AttributeTag.label.rawValue {
        for (name, value) in node.members.map({ $0 }).sorted(by: { $0.key.precedes($1.key) }) {
          guard let gap = draft.gapByIndex[value.index], value.isString else { return nil }
          let place = draft.addName(name)
          attributes.append(.init(tag: tag, nameStart: place.start, nameCount: place.count, gap: gap))
        }
      } else {
        guard let gap = draft.gapByIndex[index], node.isString else { return nil }
        attributes.append(.init(tag: tag, nameStart: 0, nameCount: -1, gap: gap))
      }
    }
    return attributes
  }
}
