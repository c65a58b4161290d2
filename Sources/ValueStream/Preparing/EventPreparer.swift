import EventLog

/// Makes events ready to be appended: parses them, checks them against their schemas, and finds what their facts are made of.
///
/// One a thread: it owns a parser and is not `Sendable`. Preparing an event allocates nothing once buffers have grown; about a
/// million events of 300 bytes a second on one core.
public final class EventPreparer {
  /// The largest event in bytes: 1 MiB.
  public static let maximumEventLength = 1 << 20

  /// The types that are known.
  public let vocabulary: Vocabulary
  /// Whether an event of an unknown type is refused; if not, it is stored as an opaque event.
  public let isStrict: Bool
  /// What encrypts personal fields; nil when events are taken as they are.
  public let sealer: EventSealer?

  private let parser = JSONParser(maximumLength: EventPreparer.maximumEventLength)
  // Behind a pointer: properties of a class would be checked for exclusive access at every use.
  private let scratch: UnsafeMutablePointer<Scratch>

  private struct Scratch {
    var findings = EventFindings()
    var encoder = AttributeEncoder()
  }

  /// Makes a preparer.
  ///
  /// - Parameters:
  ///   - vocabulary: the types that are known.
  ///   - isStrict: whether events of other types are refused.
  ///   - sealer: what encrypts personal fields.
  public init(vocabulary: Vocabulary = .standard, isStrict: Bool, sealer: EventSealer? = nil) {
    self.vocabulary = vocabulary
    self.isStrict = isStrict
    self.sealer = sealer
    scratch = .allocate(capacity: 1)
    scratch.initialize(to: Scratch())
  }

  /// Makes a preparer for a ledger: of its vocabulary mode, and sealing as its rules demand.
  ///
  /// - Parameter keys: the file of the keys, when the ledger seals. Without it, events with personal fields are refused.
  public convenience init(for log: EventLog, keys: PersonalKeys? = nil) throws {
    let sealer = try SealingRules(of: log).map { try EventSealer(rules: $0, keys: keys) }
    self.init(isStrict: log.vocabularyMode == .strict, sealer: sealer)
  }

  deinit {
    scratch.pointee.findings.deallocate()
    scratch.pointee.encoder.deallocate()
    scratch.deinitialize(count: 1)
    scratch.deallocate()
  }

  /// Prepares one event and adds it to a batch.
  ///
  /// - Parameters:
  ///   - json: the event's bytes; they need no padding and are copied.
  ///   - line: the line or element number of the input, from 1, for messages.
  ///   - batch: where the event goes; a refusal leaves it as it was.
  public func prepare(
    _ json: UnsafeRawBufferPointer, line: Int, into batch: EventBatch
  ) throws(EventRefusal) {
    let bytes = Self.withoutSpace(json)
    guard bytes.count <= Self.maximumEventLength else {
      throw EventRefusal(
        line: line, pointer: "", rule: "size", value: "",
        message: "the event has \(bytes.count) bytes; at most \(Self.maximumEventLength) (1 MiB) are accepted")
    }
    let mark = batch.mark
    var event = batch.stage(bytes, line: line)
    do throws(EventRefusal) {
      // Behind staged bytes the batch keeps `EventBatch.padding` readable ones.
      var root = try fill(&event, batch.bytes(of: event), batch)
      if let sealer, let sealed = try seal(root, event, batch, sealer) {
        batch.rollBack(to: mark)
        event = sealed.withUnsafeBytes { batch.stage($0, line: line) }
        root = try fill(&event, batch.bytes(of: event), batch)
      }
      if event.kind == EventKind.sealingDefined.rawValue {
        batch.newSealing = (batch.count, try SealingRules(event: root, line: line).encoded)
      }
    } catch {
      batch.rollBack(to: mark)
      throw error
    }
    batch.add(event)
  }

