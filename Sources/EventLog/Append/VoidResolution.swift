import LMDB

/// Ties events that void others to their targets, whichever of the two is recorded first.
struct VoidResolution {
  let batch: EventBatch
  let tables: LogTables

  /// Ties `event`, about to be written at `position`, to what it voids, the event at `target`, and to the voids of it that were recorded
  /// before it arrived.
  func resolve(
    _ event: PreparedEvent, at position: UInt64, target: UInt64?, fact: inout Fact, state: inout AppendState,
    in transaction: borrowing WriteTransaction
  ) throws {
    if event.flags.contains(.voids) {
      if let target {
        fact.measure = target
        try tables.voids.insert(position, under: target, in: transaction)
      } else {
        fact.measure = 0
        try tables.voidsPending.insert(position, under: event.voidTargetHash, in: transaction)
        state.hasPendingVoids = true
      }
    }
    if state.hasPendingVoids { try claimPending(event, at: position, fact: &fact, state: &state, in: transaction) }
  }

  /// Gives `event` the voids that were recorded before it.
  private func claimPending(
    _ event: PreparedEvent, at position: UInt64, fact: inout Fact, state: inout AppendState,
    in transaction: borrowing WriteTransaction
  ) throws {
    var waiting: [UInt64] = []
    try tables.voidsPending.values(under: event.identityHash, into: &waiting, in: transaction)
    for void in waiting where void < position {
      let voidEvent = try self.event(at: void, in: transaction)
      guard EventComparison.isTarget(batch.bytes(of: event), of: voidEvent) else { continue }
      try tables.voids.insert(void, under: position, in: transaction)
      try tables.voidsPending.remove(void, under: event.identityHash, in: transaction)
      fact.flags.insert(.voidedOnArrival)
      state.hasPendingVoids = try tables.voidsPending.count(in: transaction) > 0
    }
  }

  /// The bytes of an earlier record: records are written one by one, so that those of this batch are stored already.
  private func event(
    at earlier: UInt64, in transaction: borrowing WriteTransaction
  ) throws -> UnsafeRawBufferPointer {
    guard let record = try tables.records.get(earlier, in: transaction) else {
      throw LedgerError.damaged(what: "an index names a record that does not exist", position: earlier)
    }
    return StoredRecord.event(record)
  }
}
