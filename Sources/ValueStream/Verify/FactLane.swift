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

  private(set) var findings: [Finding] = []
  private(set) var findingCount = 0
  @exclusivity(unchecked) private(set) var referenceCount = 0
  @exclusivity(unchecked) private(set) var identityDigest: UInt64 = 0
  /// The last event that lays down rules for sealing, and the rules.
  private(set) var sealing: (position: UInt64, rules: [UInt8])?

  private let texts: SymbolTexts
  private let preparer = EventPreparer(isStrict: false)
  private let targetPreparer = EventPreparer(isStrict: false)
  private let batch = EventBatch()
  private let targetBatch = EventBatch()
  /// The position at which each symbol is first used, by namespace; `.max` when it is not.
  private let first: [UnsafeMutableBufferPointer<UInt64>]

  init(_ texts: SymbolTexts) {
    self.texts = texts
    first = (0..<8).map { number in
      let count = SymbolNamespace(rawValue: UInt8(number)).map { Int(texts.count(in: $0)) + 1 } ?? 0
      let list = UnsafeMutableBufferPointer<UInt64>.allocate(capacity: count)
      list.initialize(repeating: .max)
      return list
    }
  }

  deinit { for list in first { list.deallocate() } }

  func firstUse(_ symbol: Int, _ namespace: SymbolNamespace) -> UInt64 { first[Int(namespace.rawValue)][symbol] }

  /// Decodes an event again and compares.
  public func visit(_ record: Record, _ facts: RowReader<Fact>, _ snapshot: borrowing LogSnapshot) throws {
    let position = record.position
    guard Int(position) <= facts.count else {
      add(position, "the fact is missing")
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
    let fact = facts.row(at: Int(position) - 1)
    let assumed = event.flags.contains(.timeAssumed)
    identityDigest &+= IdentityDigest.term(
      hash: event.identityHash, occurredMicros: assumed ? nil : event.occurredMicros, position: position)
    if fact.occurredMicros != (assumed ? record.recordedMicros : event.occurredMicros) {
      add(position, "the fact's occurred time is not the event's")
    }
    if fact.kind != event.kind { add(position, "the fact's kind is not the event's") }
    let ownFlags: FactFlags = [.voidedOnArrival, .occurredAfterRecorded]
    if fact.flags.subtracting(ownFlags) != event.flags.subtracting(ownFlags) {
      add(position, "the fact's flags are not the event's")
    }
    if fact.flags.contains(.occurredAfterRecorded) != (!assumed && event.occurredMicros > record.recordedMicros) {
      add(position, "the fact's flag for clock skew is wrong")
    }
    if event.flags.contains(.voids) {
      try checkTarget(fact.measure, event, position, snapshot)
    } else if fact.measure != event.measure {
      add(position, "the fact's measure is not the event's")
    }
    checkSymbol(UInt32(fact.stream), event.stream, .stream, position)
    checkSymbol(fact.subject, event.subject, .subject, position)
    checkSymbol(fact.argument, event.argument, event.argumentNamespace, position)
    checkSymbol(fact.attributes, event.attributes, .attributes, position)
    if fact.flags.contains(.argumentIsSubject), fact.argument != 0 { referenceCount += 1 }
    if event.referenceCount > 0 { try checkReferences(of: event, position, snapshot) }
  }

  /// Each subject that the event names in a list has a symbol, and the event is listed under it, once.
  private func checkReferences(
    of event: PreparedEvent, _ position: UInt64, _ snapshot: borrowing LogSnapshot
  ) throws {
    var seen: Set<UInt32> = []
    for reference in batch.references(of: event) {
      guard let symbol = try snapshot.symbolID(batch.bytes(of: reference), in: .subject) else {
        add(position, "a subject that the event names in a list has no symbol")
        return
      }
      checkSymbol(symbol, reference, .subject, position)
      guard seen.insert(symbol).inserted else { continue }
      referenceCount += 1
      if try !snapshot.isReference(to: symbol, at: position) {
        add(position, "the event is not listed as referring to subject \(symbol), which it names in a list")
      }
    }
  }

  @inline(__always)
  private func checkSymbol(
    _ symbol: UInt32, _ text: PreparedText, _ namespace: SymbolNamespace, _ position: UInt64
  ) {
    guard text.length > 0 else {
      if symbol != 0 { add(position, "the fact has a \(namespace) that the event does not name") }
      return
    }
    // What came after the strings were copied is of events that are not looked at.
    guard symbol <= texts.count(in: namespace), texts.matches(symbol, in: namespace, batch.bytes(of: text)) else {
      add(position, "the fact's \(namespace) symbol \(symbol) is not what the event names")
      return
    }
    let list = first[Int(namespace.rawValue)]
    if list[Int(symbol)] > position { list[Int(symbol)] = position }
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

  private func add(_ position: UInt64, _ description: String) {
    findingCount += 1
    if findings.count < FactVerifier.mostFindings {
      findings.append(Finding(position: position, description: description))
    }
  }
}
