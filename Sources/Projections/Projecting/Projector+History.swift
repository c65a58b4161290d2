import EventLog
import LMDB
import ValueStream

extension Projector {
  /// Puts the facts of an item that have an effect on the books, as the log stood at `limit`, into a list, in timeline order.
  func itemFacts(
    of item: UInt32, _ source: borrowing FactSource, asOf limit: UInt64, into facts: inout [ItemFact]
  ) throws {
    facts.removeAll(keepingCapacity: true)
    try source.forEachFact(about: item, asOf: limit) { fact, position in
      guard FactRole.of(fact.kind) == .item else { return }
      facts.append(try itemFact(fact, position, source))
    }
    facts.sort { $0.precedes($1) }
  }

  /// Puts the facts of a cached item into a list, in timeline order.
  func itemFacts(inSlot slot: Int, _ source: borrowing FactSource, into facts: inout [ItemFact]) throws {
    facts.removeAll(keepingCapacity: true)
    try cache.forEachEntry(slot) { position in
      guard position & HistoryEntry.tagMask == HistoryEntry.fact else { return }
      facts.append(try itemFact(source.fact(at: position), position, source))
    }
  }

  /// Brings an item that is not cached back from the log and the books, as both stood at `limit`.
  func load(_ item: UInt32, _ source: borrowing FactSource, asOf limit: UInt64) throws -> Int {
    var timeline = FoldedTimeline()
    try itemFacts(of: item, source, asOf: limit, into: &timeline.facts)
    let slot = cache.insert(item)
    let place = cache.slots[slot]
    for (_, foundMicros) in try source.defects(naming: item, asOf: limit) {
      place.pointee.latestReferenceMicros = max(place.pointee.latestReferenceMicros, foundMicros)
    }
    guard !timeline.facts.isEmpty else { return slot }
    timeline.fold(in: &context)
    timeline.rows = try standingRows(of: item, timeline.entries, source, asOf: limit)
    remember(slot, timeline)
    return slot
  }

  /// Writes an item's history anew into its slot; only the rows of opening entries are kept.
  func remember(_ slot: Int, _ timeline: FoldedTimeline) {
    cache.clearHistory(slot)
    let place = cache.slots[slot]
    var next = 0
    for (index, fact) in timeline.facts.enumerated() {
      cache.push(slot, HistoryEntry.fact | fact.position)
      while next < timeline.counts[index] {
        let entry = timeline.entries[next]
        let row = timeline.rows[next]
        if entry.opening == next {
          switch entry.book {
          case .arrivals: cache.push(slot, HistoryEntry.arrival | UInt64(row))
          case .visits:
            cache.push(slot, HistoryEntry.visit | UInt64(row))
            place.pointee.visitRow = row
          case .blocks:
            cache.push(slot, HistoryEntry.block | UInt64(row))
            place.pointee.blockRow = row
          case .completions: cache.push(slot, HistoryEntry.completion | UInt64(row))
          }
        }
        next += 1
      }
    }
    place.pointee.state = timeline.state
    place.pointee.lastOccurredMicros = timeline.facts.last?.occurredMicros ?? .min
    if timeline.state.phase == .delivered || timeline.state.phase == .cancelled { cache.noteClosed(slot) }
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
