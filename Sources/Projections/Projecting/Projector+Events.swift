import EventLog
import ValueStream

extension Projector {
  /// An event that is about neither an item's way nor a defect: it is posted as it is.
  @inline(__always)
  func processEvent(_ fact: Fact, _ source: borrowing FactSource, _ sink: inout DirectSink) throws {
    if fact.flags.contains(.voidedOnArrival), try source.isVoided(position, asOf: position) { return }
    sink.position = position
    sink.post(fact)
    // Every question needs the policies: they are found without going through the book.
    if fact.kind == EventKind.policyDefined.rawValue { noteCause(position) }
  }

  /// An event was voided, or restored by the void of its void.
  func repostEvent(at target: UInt64, _ fact: Fact, _ source: borrowing FactSource) throws {
    let was = try source.isVoided(target, asOf: position - 1)
    let isNow = try source.isVoided(target, asOf: position)
    guard was != isNow else { return }
    let opening = try eventOpening(of: target, fact, source)
    if isNow {
      guard let opening else {
        throw BookDamage(detail: "the posting of the event at position \(target) is missing")
      }
      post(fact, opening: opening, flags: [.negative, .reversal])
    } else {
      post(fact, opening: opening ?? pending.events.nextRow, flags: opening == nil ? [] : .reversal)
      if opening == nil, fact.kind == EventKind.policyDefined.rawValue { noteCause(target) }
    }
  }

  /// The row that first posted an event: caused by the event itself, or, when a void of it was there before it, by the void of that.
  private func eventOpening(of target: UInt64, _ fact: Fact, _ source: borrowing FactSource) throws -> UInt32? {
    var positions = [target]
    try addVoids(to: &positions, source)
    for cause in positions.sorted() where cause < position {
      if let row = try postings.eventOpening(ofSubject: fact.subject, causedBy: cause, pending) { return row }
    }
    return nil
  }

  private func post(_ fact: Fact, opening: UInt32, flags: PostingFlags) {
    pending.events.append(EventPosting(fact, causedBy: position, opening: opening, flags: flags))
  }
}

extension EventPosting {
  /// What a fact says, posted because of the event at a position.
  @inline(__always)
  init(_ fact: Fact, causedBy position: UInt64, opening: UInt32, flags: PostingFlags) {
    self.init(
      stamp: PostingStamp(position: position, stream: fact.stream, flags: flags), effectiveMicros: fact.occurredMicros,
      measure: fact.measure, subject: fact.subject, argument: fact.argument, attributes: fact.attributes,
      opening: opening, kind: fact.kind, factFlags: fact.flags.rawValue)
  }
}
