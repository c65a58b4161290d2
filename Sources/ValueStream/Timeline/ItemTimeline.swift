/// What a timeline needs to know besides the item's own facts.
public struct TimelineContext: Sendable {
  /// The definitions of the streams.
  public var rules = StreamRules()
  /// The attribute sets.
  public var attributes = AttributeSets()

  /// No definitions, no attributes.
  @inlinable public init() {}
}

extension ItemState {
  /// Applies the next fact of the item's timeline and tells `sink` what follows from it. Facts must come in the order of
  /// ``ItemFact/precedes(_:)``; the result then depends on the set of facts alone, not on the order in which they were recorded.
  @inlinable
  public mutating func apply(
    _ fact: ItemFact, in context: inout TimelineContext, into sink: inout some TimelineSink
  ) {
    let instant = fact.occurredMicros
    switch fact.kind {
    case .itemCreated: create(fact, in: &context, into: &sink)
    case .itemEntered:
      join(fact, in: &context, into: &sink)
      enter(fact.stage, fact, in: &context, into: &sink)
    case .itemLeft:
      if phase == .open, stage == fact.stage { leave(at: instant, into: &sink) }
    case .itemBlocked:
      if phase == .open || phase == .unseen, blockedSinceMicros == Self.unknown {
        blockedSinceMicros = instant
        reason = fact.word
        sink.blocked(self, at: instant)
      }
    case .itemUnblocked: unblock(at: instant, into: &sink)
    case .itemDelivered:
      join(fact, in: &context, into: &sink)
      if phase != .delivered { complete(.delivered, at: instant, into: &sink) }
    case .itemCancelled:
      if phase == .unseen { join(fact, in: &context, into: &sink) }
      if phase == .open { complete(.cancelled, at: instant, into: &sink) }
    case .itemReopened:
      join(fact, in: &context, into: &sink)
      reopen(at: instant, into: &sink)
      if fact.stage != 0 { enter(fact.stage, fact, in: &context, into: &sink) }
    case .itemChanged: change(fact, in: &context, into: &sink)
    default: break
    }
  }

  @inlinable mutating func create(
    _ fact: ItemFact, in context: inout TimelineContext, into sink: inout some TimelineSink
  ) {
    // Created twice: the first one counts, and nothing that the second says.
    guard createdMicros == Self.unknown else { return }
    let isNew = phase == .unseen
    createdMicros = fact.occurredMicros
    change(fact, in: &context, into: &sink)
    guard isNew else { return }
    phase = .open
    openedMicros = fact.occurredMicros
    sink.opened(self, at: fact.occurredMicros)
    let first =
      fact.stage != 0
      ? fact.stage
      : context.rules.firstStage(of: stream, at: fact.occurredMicros, position: fact.position)
    if first != 0 { enter(first, fact, in: &context, into: &sink) }
  }

  /// Takes over the fact's stream and attributes, and opens an item that nothing has opened yet.
  @inlinable mutating func join(
    _ fact: ItemFact, in context: inout TimelineContext, into sink: inout some TimelineSink
  ) {
    change(fact, in: &context, into: &sink)
    guard phase == .unseen else { return }
    phase = .open
    openedMicros = fact.occurredMicros
    sink.opened(self, at: fact.occurredMicros)
  }

  /// Sets attributes and stream; a visit in progress goes on under the new ones.
  @inlinable mutating func change(
    _ fact: ItemFact, in context: inout TimelineContext, into sink: inout some TimelineSink
  ) {
    let newAttributes = context.attributes.merge(fact.attributes, into: attributes)
    let newStream = fact.stream == 0 ? stream : fact.stream
    guard newAttributes != attributes || newStream != stream else { return }
    let visiting = phase == .open && stage != 0
    let blocked = blockedSinceMicros != Self.unknown
    if blocked { sink.unblocked(self, at: fact.occurredMicros) }
    isContinuing = true
    if visiting { sink.left(self, at: fact.occurredMicros) }
    attributes = newAttributes
    stream = newStream
    if visiting { sink.entered(self, at: fact.occurredMicros) }
    isContinuing = false
    if blocked { sink.blocked(self, at: fact.occurredMicros) }
  }

  @inlinable mutating func enter(
    _ newStage: UInt32, _ fact: ItemFact, in context: inout TimelineContext, into sink: inout some TimelineSink
  ) {
    let instant = fact.occurredMicros
    let role = context.rules.role(of: newStage, in: stream, at: instant, position: fact.position)
    if role.contains(.done) {
      // A second done stage ("released" after "done") changes nothing: the first one delivered the item.
      if phase != .delivered { complete(.delivered, at: instant, into: &sink) }
      return
    }
    if phase != .open { reopen(at: instant, into: &sink) }
    // Entered the stage it is already in: no new visit.
    guard newStage != stage else { return }
    let blocked = blockedSinceMicros != Self.unknown
    if blocked { sink.unblocked(self, at: instant) }
    if stage != 0 { sink.left(self, at: instant) }
    stage = newStage
    actor = fact.word
    stageSinceMicros = instant
    if committedMicros == Self.unknown, role.contains(.commits) { committedMicros = instant }
    sink.entered(self, at: instant)
    if blocked { sink.blocked(self, at: instant) }
  }

  @inlinable mutating func leave(at instant: Int64, into sink: inout some TimelineSink) {
    guard stage != 0 else { return }
    let blocked = blockedSinceMicros != Self.unknown
    if blocked { sink.unblocked(self, at: instant) }
    sink.left(self, at: instant)
    stage = 0
    actor = 0
    stageSinceMicros = Self.unknown
    if blocked { sink.blocked(self, at: instant) }
  }

  @inlinable mutating func complete(_ newPhase: ItemPhase, at instant: Int64, into sink: inout some TimelineSink) {
    // Delivered although cancelled: the cancellation no longer holds.
    reopen(at: instant, into: &sink)
    unblock(at: instant, into: &sink)
    let lastStage = stage
    leave(at: instant, into: &sink)
    phase = newPhase
    completedMicros = instant
    var completion = self
    completion.stage = lastStage
    sink.completed(completion, at: instant)
  }

  @inlinable mutating func reopen(at instant: Int64, into sink: inout some TimelineSink) {
    guard phase == .delivered || phase == .cancelled else { return }
    sink.reopened(self, at: instant)
    phase = .open
    completedMicros = Self.unknown
  }

  @inlinable mutating func unblock(at instant: Int64, into sink: inout some TimelineSink) {
    guard blockedSinceMicros != Self.unknown else { return }
    sink.unblocked(self, at: instant)
    blockedSinceMicros = Self.unknown
    reason = 0
  }
}
