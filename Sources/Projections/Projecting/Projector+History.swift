import EventLog
import LMDB
import ValueStream

extension Projector {
  /// The facts of an item that have an effect on the books, as the log stood at `limit`, in timeline order.
  func itemFacts(
    of item: UInt32, _ source: borrowing FactSource, asOf limit: UInt64
  ) throws -> [ItemFact] {
    var facts: [ItemFact] = []
    try source.forEachFact(about: item, asOf: limit) { fact, position in
      guard FactRole.of(fact.kind) == .item else { return }
      facts.append(try itemFact(fact, position, source))
    }
    facts.sort { $0.precedes($1) }
    return facts
  }

  /// The facts of a cached item, in timeline order.
  func itemFacts(inSlot slot: Int, _ source: borrowing FactSource) throws -> [ItemFact] {
    var positions: [UInt64] = []
    cache.forEachEntry(slot) { entry in
      if entry & HistoryEntry.tagMask == HistoryEntry.fact { positions.append(entry) }
    }
    var facts: [ItemFact] = []
    facts.reserveCapacity(positions.count + 1)
    for position in positions { facts.append(try itemFact(source.fact(at: position), position, source)) }
    return facts
  }

  /// Rows of the opening entries of a cached item, in the order in which its timeline demands them.
  func openingRows(inSlot slot: Int) -> [UInt32] {
    var rows: [UInt32] = []
    cache.forEachEntry(slot) { entry in
      if entry & HistoryEntry.tagMask != HistoryEntry.fact { rows.append(UInt32(truncatingIfNeeded: entry)) }
    }
    return rows
  }

  /// Brings an item that is not cached back from the log and the books, as both stood at `limit`.
  func load(_ item: UInt32, _ source: borrowing FactSource, asOf limit: UInt64) throws -> Int {
    let facts = try itemFacts(of: item, source, asOf: limit)
    let slot = cache.insert(item)
    for (_, foundMicros) in try source.defects(naming: item, asOf: limit) {
      cache.slots[slot].latestReferenceMicros = max(cache.slots[slot].latestReferenceMicros, foundMicros)
    }
    guard !facts.isEmpty else { return slot }
    let (entries, counts, state) = fold(facts)
    let rows = try standingRows(of: item, entries, source, asOf: limit)
    remember(slot, facts, entries, counts, rows, state)
    return slot
  }

  /// Runs a timeline from nothing: its entries, the number of entries after each fact, and the state at its end.
  func fold(_ facts: [ItemFact]) -> (entries: [TimelineEntry], counts: [Int], state: ItemState) {
    collector.removeAll()
    var state = ItemState()
    var counts: [Int] = []
    counts.reserveCapacity(facts.count)
    for fact in facts {
      state.apply(fact, in: &context, into: &collector)
      counts.append(collector.entries.count)
    }
    return (collector.entries, counts, state)
  }

  /// Writes an item's history anew into its slot. `rows` has a row for each entry; only those of opening entries are kept.
  func remember(
    _ slot: Int, _ facts: [ItemFact], _ entries: [TimelineEntry], _ counts: [Int], _ rows: [UInt32],
    _ state: ItemState
  ) {
    cache.clearHistory(slot)
    var next = 0
    for (index, fact) in facts.enumerated() {
      cache.push(slot, HistoryEntry.fact | fact.position)
      while next < counts[index] {
        if entries[next].opening == next {
          switch entries[next].book {
          case .arrivals: cache.push(slot, HistoryEntry.arrival | UInt64(rows[next]))
          case .visits:
            cache.push(slot, HistoryEntry.visit | UInt64(rows[next]))
            cache.slots[slot].visitRow = rows[next]
          case .blocks:
            cache.push(slot, HistoryEntry.block | UInt64(rows[next]))
            cache.slots[slot].blockRow = rows[next]
          case .completions: cache.push(slot, HistoryEntry.completion | UInt64(rows[next]))
          }
        }
        next += 1
      }
    }
    cache.slots[slot].state = state
    cache.slots[slot].lastOccurredMicros = facts.last?.occurredMicros ?? .min
    if state.phase == .delivered || state.phase == .cancelled { cache.noteClosed(slot) }
  }

  /// The rows in the books at which the entries of an item's timeline stand: for each entry, the row of its opening.
  ///
  /// An item's postings are caused by its own events, by voids of these, or by definitions of streams, so that a search by position
  /// finds them all.
  private func standingRows(
    of item: UInt32, _ entries: [TimelineEntry], _ source: borrowing FactSource, asOf limit: UInt64
  ) throws -> [UInt32] {
    var positions: [UInt64] = []
    try source.log.positions(ofSubject: item, into: &positions)
    if source.log.hasVoids { try addVoids(to: &positions, source) }
    positions.append(contentsOf: causes)
    positions.removeAll { $0 > limit }
    positions.sort()
    var standing = StandingRows()
    var last: UInt64 = 0
    for position in positions where position != last {
      last = position
      try postings.forEachRow(ofSubject: item, causedBy: position, pending, &standing)
    }
    return try standing.match(entries, item: item)
  }

  /// Adds the positions of the events that void those listed, and of the ones that void these, and so on.
  func addVoids(to positions: inout [UInt64], _ source: borrowing FactSource) throws {
    var index = 0
    var seen = Set(positions)
    while index < positions.count {
      var voids: [UInt64] = []
      try source.log.voids(of: positions[index], into: &voids)
      for void in voids where seen.insert(void).inserted { positions.append(void) }
      index += 1
    }
  }
}
