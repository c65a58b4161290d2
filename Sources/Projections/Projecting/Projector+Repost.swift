import EventLog
import ValueStream

extension Projector {
  /// A fact has arrived that is earlier than what its item has seen, or that opens it again.
  func repostWithLateFact(_ slot: Int, _ late: ItemFact, _ source: borrowing FactSource) throws {
    let old = try itemFacts(inSlot: slot, source)
    var new = old
    var place = new.count
    while place > 0, late.precedes(new[place - 1]) { place -= 1 }
    new.insert(late, at: place)
    try repost(slot, old, new, source)
  }

  /// Makes an item's timeline anew, posts the difference at the present position with the old effective times, and looks at the defects
  /// that name the item.
  func repost(
    _ slot: Int, _ oldFacts: [ItemFact], _ newFacts: [ItemFact], _ source: borrowing FactSource,
    oldRules: StreamRules? = nil
  ) throws {
    let item = cache.slots[slot].subject
    let newRules = context.rules
    if let oldRules { context.rules = oldRules }
    let old = fold(oldFacts).entries
    context.rules = newRules
    let (new, counts, state) = fold(newFacts)

    let openings = openingRows(inSlot: slot)
    var oldRows: [UInt32] = []
    oldRows.reserveCapacity(old.count)
    var nextOpening = 0
    for (index, entry) in old.enumerated() {
      if entry.opening == index {
        oldRows.append(openings[nextOpening])
        nextOpening += 1
      } else {
        oldRows.append(oldRows[entry.opening])
      }
    }

    var newRows = [UInt32](repeating: .max, count: new.count)
    let kept = Self.match(old, oldRows, new, &newRows)
    for index in old.indices where !kept.old[index] {
      var entry = old[index]
      entry.isNegative.toggle()
      _ = post(entry, item, opening: oldRows[index], flags: .reversal)
    }
    for index in new.indices where !kept.new[index] {
      let opening = new[index].opening == index ? nil : newRows[new[index].opening]
      newRows[index] = post(new[index], item, opening: opening, flags: [])
    }
    remember(slot, newFacts, new, counts, newRows, state)
    if cache.slots[slot].latestReferenceMicros != .min { try repostDefects(of: item, source) }
  }

  /// Finds the entries of two timelines that are the same, so that their postings stay. Entries come in the order of their effective
  /// times; an entry that takes another back is the same only if the other one is.
  private static func match(
    _ old: [TimelineEntry], _ oldRows: [UInt32], _ new: [TimelineEntry], _ newRows: inout [UInt32]
  ) -> (old: [Bool], new: [Bool]) {
    var keptOld = [Bool](repeating: false, count: old.count)
    var keptNew = [Bool](repeating: false, count: new.count)
    var start = 0
    for index in new.indices {
      let entry = new[index]
      while start < old.count, old[start].effectiveMicros < entry.effectiveMicros { start += 1 }
      var candidate = start
      while candidate < old.count, old[candidate].effectiveMicros == entry.effectiveMicros {
        defer { candidate += 1 }
        guard !keptOld[candidate] else { continue }
        let isOpening = entry.opening == index
        guard isOpening == (old[candidate].opening == candidate) else { continue }
        if !isOpening, oldRows[candidate] != newRows[entry.opening] { continue }
        var same = old[candidate]
        same.opening = entry.opening
        guard same == entry else { continue }
        keptOld[candidate] = true
        keptNew[index] = true
        newRows[index] = oldRows[candidate]
        break
      }
    }
    return (keptOld, keptNew)
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
