import EventLog
import LMDB
import ValueStream

/// Turns facts into postings, position by position.
///
/// A fact that is later than all that its item has seen changes the item's state and posts (the short way). A fact that arrives late, a
/// void, or a definition that changes the past makes the item's timeline anew and posts the difference (the long way, ``repost``). What
/// is posted is a function of the log alone: projecting in one go or in any number of steps gives the same bytes.
final class Projector {
  let cache = ItemCache()
  @exclusivity(unchecked) var pending: PendingRows
  @exclusivity(unchecked) var context = TimelineContext()
  @exclusivity(unchecked) var stages = NameTable()
  @exclusivity(unchecked) var texts = NameTable()
  /// Positions of the events that defined streams, or voided such events, so far (they cause postings of items that they do not name), and
  /// of those that defined policies.
  @exclusivity(unchecked) var causes: [UInt64] = []
  /// The highest subject symbol seen: a subject above it has no history.
  @exclusivity(unchecked) var highestSubject: UInt32
  /// The position up to which everything is posted.
  @exclusivity(unchecked) private(set) var position: UInt64
  /// Looks up postings that are already written.
  var postings: any PostedRows

  /// The timelines of the item that is posted anew: as it was, and as it is; and the rows of what the old one opened.
  @exclusivity(unchecked) var old = FoldedTimeline()
  @exclusivity(unchecked) var new = FoldedTimeline()
  @exclusivity(unchecked) var openings: [UInt32] = []
  /// The book's number of a stage, by the log's symbol; 0 when it was not looked up yet.
  let stageNumbers = SymbolNumbers()
  /// The book's number of a word, by the log's symbol; 0 when it was not looked up yet.
  let textNumbers = SymbolNumbers()
  /// The number of the actor that a set of attributes names, by the log's symbol; 0 for none.
  let actors = SymbolNumbers()
  /// Where in ``defectWords`` the words of a set of attributes are, counted from 1, by the log's symbol.
  let defectWordNumbers = SymbolNumbers()
  @exclusivity(unchecked) var defectWords: [DefectWords] = []
  /// Whether a resolution, by the log's symbol of its word, says that there was no defect.
  let reversals = SymbolNumbers()
  var savedAttributeSets: Int

  /// Continues from a checkpoint of the books.
  init(checkpoint: BookCheckpoint, names: BookNames, postings: any PostedRows) {
    self.postings = postings
    position = checkpoint.position
    highestSubject = checkpoint.highestSubject
    pending = PendingRows(after: checkpoint.counts)
    for name in names.stages { _ = stages.intern(name) }
    for name in names.texts { _ = texts.intern(name) }
    context.attributes = AttributeSets(encodings: names.attributeSets)
    savedAttributeSets = context.attributes.count
    causes = names.causes
  }

  /// The checkpoint that ``pending`` leads to.
  var checkpoint: BookCheckpoint {
    BookCheckpoint(position: position, highestSubject: highestSubject, counts: pending.counts)
  }

  /// Projects the facts behind ``position`` through `end`, and calls `flush` whenever enough has gathered.
  func project(
    _ source: borrowing FactSource, through end: UInt64, flush: () throws -> Void
  ) throws {
    guard source.facts.count >= Int(end) else {
      throw LedgerError.damaged(
        what: "there are \(source.facts.count) facts of \(end) records",
        position: UInt64(source.facts.count) + 1)
    }
    var sink = DirectSink(pending: pending, cache: cache)
    while position < end {
      let block = source.block(containingRow: Int(position))
      let first = Int(position) - block.firstRow
      let count = min(block.rows.count, Int(end) - block.firstRow)
      let rows = block.rows
      var outlined = first
      for index in first..<count {
        if index + 24 < count { cache.prefetchSubject(rows[index + 24].subject) }
        if index + 12 < count { cache.prefetchSlot(rows[index + 12].subject) }
        if index + 4 < count { cache.prefetchHistory(rows[index + 4].subject) }
        let fact = rows[index]
        position += 1
        try process(fact, source, &sink)
        highestSubject = max(highestSubject, fact.subject)
        if fact.flags.contains(.argumentIsSubject) { highestSubject = max(highestSubject, fact.argument) }
        if pending.isFull {
          outline(rows[outlined...index])
          outlined = index + 1
          collectNewNames()
          try flush()
          sink = DirectSink(pending: pending, cache: cache)
        }
      }
      outline(rows[outlined..<count])
    }
    collectNewNames()
    try flush()
  }

  /// Adds the outlines of facts that were processed.
  private func outline(_ facts: Slice<UnsafeBufferPointer<Fact>>) {
    let facts = UnsafeBufferPointer(rebasing: facts)
    let outlines = pending.outlines.extend(by: facts.count)
    for index in facts.indices { outlines[index] = FactOutline(facts[index]) }
  }

  @inline(__always)
  private func process(_ fact: Fact, _ source: borrowing FactSource, _ sink: inout DirectSink) throws {
    switch FactRole.of(fact.kind) {
    case .none: return
    case .item: try processItem(fact, source, &sink)
    case .definition: try processDefinition(fact, source)
    case .defect: try processDefect(fact, source, &sink)
    case .event: try processEvent(fact, source, &sink)
    case .void: try processVoid(fact, source)
    }
  }

