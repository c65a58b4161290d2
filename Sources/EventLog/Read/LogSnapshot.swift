import LMDB

/// The log as of one moment: everything read from it agrees. One read transaction, ended when it goes out of scope.
///
/// Pointers into records and symbols are valid while it lives. One thread uses it at a time. It pins the pages of its moment: long scans
/// re-open it (see ``EventLog/scan(from:through:reopenEvery:_:)``).
public struct LogSnapshot: ~Copyable {
  let transaction: ReadTransaction
  let tables: LogTables
  private let state: SnapshotState

  /// Begins with a transaction whose state has been read.
  init(_ transaction: consuming ReadTransaction, tables: LogTables, state: SnapshotState) {
    self.transaction = transaction
    self.tables = tables
    self.state = state
  }

  /// The last position; 0 when the log is empty.
  public var size: UInt64 { state.size }
  /// The recorded time of the last record, in microseconds since 1970; nil when there is none.
  public var lastRecordedMicros: Int64? { state.lastRecordedMicros }
  /// True when an event in the log is voided by another: false lets readers skip ``voids(of:into:)``.
  public var hasVoids: Bool { state.hasVoids }

  /// Runs storage calls and gives their error the ledger's type.
  func storage<R>(_ body: () throws(LMDBError) -> R) throws(LedgerError) -> R {
    do { return try body() } catch { throw LedgerError(error) }
  }

  /// The record at a position; nil when there is none. O(log n).
  public func record(at position: UInt64) throws(LedgerError) -> Record? {
    try storage { () throws(LMDBError) in
      guard let value = try tables.records.get(position, in: transaction) else { return nil }
      return Record(
        position: position, recordedMicros: try StoredRecord.recordedMicros(value), bytes: StoredRecord.event(value))
    }
  }

  /// The last position recorded at or before a time in microseconds since 1970; 0 when there is none. O(log² n).
  public func position(recordedAtOrBefore micros: Int64) throws(LedgerError) -> UInt64 {
    // Recorded times never decrease along positions.
    var low: UInt64 = 0
    var high = size
    while low < high {
      let middle = low + (high - low + 1) / 2
      guard let record = try record(at: middle) else {
        throw .damaged(what: "the record is missing", position: middle)
      }
      if record.recordedMicros <= micros { low = middle } else { high = middle - 1 }
    }
    return low
  }

  /// A reader of the facts: row n belongs to position n + 1. Valid while the snapshot lives.
  public func facts() throws(LedgerError) -> RowReader<Fact> {
    try storage { () throws(LMDBError) in try tables.facts.reader(in: transaction) }
  }

  /// Appends the positions of a subject's events to an array, ascending.
  public func positions(ofSubject subject: UInt32, into positions: inout [UInt64]) throws(LedgerError) {
    try storage { () throws(LMDBError) in
      try tables.subjects.values(under: UInt64(subject), into: &positions, in: transaction)
    }
  }

  /// Number of a subject's events: its version. O(log n).
  public func version(ofSubject subject: UInt32) throws(LedgerError) -> Int {
    try storage { () throws(LMDBError) in try tables.subjects.count(under: UInt64(subject), in: transaction) }
  }

  /// Appends the positions of the events that have this subject as their argument to an array, ascending.
  public func references(to subject: UInt32, into positions: inout [UInt64]) throws(LedgerError) {
    try storage { () throws(LMDBError) in
      try tables.references.values(under: UInt64(subject), into: &positions, in: transaction)
    }
  }

  /// Calls `body` with every subject that an event names, of a range of them or of all, and the event's position: by subject, then
  /// position. O(references).
  public func forEachReference(
    to subjects: ClosedRange<UInt64> = 0 ... .max, _ body: (_ subject: UInt32, _ position: UInt64) -> Void
  ) throws(LedgerError) {
    try forEachListed(in: tables.references, under: subjects, body)
  }

