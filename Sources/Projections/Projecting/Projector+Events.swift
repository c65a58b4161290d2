import EventLog
import ValueStream

extension Projector {
  /// An event that is about neither an item's way nor a defect: it is posted as it is.
  ///
  /// One that was voided before it arrived is posted all the same, and taken back at once: whatever becomes of it later, its entry was opened
  /// at its own position.
  @inline(__always)
  func processEvent(_ fact: Fact, _ source: borrowing FactSource, _ sink: inout DirectSink) throws {
    let row = pending.events.nextRow
    sink.position = position
    sink.post(fact)
    if fact.flags.contains(.voidedOnArrival), try source.isVoided(position, asOf: position) {
      post(fact, opening: row, flags: [.negative, .reversal])
    }
    // Every question needs the policies: they are found without going through the book.
    if fact.kind == EventKind.policyDefined.rawValue { noteCause(position) }
  }

  /// An event was voided, or restored by the void of its void.
  func repostEvent(at target: UInt64, _ fact: Fact, _ source: borrowing FactSource) throws {
    let isNow = try source.isVoided(target, asOf: position)
    guard try source.isVoided(target, asOf: position - 1) != isNow else { return }
    guard let opening = try postings.eventOpening(ofSubject: fact.subject, causedBy: target, pending) else {
      throw BookDamage(detail: "the posting of the event at position \(target) is missing")
    }
    post(fact, opening: opening, flags: isNow ? [.negative, .reversal] : .reversal)
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
