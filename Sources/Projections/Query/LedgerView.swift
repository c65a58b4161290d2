import EventLog
import LMDB
import ValueStream

/// A stream's definition, and where it is from.
struct KnownDefinition {
  var stream: UInt16
  var occurredMicros: Int64
  var position: UInt64
  var definition: StreamDefinition
}

/// One consistent view of a ledger: the log and the books, as of the moment it was taken. What every projection answers from.
public struct LedgerView: ~Copyable {
  /// The log.
  public let log: LogSnapshot
  let transaction: ReadTransaction
  /// The rows of every book.
  let books: BookReaders
  private let outlineTable: RowTable<FactOutline>
  /// The visits once more, by item.
  let visitIndex: VisitIndexReader
  let stages: NameTable
  let texts: NameTable
  /// Canonical encodings of the attribute sets, by number; the first is the empty set.
  let attributeSets: [[UInt8]]
  /// Positions of the events that define streams or void such events, and that define policies.
  let causes: [UInt64]
  /// The position up to which the books are posted: the newest that a question can ask about.
  public let position: UInt64

  /// The encoding of an attribute set; the empty one for a number that the books do not know, as damaged ones may have.
  func attributeSet(_ number: UInt32) -> [UInt8] {
    Int(number) < attributeSets.count ? attributeSets[Int(number)] : []
  }

  init(log: consuming LogSnapshot, store: BookStore) throws {
    let transaction = try store.environment.beginRead()
    let position = try store.checkpoint(in: transaction).checkpoint.position
    let books = try BookReaders(store, in: transaction)
    let visitIndex = try VisitIndexReader(store.visitIndex, in: transaction)
    let names = try store.names(in: transaction)
    // Another process may append and post between the two snapshots: what the log's does not hold yet, the view leaves out.
    self.position = min(position, log.size)
    self.books = books
    outlineTable = store.outlines
    self.visitIndex = visitIndex
    var stages = NameTable()
    for name in names.stages { _ = stages.intern(name) }
    var texts = NameTable()
    for name in names.texts { _ = texts.intern(name) }
    self.stages = stages
    self.texts = texts
    attributeSets = [[]] + names.attributeSets
    causes = names.causes
    self.transaction = transaction
    self.log = log
  }

  /// A reader of the outlines of all facts: row n belongs to position n + 1. Valid while the view lives.
  func outlines() throws(LMDBError) -> RowReader<FactOutline> { try outlineTable.reader(in: transaction) }

  /// The cut that a question asks for.
  public func cut(for query: Query) throws -> Cut {
    let limit: UInt64
    switch query.knownAt {
    case nil: limit = position
    case .position(let wanted):
      guard wanted <= position else {
        throw QueryError(
          "--known-at \(wanted) lies beyond the newest position, which is \(position). Use a position from 0 to \(position), or a time."
        )
      }
      limit = wanted
    case .time(let micros): limit = min(try log.position(recordedAtOrBefore: micros), position)
    }
    if let at = query.atMicros { return Cut(position: limit, atMicros: at) }
    switch query.knownAt {
    case nil: return Cut(position: limit, atMicros: query.nowMicros)
    case .time(let micros): return Cut(position: limit, atMicros: micros)
    case .position:
      let recorded = limit == 0 ? nil : try log.record(at: limit)?.recordedMicros
      return Cut(position: limit, atMicros: recorded ?? query.nowMicros)
    }
  }

  /// The definitions of the streams, as known in a cut, in force or not.
  func definitions(in cut: Cut) throws -> [KnownDefinition] {
    var definitions: [KnownDefinition] = []
    let facts = try log.facts()
    for cause in causes where cause <= cut.position {
      let fact = facts.row(at: Int(cause) - 1)
      guard fact.kind == EventKind.streamDefined.rawValue, try !Voids.isVoided(cause, asOf: cut.position, log),
        let definition = try log.streamDefinition(at: cause)
      else { continue }
      definitions.append(
        KnownDefinition(
          stream: fact.stream, occurredMicros: fact.occurredMicros, position: cause, definition: definition))
    }
    return definitions
  }

  /// Definitions as rules, in the numbers of the books.
  func rules(_ definitions: [KnownDefinition]) -> StreamRules {
    var rules = StreamRules()
    for known in definitions {
      rules.insert(
        known.definition.rules(
          occurredMicros: known.occurredMicros, position: known.position,
          stageNumber: { stages.number(of: $0) ?? 0 }),
        stream: known.stream)
    }
    return rules
  }

  /// The rules of the streams, as known in a cut.
  func rules(in cut: Cut) throws -> StreamRules { rules(try definitions(in: cut)) }

  /// The name of a value stream; nil for 0.
  func streamName(_ stream: UInt16) -> String? {
    stream == 0 ? nil : log.symbolString(UInt32(stream), in: .stream)
  }

  /// The id of a subject, without its class.
  func subjectName(_ subject: UInt32) -> String {
    guard let bytes = log.symbolBytes(subject, in: .subject) else { return "?" }
    return String(decoding: bytes.dropFirst(), as: UTF8.self)
  }
}
