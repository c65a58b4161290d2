import EventLog
import LMDB

/// What one core checks of the facts: a range of positions.
///
/// `@unchecked Sendable`: one thread works with it, then hands it over.
public final class FactLane: RecordVisitor, @unchecked Sendable {
  /// One difference between what is stored and what the event says.
  public struct Finding: Sendable, Equatable {
    /// The event's position; 0 for a table as a whole.
    public var position: UInt64
    /// What is wrong.
    public var description: String
  }

  private(set) var findings = FindingList()
  @exclusivity(unchecked) private(set) var referenceCount = 0
  /// What the references of the events add up to (``ListedReferences``).
  @exclusivity(unchecked) private(set) var referenceDigest: UInt64 = 0
  @exclusivity(unchecked) private(set) var identityDigest: UInt64 = 0
  /// The last event that lays down rules for sealing, and the rules.
  private(set) var sealing: (position: UInt64, rules: [UInt8])?

  private let texts: SymbolTexts
  private let preparer = EventPreparer(isStrict: false)
  private let targetPreparer = EventPreparer(isStrict: false)
  private let shapes: EventShapes
  private let batch = EventBatch()
  private let targetBatch = EventBatch()
  /// The hashes of the subjects that one event names in a list.
  @exclusivity(unchecked) private var hashes: [UInt64] = []
  /// The position at which each symbol is first used, by namespace; `.max` when it is not.
  private let first: UnsafeMutableBufferPointer<UnsafeMutableBufferPointer<UInt64>>