  /// The event with its personal fields encrypted; nil when it has none.
  private func seal(
    _ root: JSONNode, _ event: PreparedEvent, _ batch: EventBatch, _ sealer: EventSealer
  ) throws(EventRefusal) -> [UInt8]? {
    batch.sealing = sealer.encodedRules
    let definition = EventKind(rawValue: event.kind).flatMap(vocabulary.definition(of:))
    let sealed = try sealer.seal(root, text: batch.bytes(of: event), definition: definition, line: event.line)
    if let sealed {
      if batch.beforeCommit == nil, let keys = sealer.keys {
        batch.beforeCommit = { () throws(LedgerError) in
          do throws(PersonalKeysError) { try keys.makeDurable() } catch {
            throw .keysUnusable(reason: error.description)
          }
        }
      }
      guard sealed.count <= Self.maximumEventLength else {
        throw EventRefusal(
          line: event.line, pointer: "", rule: "size", value: "",
          message: "the sealed event has \(sealed.count) bytes; at most \(Self.maximumEventLength) (1 MiB) are accepted"
        )
      }
    }
    return sealed
  }

  private func fill(
    _ event: inout PreparedEvent, _ bytes: UnsafeRawBufferPointer, _ batch: EventBatch
  ) throws(EventRefusal) -> JSONNode {
    let root: JSONNode
    do throws(JSONError) {
      root = try parser.parse(padded: bytes)
    } catch {
      throw refusal(of: error, bytes, line: event.line)
    }
    if let fault = parser.fault(in: root) { throw refusal(of: fault, root, line: event.line) }
    guard let type = root.member("type"), type.isString, let known = vocabulary.index(ofType: type.uncheckedString)
    else {
      try fillOpaque(&event, root, batch)
      return root
    }
    // A hash of the type's name found the definition; its schema demands the very name.
    let form = vocabulary.forms[known]
    try check(root, against: form.schema, line: event.line)
    event.kind = form.kind.rawValue
    fillCommon(&event, root, batch)
    let subject = found(.subject)
    event.subject = batch.addText(text(root, subject), prefix: form.subjectClass.rawValue)
    fillArgument(&event, root, form, batch)
    fillMeasure(&event, root, form)
    fillReferences(&event, root, form, batch)
    if let flag = found(.flag) {
      event.flags.insert(root.sibling(at: flag).bool == true ? .saidTrue : .saidFalse)
    }
    let attributes = scratch.pointee.encoder.encode(scratch.pointee.findings, root)
    if !attributes.isEmpty { event.attributes = batch.addText(attributes) }
    if let source = found(.voidedSource),
      let id = found(.voidedId)
    {
      event.flags.insert(.voids)
      event.voidTargetHash = scratch.pointee.encoder.identityHash(source: text(root, source), id: text(root, id))
    }
    return root
  }

  // An event of a type that the vocabulary does not know: refused, or of no effect but stored.
  private func fillOpaque(
    _ event: inout PreparedEvent, _ root: JSONNode, _ batch: EventBatch
  ) throws(EventRefusal) {
    try check(root, against: vocabulary.envelope, line: event.line)
    if isStrict { throw unknownType(root, line: event.line) }
    event.kind = EventKind.opaque.rawValue
    fillCommon(&event, root, batch)
    let subject = found(.subject) ?? found(.id)
    event.subject = batch.addText(text(root, subject), prefix: SubjectClass.opaque.rawValue)
    event.argument = batch.addText(text(root, found(.type)))
    event.argumentNamespace = .text
  }

  private func check(_ root: JSONNode, against schema: CompiledSchema, line: Int) throws(EventRefusal) {
    scratch.pointee.findings.reset()
    var validator = SchemaValidator(schema: schema, findings: scratch.pointee.findings)
    let isValid = validator.validate(root)
    scratch.pointee.findings = validator.findings
    if !isValid, let failure = validator.failure {
      throw RefusalText(root: root, schema: schema, line: line).refusal(failure)
    }
  }

  // What events of all types have: identity, time, stream.
  private func fillCommon(_ event: inout PreparedEvent, _ root: JSONNode, _ batch: EventBatch) {
    let source = text(root, found(.source))
    let id = text(root, found(.id))
    event.identityHash = scratch.pointee.encoder.identityHash(source: source, id: id)
    if let time = found(.time), let micros = Timestamp.parse(text(root, time)) {
      event.occurredMicros = micros
    } else {
      event.flags.insert(.timeAssumed)
    }
    // What defines a stream belongs to it, whatever else it says.
    let isDefinition = event.kind == EventKind.streamDefined.rawValue
    if let stream = found(isDefinition ? .subject : .stream) {
      event.stream = batch.addText(text(root, stream))
    }
  }

