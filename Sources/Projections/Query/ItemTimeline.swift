import EventLog
import ValueStream

/// The life of one item as known in a cut: its visits of stages, when it was blocked, and how it ended.
public struct ItemTimeline: Sendable, Equatable {
  /// One visit of a stage, or a time in no stage.
  public struct Visit: Sendable, Equatable {
    /// The stage; nil for a time between stages.
    public var stage: String?
    /// When it began.
    public var enteredMicros: Int64
    /// When it ended; nil when it had not, at the cut's instant.
    public var leftMicros: Int64?
    /// How much of it the item was blocked.
    public var blockedMicros: Int64 = 0
    /// Whether the item had left this stage, or a later one in the stream's order, before: rework.
    public var isRework = false
  }

  /// The item's id.
  public var item: String
  /// Its value stream, when one was named.
  public var stream: String?
  /// Where it is in its life.
  public var phase: ItemPhase
  /// Its attributes: names (labels as `label:KEY`) and values.
  public var attributes: [(name: String, value: String)]
  /// When it was created, if known.
  public var createdMicros: Int64?
  /// When it was first seen in the system.
  public var openedMicros: Int64?
  /// When it was committed to.
  public var committedMicros: Int64?
  /// When it was delivered or cancelled.
  public var completedMicros: Int64?
  /// Since when it is blocked, if it is.
  public var blockedSinceMicros: Int64?
  /// The visits, in order.
  public var visits: [Visit]
  /// The number of times it was opened again.
  public var reopenings: Int
  /// The positions of all events about it that count in the cut.
  public var positions: [UInt64]

  /// Compares everything.
  public static func == (left: ItemTimeline, right: ItemTimeline) -> Bool {
    left.item == right.item && left.stream == right.stream && left.phase == right.phase
      && left.attributes.elementsEqual(right.attributes, by: ==) && left.createdMicros == right.createdMicros
      && left.openedMicros == right.openedMicros && left.committedMicros == right.committedMicros
      && left.completedMicros == right.completedMicros && left.blockedSinceMicros == right.blockedSinceMicros
      && left.visits == right.visits && left.reopenings == right.reopenings && left.positions == right.positions
  }
}

extension LedgerView {
  /// The timeline of an item; throws a ``QueryError`` when the ledger knows no such item in the cut.
  public func timeline(of item: String, in cut: Cut) throws -> ItemTimeline {
    guard let subject = try log.symbolID("i\(item)", in: .subject) else {
      throw QueryError(
        "There is no item \"\(item)\" in this ledger. Check the id; `vsl log` lists events with their subjects.")
    }
    let allFacts = try log.facts()
    var context = TimelineContext()
    context.rules = try rules(in: cut)
    context.attributes = AttributeSets(encodings: attributeSets)
    var facts: [ItemFact] = []
    var positions: [UInt64] = []
    try log.positions(ofSubject: subject, into: &positions)
    for position in positions where position <= cut.position {
      let fact = allFacts.row(at: Int(position) - 1)
      guard fact.occurredMicros <= cut.atMicros, let kind = EventKind(rawValue: fact.kind),
        try !Voids.isVoided(position, asOf: cut.position, log)
      else { continue }
      if fact.attributes != 0, !context.attributes.knows(delta: fact.attributes) {
        context.attributes.learn(
          delta: fact.attributes, encoding: log.symbolBytes(fact.attributes, in: .attributes).map(Array.init) ?? [])
      }
      var stage: UInt32 = 0
      if fact.argument != 0, FactRole.argumentIsStage(fact.kind),
        let name = log.symbolBytes(fact.argument, in: .stage)
      {
        stage = stages.number(of: Array(name)) ?? 0
      }
      facts.append(
        ItemFact(
          occurredMicros: fact.occurredMicros, position: position, stage: stage, attributes: fact.attributes,
          stream: fact.stream, kind: kind))
    }
    guard !facts.isEmpty else {
      throw QueryError(
        "Item \"\(item)\" was not known at position \(cut.position) and the time asked for. Ask for a later --known-at or --at."
      )
    }
    facts.sort { $0.precedes($1) }
    var state = ItemState()
    var sink = VisitSink()
    for fact in facts { state.apply(fact, in: &context, into: &sink) }
    if state.blockedSinceMicros != ItemState.unknown { sink.blocks.append((sink.pieceBegan, cut.atMicros)) }
    return timeline(item, state, sink, context, facts.map(\.position).sorted(), cut)
  }

