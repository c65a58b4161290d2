import EventLog
import ValueStream

extension Projector {
  /// A fact has arrived that is earlier than what its item has seen, or that opens it again.
  func repostWithLateFact(_ slot: Int, _ late: ItemFact, _ source: borrowing FactSource) throws {
    try itemFacts(inSlot: slot, source, into: &old.facts)
    new.facts.removeAll(keepingCapacity: true)
    new.facts += old.facts
    var place = new.facts.count
    while place > 0, late.precedes(new.facts[place - 1]) { place -= 1 }
    new.facts.insert(late, at: place)
    try repost(slot, source)
  }

  /// Makes an item's timeline anew, from the facts in ``old`` to those in ``new``: posts the difference at the present position with the
  /// old effective times, and looks at the defects that name the item.
  func repost(_ slot: Int, _ source: borrowing FactSource, oldRules: StreamRules? = nil) throws {
    let item = cache.slots[slot].pointee.subject
    let newRules = context.rules
    if let oldRules { context.rules = oldRules }
    old.fold(in: &context)
    context.rules = newRules
    new.fold(in: &context)
    openings.removeAll(keepingCapacity: true)
    cache.forEachEntry(slot) { entry in
      if entry & HistoryEntry.tagMask != HistoryEntry.fact { openings.append(UInt32(truncatingIfNeeded: entry)) }
    }
    old.setRows(openings)
    FoldedTimeline.match(&old, &new)
    for index in old.entries.indices where !old.keeps(index) {
      var entry = old.entries[index]
      entry.isNegative.toggle()
      _ = post(entry, item, opening: old.rows[index], flags: .reversal)
    }
    for index in new.entries.indices where !new.keeps(index) {
      let entry = new.entries[index]
      new.rows[index] = post(
        entry, item, opening: entry.opening == index ? nil : new.rows[entry.opening], flags: [])
    }
    remember(slot, new)
    if cache.slots[slot].pointee.latestReferenceMicros != .min { try repostDefects(of: item, source) }
  }

  /// Posts one entry at the present position; without `opening` it opens one. Returns the row of its opening.
  private func post(_ entry: TimelineEntry, _ item: UInt32, opening: UInt32?, flags: PostingFlags) -> UInt32 {
    var flags = flags
    if entry.isNegative { flags.insert(.negative) }
    if entry.isCancelled { flags.insert(.cancelled) }
    if entry.isContinuation { flags.insert(.continuation) }
    let stamp = PostingStamp(position: position, stream: entry.stream, flags: flags)
    switch entry.book {
    case .arrivals:
      let row = opening ?? pending.arrivals.nextRow
      pending.arrivals.append(
        ArrivalPosting(
          stamp: stamp, effectiveMicros: entry.effectiveMicros, item: item, attributes: entry.attributes,
          opening: row))
      return row
    case .visits:
      let row = opening ?? pending.visits.nextRow
      pending.visits.append(
        VisitPosting(
          stamp: stamp, effectiveMicros: entry.effectiveMicros, sinceMicros: entry.firstMicros, item: item,
          stage: entry.stage, attributes: entry.attributes, opening: row, actor: entry.word))
      return row
    case .blocks:
      let row = opening ?? pending.blocks.nextRow
      pending.blocks.append(
        BlockPosting(
          stamp: stamp, effectiveMicros: entry.effectiveMicros, sinceMicros: entry.firstMicros, item: item,
          stage: entry.stage, attributes: entry.attributes, opening: row, reason: entry.word))
      return row
    case .completions:
      let row = opening ?? pending.completions.nextRow
      pending.completions.append(
        CompletionPosting(
          stamp: stamp, effectiveMicros: entry.effectiveMicros, createdMicros: entry.firstMicros,
          committedMicros: entry.secondMicros, item: item, stage: entry.stage, attributes: entry.attributes,
          opening: row))
      return row
    }
  }
}
