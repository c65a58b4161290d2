import EventLog
import ValueStream

extension Projector {
  /// A defect was found or resolved.
  func processDefect(_ fact: Fact, _ source: borrowing FactSource, _ sink: inout DirectSink) throws {
    // When it was found again, and how and when it was settled, is asked for too; this book says only what counts.
    try processEvent(fact, source, &sink)
    if fact.kind == EventKind.defectResolved.rawValue {
      // Only a resolution that says there was no defect changes the book.
      guard try isReversing(fact, source) else { return }
    } else if fact.flags.contains(.argumentIsSubject), let slot = cache.find(fact.argument) {
      cache.slots[slot].latestReferenceMicros = max(cache.slots[slot].latestReferenceMicros, fact.occurredMicros)
    }
    if fact.subject > highestSubject, fact.kind == EventKind.defectFound.rawValue,
      !fact.flags.contains(.voidedOnArrival)
    {
      // The first that is heard of the defect.
      var posting = try foundPosting(fact, position, source)
      posting.opening = pending.defects.nextRow
      post(posting)
    } else {
      try repostDefect(fact.subject, source)
    }
  }

  /// An item's timeline has changed: its defects may have escaped, or belong to others, than was thought.
  func repostDefects(of item: UInt32, _ source: borrowing FactSource) throws {
    var done: Set<UInt32> = []
    for (defect, _) in try source.defects(naming: item, asOf: position) where done.insert(defect).inserted {
      try repostDefect(defect, source)
    }
  }

  /// Makes a defect's entries anew and posts the difference at the present position.
  func repostDefect(_ defect: UInt32, _ source: borrowing FactSource) throws {
    let demanded = try defectEntries(of: defect, source)
    var standing: [(row: UInt32, posting: DefectPosting)] = []
    if defect <= highestSubject {
      standing = Self.standing(try postings.defectRows(of: defect, pending))
    }
    // Entries alternate: found, taken back, found … An entry that stays keeps its row, and with it the ones that take it back.
    var kept = 0
    while kept < standing.count, kept < demanded.count, Self.isSame(standing[kept].posting, demanded[kept]) {
      kept += 1
    }
    for (_, old) in standing[kept...] {
      var posting = old
      posting.stamp = PostingStamp(
        position: position, stream: old.stamp.stream,
        flags: old.stamp.flags.symmetricDifference(.negative).union(.reversal))
      post(posting)
    }
    var openingRow = kept > 0 ? standing[kept - 1].posting.opening : 0
    for var posting in demanded[kept...] {
      if !posting.stamp.flags.contains(.negative) { openingRow = pending.defects.nextRow }
      posting.opening = openingRow
      post(posting)
    }
  }

  private func post(_ posting: DefectPosting) {
    pending.defectRows.append((posting.defect, pending.defects.nextRow))
    pending.defects.append(posting)
  }

  /// The postings that have not been taken back by a reversal, in the order of their effective times.
  private static func standing(
    _ rows: [(row: UInt32, posting: DefectPosting)]
  ) -> [(row: UInt32, posting: DefectPosting)] {
    var standing: [(row: UInt32, posting: DefectPosting)] = []
    for (row, posting) in rows {
      if posting.stamp.flags.contains(.reversal) {
        let place = standing.lastIndex {
          $0.posting.opening == posting.opening
            && $0.posting.stamp.flags.contains(.negative) != posting.stamp.flags.contains(.negative)
        }
        if let place { standing.remove(at: place) }
      } else {
        standing.append((row, posting))
      }
    }
    return standing
  }

  /// Whether a standing posting says what is demanded, wherever it was posted.
  private static func isSame(_ standing: DefectPosting, _ demanded: DefectPosting) -> Bool {
    var posting = standing
    posting.stamp = PostingStamp(
      position: demanded.stamp.position, stream: standing.stamp.stream, flags: standing.stamp.flags)
    posting.opening = demanded.opening
    return posting == demanded
  }

