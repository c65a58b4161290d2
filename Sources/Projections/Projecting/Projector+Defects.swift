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
      let place = cache.slots[slot]
      place.pointee.latestReferenceMicros = max(place.pointee.latestReferenceMicros, fact.occurredMicros)
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
    let words = try defectWords(fact.attributes, source)
    return DefectPosting(
      stamp: PostingStamp(
        position: position, stream: fact.stream == 0 ? state.stream : fact.stream, flags: escaped ? .escaped : []),
      effectiveMicros: fact.occurredMicros, defect: fact.subject, item: item,
      stage: words.stage, origin: words.origin, severity: words.severity, attributes: state.attributes, opening: 0)
  }

  /// The words that a set of attributes has for a defect; read once a set.
  private func defectWords(_ attributes: UInt32, _ source: borrowing FactSource) throws -> DefectWords {
    guard attributes != 0 else { return DefectWords() }
    let known = defectWordNumbers[attributes]
    if known != 0 { return defectWords[Int(known) - 1] }
    let entries = AttributeEntry.decode(try source.symbol(attributes, in: .attributes))
    func bytes(_ tag: AttributeTag) -> [UInt8]? { entries.last { $0.tag == tag.rawValue }?.bytes }
    // Names are numbered in this order.
    let words = DefectWords(
      stage: bytes(.stage).map(internStage) ?? 0, origin: bytes(.origin).map(internStage) ?? 0,
      severity: internText(bytes(.severity)))
    defectWords.append(words)
    defectWordNumbers.set(attributes, UInt32(defectWords.count))
    return words
  }

  /// What was true of an item just before a fact about something else.
  private func state(
    of item: UInt32, before fact: Fact, _ factPosition: UInt64, _ source: borrowing FactSource
  ) throws -> ItemState {
    let limit = ItemFact(occurredMicros: fact.occurredMicros, position: factPosition, kind: .opaque)
    var facts: [ItemFact] = []
    if let slot = cache.find(item) {
      if cache.slots[slot].pointee.lastOccurredMicros < fact.occurredMicros { return cache.slots[slot].pointee.state }
      try itemFacts(inSlot: slot, source, into: &facts)
    } else {
      try itemFacts(of: item, source, asOf: position, into: &facts)
    }
    var state = ItemState()
    var sink = NoSink()
    for itemFact in facts where itemFact.precedes(limit) { state.apply(itemFact, in: &context, into: &sink) }
    return state
  }

  private func isReversing(_ fact: Fact, _ source: borrowing FactSource) throws -> Bool {
    guard fact.argument != 0 else { return false }
    let known = reversals[fact.argument]
    if known != 0 { return known == Self.reverses }
    let word = String(decoding: try source.symbol(fact.argument, in: .text), as: UTF8.self)
    let reverses = word == "rejected" || word == "duplicate"
    reversals.set(fact.argument, reverses ? Self.reverses : Self.settles)
    return reverses
  }

  private static var settles: UInt32 { 1 }
  private static var reverses: UInt32 { 2 }
}

/// What the attributes of a defect say of it, in the numbers of the books; 0 for what they do not say.
struct DefectWords: BitwiseCopyable {
  /// The stage in which it was found.
  var stage: UInt32 = 0
  /// The stage in which it was made.
  var origin: UInt32 = 0
  /// How bad it is: a word.
  var severity: UInt32 = 0
}