  /// Calls `body` with every position that a table lists under a subject: by subject, then position. O(entries).
  func forEachListed(
    in table: MultiTable<UInt64>, under subjects: ClosedRange<UInt64> = 0 ... .max,
    _ body: (_ subject: UInt32, _ position: UInt64) -> Void
  ) throws(LedgerError) {
    try storage { () throws(LMDBError) in
      var cursor = try Cursor(table, in: transaction)
      var more = try cursor.move(toFirstNotBelow: subjects.lowerBound)
      while more {
        let key = cursor.integerKey
        if key > subjects.upperBound { return }
        let subject = UInt32(truncatingIfNeeded: key)
        // From value to value LMDB takes longer than from page to page, even where a page holds but two.
        var hasPage = try cursor.readPage()
        while hasPage {
          let page = cursor.value
          for offset in stride(from: 0, to: page.count - 7, by: 8) {
            body(subject, page.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
          }
          hasPage = try cursor.readNextPage()
        }
        more = try cursor.moveToNextKey()
      }
    }
  }

  /// Whether an event at a position is listed as naming a subject. O(log n).
  public func isReference(to subject: UInt32, at position: UInt64) throws(LedgerError) -> Bool {
    try storage { () throws(LMDBError) in
      try tables.references.contains(position, under: UInt64(subject), in: transaction)
    }
  }

  /// Appends the positions of the events that void the one at `position` to an array, ascending.
  public func voids(of position: UInt64, into positions: inout [UInt64]) throws(LedgerError) {
    guard hasVoids else { return }
    try storage { () throws(LMDBError) in
      try tables.voids.values(under: position, into: &positions, in: transaction)
    }
  }

  /// Calls `body` with the position of every event that another one voids, ascending, whether or not the void has an effect. O(voids).
  public func forEachVoided(_ body: (UInt64) throws -> Void) throws {
    guard hasVoids else { return }
    var cursor = try Cursor(tables.voids, in: transaction)
    var more = try cursor.moveToFirst()
    while more {
      try body(cursor.integerKey)
      more = try cursor.moveToNextKey()
    }
  }

  /// The symbol of a string; nil when it has none. O(log n).
  public func symbolID(
    _ bytes: UnsafeRawBufferPointer, in namespace: SymbolNamespace
  ) throws(LedgerError) -> UInt32? {
    guard !bytes.isEmpty else { return nil }
    do {
      return try SymbolTables.find(bytes, in: namespace, symbols: tables.symbols, transaction)
    } catch let error as LMDBError {
      throw LedgerError(error)
    } catch {
      throw .unexpected("\(error)")
    }
  }

  /// The symbol of a string; nil when it has none. Subjects begin with their class byte.
  public func symbolID(_ string: String, in namespace: SymbolNamespace) throws(LedgerError) -> UInt32? {
    try Array(string.utf8).withUnsafeBufferPointer { bytes throws(LedgerError) in
      try symbolID(UnsafeRawBufferPointer(bytes), in: namespace)
    }
  }

  /// The bytes of a symbol; nil when there is no such symbol. O(log n).
  public func symbolBytes(_ id: UInt32, in namespace: SymbolNamespace) -> UnsafeRawBufferPointer? {
    // A failure of the storage reads as an unknown symbol; `verifyLog` tells the two apart.
    try? tables.names.get(SymbolKey.name(id, in: namespace), in: transaction)
  }

  /// The string of a symbol; nil when there is no such symbol.
  public func symbolString(_ id: UInt32, in namespace: SymbolNamespace) -> String? {
    symbolBytes(id, in: namespace).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Number of symbols of a namespace: they are 1 to this.
  public func symbolCount(in namespace: SymbolNamespace) -> UInt32 { state.symbolCounts[namespace] }

  /// The root of the Merkle tree over the first `size` records, of all when it is nil. O(log² n).
  public func root(size: UInt64? = nil) throws(LedgerError) -> MerkleHash {
    let asked = size ?? self.size
    guard asked <= self.size else { throw .sizeBeyondLog(asked: asked, size: self.size) }
    do {
      return try CompactRange.load(size: asked, tables: tables, in: transaction).root
    } catch let error as LMDBError {
      throw LedgerError(error)
    } catch let error as LedgerError {
      throw error
    } catch {
      throw .unexpected("\(error)")
    }
  }
}

extension EventLog {
  /// A snapshot of the log now.
  public func snapshot() throws(LedgerError) -> LogSnapshot {
    do {
      let transaction = try environment.beginRead()
      let state = try SnapshotState(tables, in: transaction)
      return LogSnapshot(transaction, tables: tables, state: state)
    } catch {
      throw LedgerError(error)
    }
  }

  /// Runs `body` with a snapshot of its own.
  public func withSnapshot<R>(_ body: (borrowing LogSnapshot) throws -> R) throws -> R {
    let snapshot = try snapshot()
    return try body(snapshot)
  }
}

/// What a snapshot reads when it begins.
struct SnapshotState: Sendable {
  var size: UInt64 = 0
  var lastRecordedMicros: Int64?
  var hasVoids: Bool
  var symbolCounts: SymbolCounts

  init(_ tables: LogTables, in transaction: borrowing ReadTransaction) throws(LMDBError) {
    hasVoids = try tables.voids.count(in: transaction) > 0
    symbolCounts = try SymbolCounts(tables.names, in: transaction)
    var last = try Cursor(tables.records, in: transaction)
    if try last.moveToLast() {
      size = try StoredRecord.position(last.integerKey)
      lastRecordedMicros = try StoredRecord.recordedMicros(last.value)
    }
  }
}