  /// The postings that a defect's facts demand, as the log stands at the present position. `opening` is not yet set.
  private func defectEntries(of defect: UInt32, _ source: borrowing FactSource) throws -> [DefectPosting] {
    var facts: [(fact: Fact, position: UInt64)] = []
    try source.forEachFact(about: defect, asOf: position) { fact, position in
      if FactRole.of(fact.kind) == .defect { facts.append((fact, position)) }
    }
    facts.sort { ($0.fact.occurredMicros, $0.position) < ($1.fact.occurredMicros, $1.position) }
    var entries: [DefectPosting] = []
    var counts = false
    for (fact, factPosition) in facts {
      if fact.kind == EventKind.defectFound.rawValue {
        guard !counts else { continue }
        entries.append(try foundPosting(fact, factPosition, source))
        counts = true
      } else if counts, try isReversing(fact, source), var posting = entries.last {
        posting.effectiveMicros = fact.occurredMicros
        posting.stamp = PostingStamp(
          position: position, stream: posting.stamp.stream, flags: posting.stamp.flags.union(.negative))
        entries.append(posting)
        counts = false
      }
    }
    return entries
  }

  private func foundPosting(
    _ fact: Fact, _ factPosition: UInt64, _ source: borrowing FactSource
  ) throws -> DefectPosting {
    let item = fact.flags.contains(.argumentIsSubject) ? fact.argument : 0
    let state = item == 0 ? ItemState() : try self.state(of: item, before: fact, factPosition, source)
    var escaped = state.phase == .delivered
    if fact.flags.contains(.saidTrue) { escaped = true }
    if fact.flags.contains(.saidFalse) { escaped = false }
    var words: (stage: [UInt8]?, origin: [UInt8]?, severity: [UInt8]?)
    if fact.attributes != 0 {
      for entry in AttributeEntry.decode(try source.symbol(fact.attributes, in: .attributes)) {
        switch entry.tag {
        case AttributeTag.stage.rawValue: words.stage = entry.bytes
        case AttributeTag.origin.rawValue: words.origin = entry.bytes
        case AttributeTag.severity.rawValue: words.severity = entry.bytes
        default: break
        }
      }
    }
    return DefectPosting(
      stamp: PostingStamp(
        position: position, stream: fact.stream == 0 ? state.stream : fact.stream, flags: escaped ? .escaped : []),
      effectiveMicros: fact.occurredMicros, defect: fact.subject, item: item,
      stage: words.stage.map(internStage) ?? 0, origin: words.origin.map(internStage) ?? 0,
      severity: internText(words.severity), attributes: state.attributes, opening: 0)
  }

  /// What was true of an item just before a fact about something else.
  private func state(
    of item: UInt32, before fact: Fact, _ factPosition: UInt64, _ source: borrowing FactSource
  ) throws -> ItemState {
    let limit = ItemFact(occurredMicros: fact.occurredMicros, position: factPosition, kind: .opaque)
    let facts: [ItemFact]
    if let slot = cache.find(item) {
      if cache.slots[slot].lastOccurredMicros < fact.occurredMicros { return cache.slots[slot].state }
      facts = try itemFacts(inSlot: slot, source)
    } else {
      facts = try itemFacts(of: item, source, asOf: position)
    }
    var state = ItemState()
    var sink = NoSink()
    for itemFact in facts where itemFact.precedes(limit) { state.apply(itemFact, in: &context, into: &sink) }
    return state
  }

  private func isReversing(_ fact: Fact, _ source: borrowing FactSource) throws -> Bool {
    guard fact.argument != 0 else { return false }
    if let known = reversingResolutions[fact.argument] { return known }
    let word = String(decoding: try source.symbol(fact.argument, in: .text), as: UTF8.self)
    let reverses = word == "rejected" || word == "duplicate"
    reversingResolutions[fact.argument] = reverses
    return reverses
  }
}
