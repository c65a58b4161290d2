import ValueStream

/// Posts what a fact in order brings about, straight into the buffers.
struct DirectSink: TimelineSink {
  let pending: PendingRows
  let cache: ItemCache
  var position: UInt64 = 0
  var item: UInt32 = 0
  var slot = 0

  @inline(__always)
  mutating func opened(_ state: ItemState, at instant: Int64) {
    let row = pending.arrivals.nextRow
    pending.arrivals.append(
      ArrivalPosting(
        stamp: PostingStamp(position: position, stream: state.stream, flags: []), effectiveMicros: instant,
        item: item, attributes: state.attributes, opening: row))
    cache.push(slot, HistoryEntry.arrival | UInt64(row))
  }

  @inline(__always)
  mutating func entered(_ state: ItemState, at instant: Int64) {
    let row = pending.visits.nextRow
    pending.visits.append(
      VisitPosting(
        stamp: PostingStamp(
          position: position, stream: state.stream, flags: state.isContinuing ? .continuation : []),
        effectiveMicros: instant, sinceMicros: state.stageSinceMicros, item: item, stage: state.stage,
        attributes: state.attributes,
        opening: row, actor: state.actor))
    cache.slots[slot].visitRow = row
    cache.push(slot, HistoryEntry.visit | UInt64(row))
  }

  @inline(__always)
  mutating func left(_ state: ItemState, at instant: Int64) {
    pending.visits.append(
      VisitPosting(
        stamp: PostingStamp(
          position: position, stream: state.stream,
          flags: state.isContinuing ? [.negative, .continuation] : .negative),
        effectiveMicros: instant, sinceMicros: state.stageSinceMicros, item: item, stage: state.stage,
        attributes: state.attributes, opening: cache.slots[slot].visitRow, actor: state.actor))
  }

  @inline(__always)
  mutating func blocked(_ state: ItemState, at instant: Int64) {
    let row = pending.blocks.nextRow
    pending.blocks.append(
      BlockPosting(
        stamp: PostingStamp(position: position, stream: state.stream, flags: []), effectiveMicros: instant,
        sinceMicros: state.blockedSinceMicros, item: item, stage: state.stage, attributes: state.attributes,
        opening: row, reason: state.reason))
    cache.slots[slot].blockRow = row
    cache.push(slot, HistoryEntry.block | UInt64(row))
  }

  @inline(__always)
  mutating func unblocked(_ state: ItemState, at instant: Int64) {
    pending.blocks.append(
      BlockPosting(
        stamp: PostingStamp(position: position, stream: state.stream, flags: .negative), effectiveMicros: instant,
        sinceMicros: state.blockedSinceMicros, item: item, stage: state.stage, attributes: state.attributes,
        opening: cache.slots[slot].blockRow, reason: state.reason))
  }

  @inline(__always)
  mutating func completed(_ state: ItemState, at instant: Int64) {
    let row = pending.completions.nextRow
    pending.completions.append(
      CompletionPosting(
        stamp: PostingStamp(
          position: position, stream: state.stream, flags: state.phase == .cancelled ? .cancelled : []),
        effectiveMicros: instant, createdMicros: state.createdMicros, committedMicros: state.committedMicros,
        item: item, stage: state.stage, attributes: state.attributes, opening: row))
    cache.push(slot, HistoryEntry.completion | UInt64(row))
  }

  /// Never reached: the projector takes the long way for an item that was delivered or cancelled, because the row to take back has to be
  /// looked up.
  @inline(__always)
  mutating func reopened(_ state: ItemState, at instant: Int64) {
    assertionFailure("an item that is reopened takes the long way")
  }
}