  private func timeline(
    _ item: String, _ state: ItemState, _ sink: VisitSink, _ context: TimelineContext, _ positions: [UInt64],
    _ cut: Cut
  ) -> ItemTimeline {
    let order = context.rules.definition(of: state.stream, at: cut.atMicros)?.stages.map(\.number) ?? []
    var furthestLeft = -1
    var visits: [ItemTimeline.Visit] = []
    for visit in sink.visits {
      if let last = visits.last?.leftMicros, last < visit.from {
        visits.append(ItemTimeline.Visit(stage: nil, enteredMicros: last, leftMicros: visit.from))
      }
      let place = order.firstIndex(of: visit.stage)
      visits.append(
        ItemTimeline.Visit(
          stage: stages.name(visit.stage), enteredMicros: visit.from, leftMicros: visit.to,
          isRework: place.map { $0 <= furthestLeft } ?? false))
      if let place, visit.to != nil { furthestLeft = max(furthestLeft, place) }
    }
    for index in visits.indices {
      let end = visits[index].leftMicros ?? cut.atMicros
      for block in sink.blocks {
        visits[index].blockedMicros += max(0, min(end, block.to) - max(visits[index].enteredMicros, block.from))
      }
    }
    return ItemTimeline(
      item: item, stream: streamName(state.stream), phase: state.phase,
      attributes: context.attributes.entries(of: state.attributes).map { entry in
        let name =
          entry.labelKey.map { "label:\($0)" } ?? ItemAttribute(rawValue: entry.tag)?.name ?? "attribute \(entry.tag)"
        return (name, entry.value)
      },
      createdMicros: Self.known(state.createdMicros), openedMicros: Self.known(state.openedMicros),
      committedMicros: Self.known(state.committedMicros), completedMicros: Self.known(state.completedMicros),
      blockedSinceMicros: Self.known(state.blockedSinceMicros), visits: visits, reopenings: sink.reopenings,
      positions: positions)
  }

  private static func known(_ micros: Int64) -> Int64? { micros == ItemState.unknown ? nil : micros }
}

/// Collects visits and blocked times.
private struct VisitSink: TimelineSink {
  var visits: [(stage: UInt32, from: Int64, to: Int64?)] = []
  var blocks: [(from: Int64, to: Int64)] = []
  var pieceBegan: Int64 = 0
  var reopenings = 0

  mutating func opened(_ state: ItemState, at instant: Int64) {}

  mutating func entered(_ state: ItemState, at instant: Int64) {
    if let last = visits.last, last.stage == state.stage, last.from == state.stageSinceMicros, last.to == instant {
      // Only attributes changed: the visit goes on.
      visits[visits.count - 1].to = nil
    } else {
      visits.append((state.stage, instant, nil))
    }
  }

  mutating func left(_ state: ItemState, at instant: Int64) {
    guard !visits.isEmpty else { return }
    visits[visits.count - 1].to = instant
  }

  mutating func completed(_ state: ItemState, at instant: Int64) {}
  mutating func reopened(_ state: ItemState, at instant: Int64) { reopenings += 1 }

  mutating func blocked(_ state: ItemState, at instant: Int64) { pieceBegan = instant }
  mutating func unblocked(_ state: ItemState, at instant: Int64) { blocks.append((pieceBegan, instant)) }
}
