import CLMDB
import LMDB

/// Writes the new events of a batch: record, symbols, fact, leaf and nodes, and what its indexes need.
///
/// A value that is borrowed once for a whole batch, so that nothing of it is checked or counted for every event.
struct EventWriter: ~Copyable {
  /// How many events ahead the cache's memory is asked for.
  private static let prefetchDistance = 6

  let tables: LogTables
  var cache = SymbolCache()
  /// The tree as this batch makes it.
  private(set) var tree = CompactRange()
  private var rows = AppendRows()

  init(tables: LogTables) { self.tables = tables }

  /// Writes the events that `duplicates` found to be new, on top of `tree`.
  mutating func write(
    _ batch: EventBatch, _ duplicates: DuplicateSearch, _ receipt: AppendReceipt, state: inout AppendState,
    tree: CompactRange, in transaction: borrowing WriteTransaction
  ) throws {
    self.tree = tree
    rows.removeAll()
    // Identities go first: a void looks for its target among them, and tells those of later events by their position.
    try IdentityWriter.write(duplicates, receipt.positions, state: state, tables: tables, in: transaction)
    let interner = SymbolInterner(batch: batch, tables: tables)
    var records = try Cursor(tables.records, in: transaction)
    let events = batch.events
    var voidTargets: VoidTargets?
    for index in events.indices {
      if index + Self.prefetchDistance < events.count { prefetch(events[index + Self.prefetchDistance]) }
      guard case .here = duplicates.firsts[index] else { continue }
      let event = events[index]
      let position = receipt.positions[index]
      var fact = try interner.fact(of: event, cache: &cache, counts: &state.symbolCounts, in: transaction)
      let recordedMicros = batch.recordedMicros(ofEvent: index)
      if event.flags.contains(.timeAssumed) { fact.occurredMicros = recordedMicros }
      if fact.occurredMicros > recordedMicros { fact.flags.insert(.occurredAfterRecorded) }
      if event.flags.contains(.voids) || state.hasPendingVoids {
        if event.flags.contains(.voids), voidTargets == nil {
          voidTargets = try VoidTargets(batch, duplicates, receipt, tables: tables, in: transaction)
        }
        try VoidResolution(batch: batch, tables: tables).resolve(
          event, at: position, target: voidTargets?.target(ofVoidAt: index), fact: &fact, state: &state, in: transaction
        )
      }
      try records.put(position, batch.record(of: event), flags: MDB_APPEND)
      let leaf = batch.leafHash(at: index)
      self.tree.append(leaf, nodes: &rows.nodes)
      rows.add(fact, leaf: leaf, position: position)
      if event.referenceCount > 0 {
        for reference in batch.references(of: event) {
          let subject = try interner.subject(reference, cache: &cache, counts: &state.symbolCounts, in: transaction)
          rows.addReference(to: subject, position: position)
        }
      }
    }
    try rows.write(tables, in: transaction)
  }

  private func prefetch(_ event: PreparedEvent) {
    cache.prefetch(hash: event.subject.hash, in: .subject)
    cache.prefetch(hash: event.attributes.hash, in: .attributes)
  }
}