  private func fillArgument(
    _ event: inout PreparedEvent, _ root: JSONNode, _ form: EventForm, _ batch: EventBatch
  ) {
    guard let argument = found(.argument(.text)) else { return }
    event.argument = batch.addText(text(root, argument), prefix: form.argumentClass?.rawValue)
    event.argumentNamespace = form.argumentNamespace
    if form.argumentClass != nil { event.flags.insert(.argumentIsSubject) }
  }

  private func fillMeasure(_ event: inout PreparedEvent, _ root: JSONNode, _ form: EventForm) {
    guard let measure = found(.measureNumber) else { return }
    let node = root.sibling(at: measure)
    if form.measureIsTime {
      event.measure = UInt64(bitPattern: Timestamp.parse(node.stringBytes) ?? 0)
    } else if let number = node.double {
      event.measure = FactMeasure.bits(of: number)
    }
  }

  private func fillReferences(
    _ event: inout PreparedEvent, _ root: JSONNode, _ form: EventForm, _ batch: EventBatch
  ) {
    guard let subjectClass = form.referencesClass, let list = found(.references(subjectClass)) else { return }
    for element in root.sibling(at: list).elements {
      batch.addReference(element.stringBytes, prefix: subjectClass.rawValue, of: &event)
    }
  }

  @inline(__always)
  private func found(_ role: FactRole) -> Int? { scratch.pointee.findings.index(slot: role.slot) }

  private func text(_ root: JSONNode, _ index: Int?) -> UnsafeRawBufferPointer {
    guard let index else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    return root.sibling(at: index).stringBytes
  }

  // Spaces and line ends around an event are not part of it (a line of NDJSON may end in a carriage return).
  private static func withoutSpace(_ bytes: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
    func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }
    var range = 0..<bytes.count
    while let last = range.last, isSpace(bytes[last]) { range = range.lowerBound..<last }
    while let first = range.first, isSpace(bytes[first]) { range = first + 1..<range.upperBound }
    return UnsafeRawBufferPointer(rebasing: bytes[range])
  }
}

extension EventPreparer {
  private func refusal(of error: JSONError, _ bytes: UnsafeRawBufferPointer, line: Int) -> EventRefusal {
    var value = ""
    if let offset = error.offset, !bytes.isEmpty {
      // What stands around the place, for people to find it.
      let start = max(0, offset - 30)
      let end = min(bytes.count, offset + 30)
      value = start < end ? RefusalText.shorten(String(decoding: bytes[start..<end], as: UTF8.self)) : ""
    }
    return EventRefusal(line: line, pointer: "", rule: "json", value: value, message: error.description)
  }

  private func refusal(of fault: JSONParser.Fault, _ root: JSONNode, line: Int) -> EventRefusal {
    switch fault {
    case .duplicateKey(let key):
      EventRefusal(
        line: line, pointer: root.pointer(to: key.index).description, rule: "duplicateKey",
        value: RefusalText.shown(key), message: "stands there twice; which of the two is meant cannot be known")
    case .tooDeep(let node):
      EventRefusal(
        line: line, pointer: root.pointer(to: node.index).description, rule: "json", value: RefusalText.shown(node),
        message: "arrays and objects nest deeper than \(JSONParser.maximumDepth) levels")
    }
  }

  private func unknownType(_ root: JSONNode, line: Int) -> EventRefusal {
    let type = root.member("type")?.string ?? ""
    let meant = vocabulary.suggestion(for: type).map { "; did you mean \"\($0)\"?" }
    return EventRefusal(
      line: line, pointer: "/type", rule: "unknownType", value: RefusalText.shorten("\"\(type)\""),
      message: "is no type of the vocabulary" + (meant ?? "; a ledger opened for all types would store it as it is"))
  }
}
