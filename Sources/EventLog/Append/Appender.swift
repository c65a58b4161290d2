import LMDB

/// Writes batches: the one path by which anything enters the log.
///
/// Used by one thread at a time, inside of a write transaction. Its buffers stay between batches, so that appending allocates nothing
/// for an event.
final class Appender {
  let tables: LogTables
  private var writer: EventWriter
  private var duplicates = DuplicateSearch()
  /// The tree as of the last committed append of this process; of use when its size is still the log's.
  private var tree = CompactRange()
  /// The tree as the append under way makes it; nil when it writes nothing.
  private var nextTree: CompactRange?
  /// The symbols known when an append began that has not been committed: later ones in the cache are not to be believed.
  private var countsOfUnfinished: SymbolCounts?

  init(tables: LogTables) {
    self.tables = tables
    writer = EventWriter(tables: tables)
  }

  /// Writes a batch. When it throws, the transaction must be aborted.
  func append(
    _ batch: EventBatch, expecting: [ExpectedVersion], nowMicros: Int64, in transaction: borrowing WriteTransaction
  ) throws -> AppendReceipt {
    // What an append that failed has left behind is not to be taken for this one's.
    nextTree = nil
    if let counts = countsOfUnfinished { writer.cache.forget(above: counts) }
    var state = try AppendState(tables, in: transaction)
    countsOfUnfinished = state.symbolCounts

    try duplicates.run(batch, state: state, tables: tables, in: transaction)
    var receipt = AppendReceipt(
      positions: positions(of: batch, after: state.size), appended: duplicates.newCount,
      duplicates: batch.count - duplicates.newCount, lastPosition: state.size + UInt64(duplicates.newCount),
      recordedMicros: state.lastRecordedMicros)
    // A batch of nothing but duplicates is a retry: it is answered whatever has happened since.
    guard duplicates.newCount > 0 else { return receipt }
    for expected in expecting { try check(expected, in: transaction) }
    try checkSealing(of: batch, in: transaction)

    receipt.recordedMicros = try stamp(batch, nowMicros: nowMicros, lastRecordedMicros: state.lastRecordedMicros)
    // The log only grows, so that an equal size means an equal tree.
    let known = try tree.size == state.size ? tree : .load(size: state.size, tables: tables, in: transaction)
    try writer.write(batch, duplicates, receipt, state: &state, tree: known, in: transaction)
    nextTree = writer.tree
    if let (index, rules) = batch.newSealing, case .here = duplicates.firsts[index] {
      try LogMeta.setSealing(rules, in: tables.meta, transaction)
    }
    try batch.beforeCommit?()
    return receipt
  }

  /// To be called when the transaction of the last append was committed.
  func didCommit() {
    countsOfUnfinished = nil
    if let nextTree { tree = nextTree }
  }

  private func positions(of batch: EventBatch, after size: UInt64) -> [UInt64] {
    var positions: [UInt64] = []
    positions.reserveCapacity(batch.count)
    var next = size + 1
    for first in duplicates.firsts {
      switch first {
      case .here:
        positions.append(next)
        next += 1
      case .position(let position): positions.append(position)
      case .index(let index): positions.append(positions[index])
      }
    }
    return positions
  }

  /// Refuses what was prepared by other rules than those that hold now: it could hold in clear what is to be sealed. Records of a backup
  /// keep the form that they have.
  private func checkSealing(of batch: EventBatch, in transaction: borrowing WriteTransaction) throws {
    guard batch.recordedTimes.isEmpty, let rules = try LogMeta.sealing(in: tables.meta, transaction) else { return }
    let isSame = batch.sealing.map { $0.withUnsafeBytes { rules.hasSameBytes(as: $0) } } ?? false
    guard isSame else { throw LedgerError.sealingDiffers }
  }

  private func check(_ expected: ExpectedVersion, in transaction: borrowing WriteTransaction) throws {
    let actual = try expected.subject.withUnsafeBytes { bytes in
      guard let id = try SymbolTables.find(bytes, in: .subject, symbols: tables.symbols, transaction) else { return 0 }
      return try tables.subjects.count(under: UInt64(id), in: transaction)
    }
    guard actual == expected.version else {
      let subject = String(decoding: expected.subject.dropFirst(), as: UTF8.self)
      throw LedgerError.versionConflict(subject: subject, expected: expected.version, actual: actual)
    }
  }

  /// Settles the recorded time, which never decreases, and hashes the leaves if that has not been done for it.
  private func stamp(_ batch: EventBatch, nowMicros: Int64, lastRecordedMicros: Int64) throws -> Int64 {
    if let last = batch.recordedTimes.last {
      var before = lastRecordedMicros
      for (index, time) in batch.recordedTimes.enumerated() {
        guard time >= before else { throw LedgerError.recordedTimeDecreases(line: batch.events[index].line) }
        before = time
      }
      guard batch.recordedTimes.count == batch.count else {
        throw LedgerError.unexpected(
          "A batch has \(batch.count) events and \(batch.recordedTimes.count) recorded times")
      }
      if !batch.hasLeafHashes { batch.hashLeaves() }
      return last
    }
    if batch.hasLeafHashes && batch.recordedMicros >= lastRecordedMicros { return batch.recordedMicros }
    batch.recordedMicros = max(nowMicros, lastRecordedMicros)
    batch.hashLeaves()
    return batch.recordedMicros
  }
}
