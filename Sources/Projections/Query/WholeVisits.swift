/// A visit of a stage from its beginning to its end, whatever changed about the item meanwhile.
struct WholeVisit {
  /// The item.
  var item: UInt32
  /// The number of the stage.
  var stage: UInt32
  /// The item's attributes when the visit began.
  var attributes: UInt32
  /// Who entered; 0 when that was not said.
  var actor: UInt32
  /// The value stream when the visit began.
  var stream: UInt16
  /// When it began.
  var fromMicros: Int64
  /// When it ended; nil when it had not, at the cut's instant.
  var toMicros: Int64?
  /// How long it has lasted, by the question's clock.
  var lastedMicros: Int64
  /// The position of the event that caused its opening.
  var position: UInt64

  fileprivate init(_ span: VisitSpan, _ clock: SpanClock, _ atMicros: Int64) {
    item = span.item
    stage = span.stage
    attributes = span.attributes
    actor = span.actor
    stream = span.stream
    fromMicros = span.sinceMicros
    toMicros = span.toMicros
    lastedMicros = clock.span(span.stream, from: span.fromMicros, to: span.toMicros ?? atMicros)
    position = span.position
  }

  fileprivate mutating func goOn(_ span: VisitSpan, _ clock: SpanClock, _ atMicros: Int64) {
    toMicros = span.toMicros
    lastedMicros += clock.span(span.stream, from: span.fromMicros, to: span.toMicros ?? atMicros)
  }

  /// The visit as a posting, so that filters, groups and explanations know what to do with it.
  var posting: VisitPosting {
    VisitPosting(
      stamp: PostingStamp(position: position, stream: stream, flags: []), effectiveMicros: fromMicros,
      sinceMicros: fromMicros, item: item, stage: stage, attributes: attributes, opening: 0, actor: actor)
  }
}

/// Calls `body` with the visits of one item, as ``forEachItem(_:_:)`` gives them, those that only changed attributes put together.
@inline(__always)
func forEachVisit(
  _ spans: ItemSpans, _ parts: borrowing AnswerParts, _ body: (WholeVisit) throws -> Void
) rethrows {
  let clock = parts.clock
  let atMicros = parts.cut.atMicros
  var index = spans.startIndex
  while index < spans.endIndex {
    var visit = WholeVisit(spans[index], clock, atMicros)
    index += 1
    while index < spans.endIndex, spans[index].isContinuation {
      visit.goOn(spans[index], clock, atMicros)
      index += 1
    }
    try body(visit)
  }
}

/// Calls `body` with the visits of one item from the last to the first: with the part that each began with, as a posting of its beginning,
/// and its end, nil when it goes on. For who does not ask how long they lasted.
@inline(__always)
func forEachVisitBackwards(_ spans: ItemSpans, _ body: (_ begun: VisitPosting, _ endMicros: Int64?) -> Void) {
  var index = spans.endIndex
  while index > spans.startIndex {
    index -= 1
    let endMicros = spans[index].toMicros
    while spans[index].isContinuation, index > spans.startIndex { index -= 1 }
    var begun = spans[index].posting
    begun.effectiveMicros = begun.sinceMicros
    body(begun, endMicros)
  }
}

/// Calls `body` with the visits of one item that a policy keeps: with `places`, those of a stage that lies behind one which the item entered
/// later are dropped (`backwardMoves: forgetLater`). Stages without a place stay.
@inline(__always)
func forEachKeptVisit(
  _ spans: ItemSpans, _ parts: borrowing AnswerParts, _ places: StageTable?,
  _ body: (WholeVisit) throws -> Void
) rethrows {
  guard let places else { return try forEachVisit(spans, parts, body) }
  var visits: [WholeVisit] = []
  forEachVisit(spans, parts) { visits.append($0) }
  var isKept = [Bool](repeating: true, count: visits.count)
  var earliestLater = Int.max
  for (index, visit) in visits.enumerated().reversed() {
    guard let place = places[visit.stage, visit.stream] else { continue }
    isKept[index] = place <= earliestLater
    earliestLater = min(earliestLater, place)
  }
  for (visit, isKept) in zip(visits, isKept) where isKept { try body(visit) }
}
