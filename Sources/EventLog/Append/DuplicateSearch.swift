import LMDB

/// Finds the events of a batch that are in the log, or earlier in the batch, already.
///
/// A hit of the identity hash is confirmed against the events themselves. Events of an hour later than any stored one need no look-up.
struct DuplicateSearch {
  /// Where an event of the batch was first.
  enum First: BitwiseCopyable {
    /// Here: it is new.
    case here
    /// In the log.
    case position(UInt64)
    /// Earlier in the batch.
    case index(Int)
  }

  /// The batch's events in order of hour, hash and index.
  private(set) var entries: [IdentityEntry] = []
  /// For each event of the batch, where it was first.
  private(set) var firsts: [First] = []
  /// Number of events that are new.
  private(set) var newCount = 0

  /// Looks every event of the batch up. O(n log n), no allocation once the arrays have grown.
  mutating func run(
    _ batch: EventBatch, state: AppendState, tables: LogTables, in transaction: borrowing WriteTransaction
  ) throws {
    let count = batch.count
    entries.removeAll(keepingCapacity: true)
    firsts.removeAll(keepingCapacity: true)
    firsts.append(contentsOf: repeatElement(.here, count: count))
    newCount = count
    var isSorted = true
    for index in 0..<count {
      let event = batch.events[index]
      let entry = IdentityEntry(hour: IdentityKey.key(of: event), hash: event.identityHash, index: index)
      if let last = entries.last, entry < last { isSorted = false }
      entries.append(entry)
    }
    if !isSorted { entries.sort(by: <) }

    var cursor = try Cursor(tables.identity, in: transaction)
    for place in 0..<count {
      let entry = entries[place]
      if state.hasIdentities && entry.hour <= state.newestHour,
        let position = try storedPosition(of: entry, batch: batch, cursor: &cursor, tables: tables, transaction)
      {
        firsts[entry.index] = .position(position)
      } else if let earlier = try earlierIndex(of: entry, before: place, batch: batch) {
        firsts[entry.index] = .index(earlier)
      } else {
        continue
      }
      newCount -= 1
    }
  }

  private func storedPosition(
    of entry: IdentityEntry, batch: EventBatch, cursor: inout Cursor, tables: LogTables,
    _ transaction: borrowing WriteTransaction
  ) throws -> UInt64? {
    var least = IdentityValue(hash: entry.hash, position: 0)
    var more = try withUnsafeBytes(of: &least) { try cursor.move(to: entry.hour, firstValueNotBelow: $0) }
    while more {
      guard let value = IdentityValue(cursor.value), value.hash == entry.hash else { return nil }
      guard let record = try tables.records.get(value.position, in: transaction) else {
        throw LedgerError.damaged(what: "an identity names a record that does not exist", position: value.position)
      }
      let event = batch.events[entry.index]
      switch EventComparison.compare(StoredRecord.event(record), batch.bytes(of: event)) {
      case .same: return value.position
      case .otherIdentity: more = try cursor.moveToNextValue()
      case .conflict(let source, let id):
        throw LedgerError.conflict(
          EventConflict(source: source, id: id, firstPosition: value.position, firstLine: 0, line: event.line))
      }
    }
    return nil
  }

  /// The first event of the batch with the identity of the entry at `place`: it stands right before it, among those of equal hash.
  private func earlierIndex(of entry: IdentityEntry, before place: Int, batch: EventBatch) throws -> Int? {
    var other = place - 1
    while other >= 0, entries[other].hash == entry.hash, entries[other].hour == entry.hour {
      let first = batch.events[entries[other].index]
      let second = batch.events[entry.index]
      switch EventComparison.compare(batch.bytes(of: first), batch.bytes(of: second)) {
      case .otherIdentity: other -= 1
      case .same:
        if case .index(let earliest) = firsts[entries[other].index] { return earliest }
        return entries[other].index
      case .conflict(let source, let id):
        throw LedgerError.conflict(
          EventConflict(source: source, id: id, firstPosition: 0, firstLine: first.line, line: second.line))
      }
    }
    return nil
  }
}
