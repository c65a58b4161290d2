import EventLog
import ValueStream

/// Posts what a fact in order brings about, straight into the buffers.
///
/// Lives as long as a stretch of facts is projected, which the projector does with the buffers and the cache in hand: so they are held without
/// reference counts, of which there would be several for each fact.
struct DirectSink: TimelineSink {
  private let arrivals: Unmanaged<RowBuffer<ArrivalPosting>>
  private let visits: Unmanaged<RowBuffer<VisitPosting>>
  private let completions: Unmanaged<RowBuffer<CompletionPosting>>
  private let blocks: Unmanaged<RowBuffer<BlockPosting>>
  private let events: Unmanaged<RowBuffer<EventPosting>>
  private let cache: Unmanaged<ItemCache>
  var position: UInt64 = 0
  var item: UInt32 = 0
  var slot = 0

  init(pending: PendingRows, cache: ItemCache) {
    arrivals = Unmanaged.passUnretained(pending.arrivals)
    visits = Unmanaged.passUnretained(pending.visits)
    completions = Unmanaged.passUnretained(pending.completions)
    blocks = Unmanaged.passUnretained(pending.blocks)
    events = Unmanaged.passUnretained(pending.events)
    self.cache = Unmanaged.passUnretained(cache)
  }

  @inline(__always)
  private func push(_ tag: UInt64, _ row: UInt32) {
    cache._withUnsafeGuaranteedRef { $0.push(slot, tag | UInt64(row)) }
  }

  /// Posts an event as it is.
  @inline(__always)
  func post(_ fact: Fact) {
    events._withUnsafeGuaranteedRef { events in
      events.append(EventPosting(fact, causedBy: position, opening: events.nextRow, flags: []))
    }
  }

  @inline(__always)
  mutating func opened(_ state: ItemState, at instant: Int64) {
    let row = arrivals._withUnsafeGuaranteedRef { $0.nextRow }
    let posting =
      ArrivalPosting(
        stamp: PostingStamp(position: position, stream: state.stream, flags: []), effectiveMicros: instant,
        item: item, attributes: state.attributes, opening: row)
    arrivals._withUnsafeGuaranteedRef { $0.append(posting) }
    push(HistoryEntry.arrival, row)
  }

  @inline(__always)
  mutating func entered(_ state: ItemState, at instant: Int64) {
    let row = visits._withUnsafeGuaranteedRef { $0.nextRow }
    let posting =
      VisitPosting(
        stamp: PostingStamp(
          position: position, stream: state.stream, flags: state.isContinuing ? .continuation : []),
        effectiveMicros: instant, sinceMicros: state.stageSinceMicros, item: item, stage: state.stage,
        attributes: state.attributes,
        opening: row, actor: state.actor)
    visits._withUnsafeGuaranteedRef { $0.append(posting) }
    cache._withUnsafeGuaranteedRef { $0.slots[slot].pointee.visitRow = row }
    push(HistoryEntry.visit, row)
  }

  @inline(__always)
  mutating func left(_ state: ItemState, at instant: Int64) {
    let posting =
      VisitPosting(
        stamp: PostingStamp(
          position: position, stream: state.stream,
          flags: state.isContinuing ? [.negative, .continuation] : .negative),
        effectiveMicros: instant, sinceMicros: state.stageSinceMicros, item: item, stage: state.stage,
        attributes: state.attributes, opening: cache._withUnsafeGuaranteedRef { $0.slots[slot].pointee.visitRow },
        actor: state.actor)
    visits._withUnsafeGuaranteedRef { $0.append(posting) }
  }

  @inline(__always)
  mutating func blocked(_ state: ItemState, at instant: Int64) {
    let row = blocks._withUnsafeGuaranteedRef { $0.nextRow }
    let posting =
      BlockPosting(
        stamp: PostingStamp(position: position, stream: state.stream, flags: []), effectiveMicros: instant,
        sinceMicros: state.blockedSinceMicros, item: item, stage: state.stage, attributes: state.attributes,
        opening: row, reason: state.reason)
    blocks._withUnsafeGuaranteedRef { $0.append(posting) }
    cache._withUnsafeGuaranteedRef { $0.slots[slot].pointee.blockRow = row }
    push(HistoryEntry.block, row)
  }

  @inline(__always)
  mutating func unblocked(_ state: ItemState, at instant: Int64) {
    let posting =
      BlockPosting(
        stamp: PostingStamp(position: position, stream: state.stream, flags: .negative), effectiveMicros: instant,
        sinceMicros: state.blockedSinceMicros, item: item, stage: state.stage, attributes: state.attributes,
        opening: cache._withUnsafeGuaranteedRef { $0.slots[slot].pointee.blockRow }, reason: state.reason)
    blocks._withUnsafeGuaranteedRef { $0.append(posting) }
  }

  @inline(__always)
  mutating func completed(_ state: ItemState, at instant: Int64) {
    let row = completions._withUnsafeGuaranteedRef { $0.nextRow }
    let posting =
      CompletionPosting(
        stamp: PostingStamp(
          position: position, stream: state.stream, flags: state.phase == .cancelled ? .cancelled : []),
        effectiveMicros: instant, createdMicros: state.createdMicros, committedMicros: state.committedMicros,
        item: item, stage: state.stage, attributes: state.attributes, opening: row)
    completions._withUnsafeGuaranteedRef { $0.append(posting) }
    push(HistoryEntry.completion, row)
  }

  /// Never reached: the projector takes the long way for an item that was delivered or cancelled, because the row to take back has to be
  /// looked up.
  @inline(__always)
  mutating func reopened(_ state: ItemState, at instant: Int64) {
    assertionFailure("an item that is reopened takes the long way")
  }
}
