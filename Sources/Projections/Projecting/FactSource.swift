import EventLog
import LMDB
import ValueStream

/// The log as the projector reads it: facts by row, and what can be looked up by subject, position or symbol.
struct FactSource: ~Copyable {
  let log: LogSnapshot
  let facts: RowReader<Fact>

  init(_ log: consuming LogSnapshot) throws {
    facts = try log.facts()
    self.log = log
  }

  /// The fact at a position.
  func fact(at position: UInt64) -> Fact { facts.row(at: Int(position) - 1) }

  /// The rows of the block that holds a row of the facts, and the number of the first.
  func block(containingRow row: Int) -> (rows: UnsafeBufferPointer<Fact>, firstRow: Int) {
    facts.rows(ofBlock: row / RowTable<Fact>.rowsPerBlock)
  }

  /// Whether the event at a position is voided, as the log stood at `limit`.
  func isVoided(_ position: UInt64, asOf limit: UInt64) throws -> Bool {
    try Voids.isVoided(position, asOf: limit, log)
  }

  /// The position of the event that a void is about; 0 when it is not recorded before `end`. A void that was recorded before its target
  /// does not say where that is: then the facts between the two are searched, which is rare.
  func target(ofVoid position: UInt64, _ void: Fact, before end: UInt64) throws -> UInt64 {
    guard void.measure == 0 else { return void.measure }
    var target: UInt64 = 0
    var row = Int(position)
    let last = min(facts.count, Int(end) - 1)
    while row < last, target == 0 {
      let block = block(containingRow: row)
      for index in row - block.firstRow..<min(block.rows.count, last - block.firstRow)
      where block.rows[index].flags.contains(.voidedOnArrival) {
        let candidate = UInt64(block.firstRow + index) + 1
        if try log.contains(void: position, of: candidate) {
          target = candidate
          break
        }
      }
      row = block.firstRow + block.rows.count
    }
    return target
  }

  /// Calls `body` with the facts about a subject that have an effect, as the log stood at `limit`, in log order.
  func forEachFact(about subject: UInt32, asOf limit: UInt64, _ body: (Fact, UInt64) throws -> Void) throws {
    var positions: [UInt64] = []
    try log.positions(ofSubject: subject, into: &positions)
    for position in positions where position <= limit {
      if try log.hasVoids && isVoided(position, asOf: limit) { continue }
      try body(fact(at: position), position)
    }
  }

  /// The defects that name an item, as the log stood at `limit`: subject and when found, in log order.
  func defects(naming item: UInt32, asOf limit: UInt64) throws -> [(defect: UInt32, foundMicros: Int64)] {
    var positions: [UInt64] = []
    try log.references(to: item, into: &positions)
    var found: [(defect: UInt32, foundMicros: Int64)] = []
    for position in positions where position <= limit {
      let fact = fact(at: position)
      guard fact.kind == EventKind.defectFound.rawValue else { continue }
      found.append((fact.subject, fact.occurredMicros))
    }
    return found
  }

  /// The bytes of a symbol; empty for none. One that the log has not given yet is of a damaged fact: a table by symbols would be made as
  /// large as its number.
  func symbol(_ id: UInt32, in namespace: SymbolNamespace) throws -> [UInt8] {
    guard id <= log.symbolCount(in: namespace) else {
      throw LedgerError.damaged(
        what: "a fact has the \(namespace) symbol \(id), but there are \(log.symbolCount(in: namespace))", position: 0)
    }
    guard let bytes = log.symbolBytes(id, in: namespace) else { return [] }
    return Array(bytes)
  }
}
