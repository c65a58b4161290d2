/// A visit of a stage from its beginning to its end, whatever changed about the item meanwhile.
///
/// It points into the visits of its item, and is valid only as long as these are lent: three words, where a copy of what they say would be
/// written and read again for each visit.
struct WholeVisit {
  private let begin: UnsafePointer<VisitSpan>
  private let end: UnsafePointer<VisitSpan>
  /// How long it has lasted, by the question's clock; 0 for who did not ask.
  let lastedMicros: Int64

  @inline(__always)
  fileprivate init(from begin: UnsafePointer<VisitSpan>, through end: UnsafePointer<VisitSpan>, lasted: Int64 = 0) {
    self.begin = begin
    self.end = end
    lastedMicros = lasted
  }

  /// The item.
  @inline(__always) var item: UInt32 { begin.pointee.item }
  /// The number of the stage.
  @inline(__always) var stage: UInt32 { begin.pointee.stage }
  /// The item's attributes when the visit began.
  @inline(__always) var attributes: UInt32 { begin.pointee.attributes }
  /// Who entered; 0 when that was not said.
  @inline(__always) var actor: UInt32 { begin.pointee.actor }
  /// The value stream when the visit began.
  @inline(__always) var stream: UInt16 { begin.pointee.stream }
  /// When it began.
  @inline(__always) var fromMicros: Int64 { begin.pointee.sinceMicros }
  /// When it ended; nil when it had not, at the cut's instant.
  @inline(__always) var toMicros: Int64? { end.pointee.toMicros }
  /// The position of the event that caused its opening.
  @inline(__always) var position: UInt64 { begin.pointee.position }

  /// When the item began a visit of the same stage the next time; nil when it did not.
  ///
  /// - Parameter spans: the visits of the item.
  func nextMicros(in spans: ItemSpans) -> Int64? {
    guard let first = spans.baseAddress else { return nil }
    var next = self.end + 1
    while next < first + spans.count {
      if next.pointee.stage == stage, !next.pointee.isContinuation { return next.pointee.sinceMicros }
      next += 1
    }
    return nil
  }

  /// The visit as a posting, so that filters, groups and explanations know what to do with it.
  @inline(__always)
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
  guard var begin = spans.baseAddress else { return }
  let clock = parts.clock
  let atMicros = parts.cut.atMicros
  let behind = begin + spans.count
  while begin < behind {
    var end = begin
    var lasted = clock.lasted(end, atMicros)
    while end + 1 < behind, end[1].isContinuation {
      end += 1
      lasted += clock.lasted(end, atMicros)
    }
    try body(WholeVisit(from: begin, through: end, lasted: lasted))
    begin = end + 1
  }
}

extension SpanClock {
  /// How long a part of a visit has lasted at an instant.
  @inline(__always)
  fileprivate func lasted(_ part: UnsafePointer<VisitSpan>, _ atMicros: Int64) -> Int64 {
    span(part.pointee.stream, from: part.pointee.fromMicros, to: part.pointee.toMicros ?? atMicros)
  }
}

/// Calls `body` with the visits of one item from the last to the first, for who does not ask how long they lasted.
@inline(__always)
func forEachVisitBackwards(_ spans: ItemSpans, _ body: (WholeVisit) -> Void) {
  guard let first = spans.baseAddress else { return }
  var behind = first + spans.count
  while behind > first {
    let end = behind - 1
    var begin = end
    while begin.pointee.isContinuation, begin > first { begin -= 1 }
    body(WholeVisit(from: begin, through: end))
    behind = begin
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
