import LMDB

/// The targets of a batch's voids, found in one pass over the identities.
///
/// A void does not say when its target occurred, so that hours are searched from the latest backwards: soon at an end for the void of
/// something recent, and through all of them for one whose target is old or not recorded yet. All voids of a batch are looked for
/// together: many of them cost about as much as one.
struct VoidTargets {
  /// A void whose target is not found yet.
  private struct Search {
    var hash: UInt64
    var index: Int
    var position: UInt64
    var target: UInt64 = 0
  }

  /// Where looking up costs about as much as reading through: values of an hour for each void.
  private static let valuesPerLookUp = 64

  private let batch: EventBatch
  private let tables: LogTables
  /// The first position of the batch: records from there on are not written yet.
  private let firstPosition: UInt64
  /// The index in the batch of each of those positions.
  private var newIndexes: [Int] = []
  /// By hash, as the values of an hour are.
  private var searches: [Search] = []
  private var targets: [Int: UInt64] = [:]
  private var hasFound = false

  /// Looks for the targets of all new voids of a batch whose identities are stored already.
  ///
  /// - Complexity: O(hours + identities) for a batch at most, and for v voids O(v · hours · log n) at most; stops at the hour in which
  ///   the last target is found.
  init(
    _ batch: EventBatch, _ duplicates: DuplicateSearch, _ receipt: AppendReceipt, tables: LogTables,
    in transaction: borrowing WriteTransaction
  ) throws {
    self.batch = batch
    self.tables = tables
    firstPosition = receipt.lastPosition - UInt64(receipt.appended) + 1
    for index in batch.events.indices {
      guard case .here = duplicates.firsts[index] else { continue }
      newIndexes.append(index)
      let event = batch.events[index]
      guard event.flags.contains(.voids) else { continue }
      searches.append(Search(hash: event.voidTargetHash, index: index, position: receipt.positions[index]))
    }
    searches.sort { $0.hash < $1.hash }
    try run(in: transaction)
    searches = []
    newIndexes = []
  }

  /// The position of the event that the void at an index of the batch voids; nil when it is not recorded before it.
  func target(ofVoidAt index: Int) -> UInt64? { targets[index] }

  private mutating func run(in transaction: borrowing WriteTransaction) throws {
    var place = try Cursor(tables.identity, in: transaction)
    var lookUps = try Cursor(tables.identity, in: transaction)
    var more = try place.moveToLast()
    while more && !searches.isEmpty {
      let count = try place.valueCount()
      if count <= searches.count * Self.valuesPerLookUp {
        // Backwards through the hour, and so to the last value of the one before.
        for _ in 0..<count {
          if let value = IdentityValue(place.value) { try compare(value, in: transaction) }
          more = try place.moveToPrevious()
        }
      } else {
        try lookUp(place.integerKey, &lookUps, in: transaction)
        more = try place.moveToPreviousKey()
      }
      take()
    }
  }

  /// Compares a value with all that is sought.
  private mutating func compare(_ value: IdentityValue, in transaction: borrowing WriteTransaction) throws {
    var low = 0
    var high = searches.count
    while low < high {
      let middle = (low + high) / 2
      if searches[middle].hash < value.hash { low = middle + 1 } else { high = middle }
    }
    while low < searches.count, searches[low].hash == value.hash {
      try consider(value, for: low, in: transaction)
      low += 1
    }
  }

  private mutating func lookUp(
    _ hour: UInt64, _ cursor: inout Cursor, in transaction: borrowing WriteTransaction
  ) throws {
    for index in searches.indices {
      var least = IdentityValue(hash: searches[index].hash, position: 0)
      var found = try withUnsafeBytes(of: &least) { try cursor.move(to: hour, firstValueNotBelow: $0) }
      while found, let value = IdentityValue(cursor.value), value.hash == searches[index].hash {
        try consider(value, for: index, in: transaction)
        found = try cursor.moveToNextValue()
      }
    }
  }

  /// Takes an event of equal hash for the target if it is that, and was recorded before the void.
  private mutating func consider(
    _ value: IdentityValue, for index: Int, in transaction: borrowing WriteTransaction
  ) throws {
    let search = searches[index]
    // An hour holds an identity once: of several values with the hash, one at most is the target.
    guard value.position < search.position else { return }
    let candidate: UnsafeRawBufferPointer
    if value.position >= firstPosition {
      candidate = batch.bytes(of: batch.events[newIndexes[Int(value.position - firstPosition)]])
    } else if let record = try tables.records.get(value.position, in: transaction) {
      candidate = StoredRecord.event(record)
    } else {
      throw LedgerError.damaged(what: "an index names a record that does not exist", position: value.position)
    }
    if EventComparison.isTarget(candidate, of: batch.bytes(of: batch.events[search.index])) {
      searches[index].target = value.position
      hasFound = true
    }
  }

  /// Moves what was found out of the way.
  private mutating func take() {
    guard hasFound else { return }
    hasFound = false
    for search in searches where search.target != 0 { targets[search.index] = search.target }
    searches.removeAll { $0.target != 0 }
  }
}
