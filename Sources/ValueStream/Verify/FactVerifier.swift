import EventLog
import LMDB

/// Checks facts and symbols against the events they were decoded from.
public struct FactVerifier: ~Copyable {
  /// One difference between what is stored and what the event says.
  public struct Finding: Sendable, Equatable {
    /// The event's position; 0 for a table as a whole.
    public var position: UInt64
    /// What is wrong.
    public var description: String
  }

  /// Findings that are kept.
  public static let mostFindings = 1000

  /// The first findings.
  public private(set) var findings: [Finding] = []
  /// How many there were.
  public private(set) var findingCount = 0

  private let log: EventLog
  private let preparer = EventPreparer(isStrict: false)
  private let targetPreparer = EventPreparer(isStrict: false)
  private let batch = EventBatch()
  private let targetBatch = EventBatch()
  private var next: [SymbolNamespace: UInt32] = [:]
  private var referenceCount = 0

  /// A verifier of a log.
  public init(_ log: EventLog) {
    self.log = log
    for namespace in SymbolNamespace.allCases { next[namespace] = 1 }
  }

  /// Decodes every event up to `end` again and compares. Symbols must be numbered in the order of their first use.
  public mutating func run(through end: UInt64, progress: (UInt64) -> Void) throws {
    var position: UInt64 = 1
    while position <= end {
      let snapshot = try log.snapshot()
      let facts = try snapshot.facts()
      let last = min(end, position + 50_000 - 1)
      try snapshot.forEachRecord(from: position, through: last) { record in
        try check(record, facts, snapshot)
        return true
      }
      position = last + 1
      progress(last)
    }
    let snapshot = try log.snapshot()
    guard snapshot.size == end else { return }
    for namespace in SymbolNamespace.allCases {
      let counted = (next[namespace] ?? 1) - 1
      let stored = snapshot.symbolCount(in: namespace)
      if counted != stored { add(0, "the \(namespace) symbols are \(stored), but the events use \(counted)") }
    }
    let listed = try snapshot.statistics().first { $0.name == "references" }?.statistics.entries ?? 0
    if listed != referenceCount {
      add(0, "the table references holds \(listed) entries; the events call for \(referenceCount)")
    }
  }

  private mutating func check(
    _ record: Record, _ facts: RowReader<Fact>, _ snapshot: borrowing LogSnapshot
  ) throws {
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
    let event = batch.events[0]
    let fact = facts.row(at: Int(position) - 1)
    let assumed = event.flags.contains(.timeAssumed)
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
    checkSymbol(UInt32(fact.stream), event.stream, .stream, position, snapshot)
    checkSymbol(fact.subject, event.subject, .subject, position, snapshot)
    checkSymbol(fact.argument, event.argument, event.argumentNamespace, position, snapshot)
    checkSymbol(fact.attributes, event.attributes, .attributes, position, snapshot)
    if fact.flags.contains(.argumentIsSubject), fact.argument != 0 { referenceCount += 1 }
    if event.referenceCount > 0 { try checkReferences(of: event, position, snapshot) }
  }

  /// Each subject that the event names in a list has a symbol, and the event is listed under it, once.
  private mutating func checkReferences(
    of event: PreparedEvent, _ position: UInt64, _ snapshot: borrowing LogSnapshot
  ) throws {
    var seen: Set<UInt32> = []
    for reference in batch.references(of: event) {
      guard let symbol = try snapshot.symbolID(batch.bytes(of: reference), in: .subject) else {
        add(position, "a subject that the event names in a list has no symbol")
        return
      }
      checkSymbol(symbol, reference, .subject, position, snapshot)
      guard seen.insert(symbol).inserted else { continue }
      referenceCount += 1
      if try !snapshot.isReference(to: symbol, at: position) {
        add(position, "the event is not listed as referring to subject \(symbol), which it names in a list")
      }
    }
  }

  private mutating func checkSymbol(
    _ symbol: UInt32, _ text: PreparedText, _ namespace: SymbolNamespace, _ position: UInt64,
    _ snapshot: borrowing LogSnapshot
  ) {
    guard text.length > 0 else {
      if symbol != 0 { add(position, "the fact has a \(namespace) that the event does not name") }
      return
    }
    guard let stored = snapshot.symbolBytes(symbol, in: namespace), stored.elementsEqual(batch.bytes(of: text)) else {
      add(position, "the fact's \(namespace) symbol \(symbol) is not what the event names")
      return
    }
    let expected = next[namespace] ?? 1
    if symbol == expected {
      next[namespace] = expected + 1
    } else if symbol > expected {
      add(position, "the \(namespace) symbol \(symbol) is used before \(expected)")
    }
  }

  /// A void's target is the record with the identity that it names, or none if there was none.
  private mutating func checkTarget(
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

  private mutating func add(_ position: UInt64, _ description: String) {
    findingCount += 1
    if findings.count < Self.mostFindings { findings.append(Finding(position: position, description: description)) }
  }
}