  @inline(__always)
  private func processItem(_ fact: Fact, _ source: borrowing FactSource, _ sink: inout DirectSink) throws {
    let itemFact = try itemFact(fact, position, source)
    // What an item is worth is said by its events, not by its timeline.
    if fact.measure != 0 { try processEvent(fact, source, &sink) }
    if fact.flags.contains(.voidedOnArrival), try source.isVoided(position, asOf: position) { return }
    let slot: Int
    if let known = cache.find(fact.subject) {
      slot = known
    } else if fact.subject > highestSubject {
      slot = cache.insert(fact.subject)
    } else {
      slot = try load(fact.subject, source, asOf: position - 1)
    }
    let phase = cache.slots[slot].pointee.state.phase
    guard itemFact.occurredMicros >= cache.slots[slot].pointee.lastOccurredMicros, phase == .open || phase == .unseen
    else {
      try repostWithLateFact(slot, itemFact, source)
      return
    }
    sink.position = position
    sink.item = fact.subject
    sink.slot = slot
    cache.push(slot, HistoryEntry.fact | position)
    let place = cache.slots[slot]
    // In place: a copy would be read back before what was changed of it has reached the cache.
    place.pointee.state.apply(itemFact, in: &context, into: &sink)
    place.pointee.lastOccurredMicros = itemFact.occurredMicros
    if place.pointee.state.phase == .delivered || place.pointee.state.phase == .cancelled { cache.noteClosed(slot) }
    if itemFact.occurredMicros <= place.pointee.latestReferenceMicros {
      try repostDefects(of: fact.subject, source)
    }
  }

  // MARK: Facts in the numbers of the books

  /// The fact with its stage and attributes as the books number them.
  @inline(__always)
  func itemFact(_ fact: Fact, _ position: UInt64, _ source: borrowing FactSource) throws -> ItemFact {
    let kind = EventKind(rawValue: fact.kind) ?? .opaque
    var stage: UInt32 = 0
    if fact.argument != 0, FactRole.argumentIsStage(fact.kind) { stage = try stageNumber(fact.argument, source) }
    if fact.attributes != 0, !context.attributes.knows(delta: fact.attributes) {
      try learn(fact.attributes, source)
    }
    var word: UInt32 = 0
    if kind == .itemEntered {
      word = actors[fact.attributes]
    } else if kind == .itemBlocked, fact.argument != 0 {
      word = try textNumber(fact.argument, source)
    }
    return ItemFact(
      occurredMicros: fact.occurredMicros, position: position, stage: stage, attributes: fact.attributes, word: word,
      stream: fact.stream, kind: kind)
  }

  @inline(__always)
  private func stageNumber(_ symbol: UInt32, _ source: borrowing FactSource) throws -> UInt32 {
    let known = stageNumbers[symbol]
    if known != 0 { return known }
    let number = internStage(try source.symbol(symbol, in: .stage))
    stageNumbers.set(symbol, number)
    return number
  }

  private func textNumber(_ symbol: UInt32, _ source: borrowing FactSource) throws -> UInt32 {
    let known = textNumbers[symbol]
    if known != 0 { return known }
    let number = internText(try source.symbol(symbol, in: .text))
    textNumbers.set(symbol, number)
    return number
  }

  /// Reads what a symbol of attributes says, once.
  private func learn(_ delta: UInt32, _ source: borrowing FactSource) throws {
    let encoding = try source.symbol(delta, in: .attributes)
    context.attributes.learn(delta: delta, encoding: encoding)
    let actor = AttributeEntry.decode(encoding).first { $0.tag == AttributeTag.actor.rawValue }
    actors.set(delta, internText(actor?.bytes))
  }

  /// The number of a stage's name.
  func internStage(_ name: [UInt8]) -> UInt32 {
    let (number, isNew) = stages.intern(name)
    if isNew { pending.names.append((.stage, number, name)) }
    return number
  }

  /// The number of a word; 0 for none.
  func internText(_ name: [UInt8]?) -> UInt32 {
    guard let name else { return 0 }
    let (number, isNew) = texts.intern(name)
    if isNew { pending.names.append((.text, number, name)) }
    return number
  }

  /// Notes an event that causes postings of items that it does not name, or that defines a policy.
  func noteCause(_ position: UInt64) {
    causes.append(position)
    let bytes = withUnsafeBytes(of: position.littleEndian) { Array($0) }
    pending.names.append((.cause, UInt32(causes.count), bytes))
  }

  private func collectNewNames() {
    for number in savedAttributeSets..<context.attributes.count {
      pending.names.append((.attributes, UInt32(number), context.attributes.encodings[number]))
    }
    savedAttributeSets = context.attributes.count
  }
}

/// What a fact means to the projector.
enum FactRole {
  case none, item, definition, defect, event, void

  /// The role of a kind; facts that no book needs have none.
  @inline(__always)
  static func of(_ kind: UInt8) -> FactRole {
    switch kind {
    case 2, 3, 4, 5, 6, 7, 8, 9, 10: .item
    case 1: .definition
    case 13, 14: .defect
    case 11, 12, 15...27: .event
    case 28: .void
    default: .none
    }
  }

  /// Whether the argument of an item's fact is a stage.
  @inline(__always)
  static func argumentIsStage(_ kind: UInt8) -> Bool { kind == 2 || kind == 3 || kind == 4 || kind == 9 }
}
