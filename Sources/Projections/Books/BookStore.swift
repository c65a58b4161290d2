import EventLog
import LMDB

/// How far the books are posted.
struct BookCheckpoint: Equatable, Sendable {
  /// The position up to which every fact is posted.
  var position: UInt64 = 0
  /// The highest subject symbol up to there.
  var highestSubject: UInt32 = 0
  /// Rows of each book.
  var counts = BookCounts()
}

/// What the books have numbered so far.
struct BookNames: Sendable {
  var stages: [[UInt8]] = []
  var texts: [[UInt8]] = []
  var attributeSets: [[UInt8]] = []
  var causes: [UInt64] = []
}

/// The books of a ledger in their own LMDB file. All of it follows from the log, so commits are not synced: after a restart of the
/// machine the file is thrown away unopened, and made anew.
final class BookStore: Sendable {
  /// Bumped whenever the same log would give other postings: books of another version are rebuilt.
  static let projectionVersion: UInt32 = 9

  /// The address space that a new file begins with; it doubles when that is full.
  @TaskLocal static var initialMapSize = 1 << 28

  let path: String
  let environment: Environment
  let arrivals: RowTable<ArrivalPosting>
  let visits: RowTable<VisitPosting>
  let completions: RowTable<CompletionPosting>
  let defects: RowTable<DefectPosting>
  let blocks: RowTable<BlockPosting>
  let events: RowTable<EventPosting>
  let names: IntegerTable
  let defectRows: MultiTable<UInt32>
  let deployedChanges: RowTable<DeployedChange>
  let outlines: RowTable<FactOutline>
  let visitIndex: VisitIndex
  private let meta: IntegerTable

  /// Keys of the `meta` table.
  private enum MetaKey {
    static let version: UInt64 = 1
    static let ledger: UInt64 = 2
    static let checkpoint: UInt64 = 3
  }

  init(path: String) throws {
    self.path = path
    environment = try Environment(
      EnvironmentOptions(path: path, initialMapSize: Self.initialMapSize, maxTables: 32, durability: .none))
    arrivals = try RowTable(name: "book.arrivals", environment: environment)
    visits = try RowTable(name: "book.visits", environment: environment)
    completions = try RowTable(name: "book.completions", environment: environment)
    defects = try RowTable(name: "book.defects", environment: environment)
    blocks = try RowTable(name: "book.blocks", environment: environment)
    events = try RowTable(name: "book.events", environment: environment)
    names = try IntegerTable(name: "names", environment: environment)
    defectRows = try MultiTable(name: "defects.rows", order: .integer, environment: environment)
    deployedChanges = try RowTable(name: "deployments.changes", environment: environment)
    outlines = try RowTable(name: "facts.outline", environment: environment)
    meta = try IntegerTable(name: "meta", environment: environment)
    visitIndex = try VisitIndex(environment: environment, meta: meta)
  }

  /// Whether the books belong to a ledger and were made by this version; new books are given to the ledger.
  func belongs(to ledger: [UInt8]) throws -> Bool {
    let known: Bool? = try environment.read { transaction in
      guard let version = try meta.get(MetaKey.version, in: transaction) else { return nil }
      let owner = try meta.get(MetaKey.ledger, in: transaction)
      return version.count == 4 && version.loadUnaligned(as: UInt32.self).littleEndian == Self.projectionVersion
        && owner.map(Array.init) == ledger
    }
    if let known { return known }
    try environment.write { transaction in
      try withUnsafeBytes(of: Self.projectionVersion.littleEndian) {
        try meta.put(MetaKey.version, $0, in: transaction)
      }
      try ledger.withUnsafeBytes { try meta.put(MetaKey.ledger, $0, in: transaction) }
    }
    return true
  }

  /// How far the books are posted, and the Merkle root of the log there (empty at position 0).
  func checkpoint(
    in transaction: borrowing some Transaction & ~Copyable
  ) throws(LMDBError) -> (checkpoint: BookCheckpoint, root: [UInt8]) {
    guard let bytes = try meta.get(MetaKey.checkpoint, in: transaction), bytes.count >= 16 else {
      return (BookCheckpoint(), [])
    }
    let checkpoint = BookCheckpoint(
      position: bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self).littleEndian,
      highestSubject: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self).littleEndian,
      counts: BookCounts(
        arrivals: try arrivals.count(in: transaction), visits: try visits.count(in: transaction),
        completions: try completions.count(in: transaction), defects: try defects.count(in: transaction),
        blocks: try blocks.count(in: transaction), events: try events.count(in: transaction),
        outlines: try outlines.count(in: transaction)))
    return (checkpoint, Array(bytes[16...]))
  }

  /// Writes pending rows and moves the checkpoint, in the caller's transaction.
  func write(
    _ pending: PendingRows, to checkpoint: BookCheckpoint, root: [UInt8], in transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    try arrivals.append(pending.arrivals.contents, in: transaction)
    try visits.append(pending.visits.contents, in: transaction)
    try completions.append(pending.completions.contents, in: transaction)
    try defects.append(pending.defects.contents, in: transaction)
    try blocks.append(pending.blocks.contents, in: transaction)
    try events.append(pending.events.contents, in: transaction)
    try outlines.append(pending.outlines.contents, in: transaction)
    try append(pending.deployedChanges, in: transaction)
    for (defect, row) in pending.defectRows { try defectRows.insert(row, under: UInt64(defect), in: transaction) }
    for (namespace, number, bytes) in pending.names {
      try bytes.withUnsafeBufferPointer { buffer throws(LMDBError) in
        let bytes = UnsafeRawBufferPointer(buffer)
        try names.put(UInt64(namespace.rawValue) << 32 | UInt64(number), bytes, in: transaction)
      }
    }
    var value: [UInt8] = []
    withUnsafeBytes(of: checkpoint.position.littleEndian) { value.append(contentsOf: $0) }
    withUnsafeBytes(of: checkpoint.highestSubject.littleEndian) { value.append(contentsOf: $0) }
    value.append(contentsOf: [0, 0, 0, 0])
    value.append(contentsOf: root)
    try value.withUnsafeBufferPointer { bytes throws(LMDBError) in
      try meta.put(MetaKey.checkpoint, UnsafeRawBufferPointer(bytes), in: transaction)
    }
  }

  /// Adds changes that deployments list, in the caller's transaction.
  func append(_ changes: [DeployedChange], in transaction: borrowing WriteTransaction) throws(LMDBError) {
    try changes.withUnsafeBufferPointer { rows throws(LMDBError) in try deployedChanges.append(rows, in: transaction) }
  }

  /// All names, in the order of their numbers.
  func names(in transaction: borrowing some Transaction & ~Copyable) throws(LMDBError) -> BookNames {
    var result = BookNames()
    for namespace in BookNamespace.allCases {
      var number: UInt64 = 1
      while let bytes = try names.get(UInt64(namespace.rawValue) << 32 | number, in: transaction) {
        switch namespace {
        case .stage: result.stages.append(Array(bytes))
        case .text: result.texts.append(Array(bytes))
        case .attributes: result.attributeSets.append(Array(bytes))
        case .cause: if bytes.count == 8 { result.causes.append(bytes.loadUnaligned(as: UInt64.self).littleEndian) }
        }
        number += 1
      }
    }
    return result
  }
}
