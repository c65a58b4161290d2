import EventLog
import LMDB
import ValueStream

extension Projector {
  /// Learns the definitions that are in force at the checkpoint, from the log.
  func loadRules(_ source: borrowing FactSource) throws {
    for cause in causes {
      let fact = source.fact(at: cause)
      guard fact.kind == EventKind.streamDefined.rawValue, try !source.isVoided(cause, asOf: position) else { continue }
      try addRules(fact, cause, source)
    }
  }

  /// A stream was defined.
  func processDefinition(_ fact: Fact, _ source: borrowing FactSource) throws {
    noteCause(position)
    if fact.flags.contains(.voidedOnArrival), try source.isVoided(position, asOf: position) { return }
    let before = context.rules
    try addRules(fact, position, source)
    try repostItems(of: fact.stream, from: fact.occurredMicros, before, source)
  }

  /// An event was voided, or by the void of a void restored.
  func processVoid(_ fact: Fact, _ source: borrowing FactSource) throws {
    guard !(try source.isVoided(position, asOf: position)) else { return }
    // The void may be of a void, of a void …: what counts is the event at the end of the chain.
    var target = try source.target(ofVoid: position, fact, before: position)
    for _ in 0..<Voids.deepestChain where target != 0 {
      let targetFact = source.fact(at: target)
      guard FactRole.of(targetFact.kind) == .void else { break }
      target = try source.target(ofVoid: target, targetFact, before: position)
    }
    guard target != 0, target < position else { return }
    let targetFact = source.fact(at: target)
    switch FactRole.of(targetFact.kind) {
    case .item:
      let item = targetFact.subject
      let slot = try cache.find(item) ?? load(item, source, asOf: position - 1)
      try itemFacts(inSlot: slot, source, into: &old.facts)
      try itemFacts(of: item, source, asOf: position, into: &new.facts)
      try repost(slot, source)
      if targetFact.measure != 0 { try repostEvent(at: target, targetFact, source) }
    case .defect:
      try repostDefect(targetFact.subject, source)
      try repostEvent(at: target, targetFact, source)
    case .event: try repostEvent(at: target, targetFact, source)
    case .definition:
      noteCause(position)
      let before = context.rules
      context.rules.remove(position: target, stream: targetFact.stream)
      if try !source.isVoided(target, asOf: position) { try addRules(targetFact, target, source) }
      try repostItems(of: targetFact.stream, from: targetFact.occurredMicros, before, source)
    case .void, .none: break
    }
  }

  private func addRules(_ fact: Fact, _ position: UInt64, _ source: borrowing FactSource) throws {
    guard let definition = try source.log.streamDefinition(at: position) else { return }
    // Numbering the names first, in their order, keeps the numbers a function of the log.
    for name in definition.stageNames { _ = internStage(Array(name.utf8)) }
    context.rules.insert(
      definition.rules(
        occurredMicros: fact.occurredMicros, position: position, stageNumber: { stages.number(of: $0) ?? 0 }),
      stream: fact.stream)
  }

  /// Definitions have changed from an instant on: the items of the stream that have facts since then get new timelines.
  private func repostItems(
    of stream: UInt16, from instant: Int64, _ before: StreamRules, _ source: borrowing FactSource
  ) throws {
    let known = Int(position) - 1
    var affected = false
    var items: Set<UInt32> = []
    var row = 0
    while row < known {
      let block = source.block(containingRow: row)
      let count = min(block.rows.count, known - block.firstRow)
      if source.facts.header(ofBlock: row / RowTable<Fact>.rowsPerBlock).maxTimeMicros >= instant {
        // A fact that names no stream may belong to an item of this one.
        affected =
          affected
          || block.rows[0..<count].contains { $0.occurredMicros >= instant && ($0.stream == stream || $0.stream == 0) }
      }
      row = block.firstRow + count
    }
    guard affected else { return }
    row = 0
    while row < known {
      let block = source.block(containingRow: row)
      let count = min(block.rows.count, known - block.firstRow)
      for fact in block.rows[0..<count] where fact.stream == stream && FactRole.of(fact.kind) == .item {
        items.insert(fact.subject)
      }
      row = block.firstRow + count
    }
    for item in items.sorted() {
      let slot: Int
      if let known = cache.find(item) {
        slot = known
      } else {
        let after = context.rules
        context.rules = before
        slot = try load(item, source, asOf: position - 1)
        context.rules = after
      }
      guard cache.slots[slot].pointee.lastOccurredMicros >= instant else { continue }
      try itemFacts(inSlot: slot, source, into: &old.facts)
      new.facts = old.facts
      try repost(slot, source, oldRules: before)
    }
  }
}