  init(_ texts: SymbolTexts) {
    self.texts = texts
    shapes = EventShapes(preparer.vocabulary)
    first = .allocate(capacity: 8)
    for number in 0..<8 {
      let count = SymbolNamespace(rawValue: UInt8(number)).map { Int(texts.count(in: $0)) + 1 } ?? 0
      let list = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: count)
      list.initialize(repeating: .max)
      first.initializeElement(at: number, to: list)
    }
  }

  deinit {
    for list in first { list.deallocate() }
    first.deallocate()
  }

  func firstUse(_ symbol: Int, _ namespace: SymbolNamespace) -> UInt64 { first[Int(namespace.rawValue)][symbol] }

  /// Decodes an event again and compares.
  public func visit(_ record: Record, _ facts: RowReader<Fact>, _ snapshot: borrowing LogSnapshot) throws {
    let position = record.position
    guard Int(position) <= facts.count else {
      add(position, "the fact is missing")
      return
    }
    let fact = facts.row(at: Int(position) - 1)
    // A shape of the kind that the fact claims: if the event is of another, none fits.
    if let content = shapes.read(record.bytes, kind: fact.kind) {
      compare(fact, content, record)
      if let references = content.pointee.references {
        for value in references.values {
          hashes.append(ListedReferences.hash(prefix: references.prefix, EventShape.text(value, references.event)))
        }
        addReferences(position)
      }
      return
    }
    batch.removeAll()
    do {
      try preparer.prepare(record.bytes, line: Int(position), into: batch)
    } catch {
      add(position, "the record is no valid event: \(error.message)")
      return
    }
    if let defined = batch.newSealing { sealing = (position, defined.rules) }
    let event = batch.events[0]
    withUnsafePointer(to: EventContent(event, of: batch)) { compare(fact, $0, record) }
    if event.flags.contains(.voids) { try checkTarget(fact.measure, event, position, snapshot) }
    if event.referenceCount > 0 {
      for reference in batch.references(of: event) { hashes.append(ListedReferences.hash(batch.bytes(of: reference))) }
      addReferences(position)
    }
    shapes.learn(record.bytes, kind: event.kind, flags: event.flags)
  }

  /// Compares a fact with what its event says.
  private func compare(_ fact: Fact, _ content: UnsafePointer<EventContent>, _ record: Record) {
    let position = record.position
    let assumed = content.pointee.flags.contains(.timeAssumed)
    identityDigest &+= IdentityDigest.term(
      hash: content.pointee.identityHash, occurredMicros: assumed ? nil : content.pointee.occurredMicros,
      position: position)
    if fact.occurredMicros != (assumed ? record.recordedMicros : content.pointee.occurredMicros) {
      add(position, "the fact's occurred time is not the event's")
    }
    if fact.kind != content.pointee.kind { add(position, "the fact's kind is not the event's") }
    let ownFlags: FactFlags = [.voidedOnArrival, .occurredAfterRecorded]
    if fact.flags.subtracting(ownFlags) != content.pointee.flags.subtracting(ownFlags) {
      add(position, "the fact's flags are not the event's")
    }
    if fact.flags.contains(.occurredAfterRecorded)
      != (!assumed && content.pointee.occurredMicros > record.recordedMicros)
    {
      add(position, "the fact's flag for clock skew is wrong")
    }
    // The measure of a void is its target.
    if !content.pointee.flags.contains(.voids), fact.measure != content.pointee.measure {
      add(position, "the fact's measure is not the event's")
    }
    checkSymbol(UInt32(fact.stream), .stream, position, isNone: content.pointee.stream.isNone) {
      content.pointee.stream.isSame(as: $0)
    }
    checkSymbol(fact.subject, .subject, position, isNone: content.pointee.subject.isNone) {
      content.pointee.subject.isSame(as: $0)
    }
    checkSymbol(fact.argument, content.pointee.argumentNamespace, position, isNone: content.pointee.argument.isNone) {
      content.pointee.argument.isSame(as: $0)
    }
    if let attributes = content.pointee.attributes {
      checkSymbol(fact.attributes, .attributes, position, isNone: attributes.isNone) { attributes.isSame(as: $0) }
    } else {
      checkSymbol(fact.attributes, .attributes, position, isNone: content.pointee.encodedAttributes.isEmpty) {
        content.pointee.encodedAttributes.hasSameBytes(as: $0)
      }
    }
    if fact.flags.contains(.argumentIsSubject), fact.argument != 0 {
      referenceCount += 1
      referenceDigest &+= ListedReferences.term(content.pointee.argument.subjectHash, position: position)
    }
  }

  /// Adds the subjects that an event names in a list, whose hashes were gathered: each is listed once.
  private func addReferences(_ position: UInt64) {
    hashes.sort()
    for index in hashes.indices where index == 0 || hashes[index] != hashes[index - 1] {
      referenceCount += 1
      referenceDigest &+= ListedReferences.term(hashes[index], position: position)
    }
    hashes.removeAll(keepingCapacity: true)
  }

  @inline(__always)
  private func checkSymbol(
    _ symbol: UInt32, _ namespace: SymbolNamespace, _ position: UInt64, isNone: Bool,
    _ isSame: (UnsafeRawBufferPointer) -> Bool
  ) {
    guard !isNone else {
      if symbol != 0 { add(position, "the fact has a \(namespace) that the event does not name") }
      return
    }
    guard let string = texts.string(of: symbol, in: namespace), isSame(string) else {
      add(position, "the fact's \(namespace) symbol \(symbol) is not what the event names")
      return
    }
    note(symbol, namespace, position)
  }

  @inline(__always)
  private func note(_ symbol: UInt32, _ namespace: SymbolNamespace, _ position: UInt64) {
    let list = first[Int(namespace.rawValue)]
    // What came after the strings were copied is of events that are not looked at.
    if Int(symbol) < list.count, list[Int(symbol)] > position { list[Int(symbol)] = position }
  }

  /// A void's target is the record with the identity that it names, or none if there was none.
  private func checkTarget(
    _ target: UInt64, _ event: PreparedEvent, _ position: UInt64, _ snapshot: borrowing LogSnapshot
  ) throws {
    guard target != 0 else { return }
    guard target < position, let record = try snapshot.record(at: target) else {
      add(position, "the void's target \(target) is no earlier record")
      return
    }
    targetBatch.removeAll()
    try? targetPreparer.prepare(record.bytes, line: Int(target), into: targetBatch)
    guard let found = targetBatch.events.first, found.identityHash == event.voidTargetHash else {
      add(position, "the void's target \(target) is not the event that it names")
      return
    }
  }

  private func add(_ position: UInt64, _ description: String) { findings.add(position, description) }
}
