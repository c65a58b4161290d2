import ValueStream

/// An entry that a timeline demands in a book, without regard to where it is posted: what a repost compares.
struct TimelineEntry: Equatable {
  enum Book: UInt8 { case arrivals, visits, completions, blocks }

  var book: Book
  var isNegative: Bool
  var isCancelled = false
  /// Visits: whether a piece goes on with the visit, or is gone on with.
  var isContinuation = false
  var stream: UInt16
  var effectiveMicros: Int64
  /// Visits and blocks: when they began. Completions: when the item was created.
  var firstMicros: Int64 = 0
  /// Completions: when the item was committed to.
  var secondMicros: Int64 = 0
  var stage: UInt32
  var attributes: UInt32
  /// Visits: who entered. Blocks: why.
  var word: UInt32 = 0
  /// The index, among the timeline's entries, of the entry that this one takes back; its own for an opening entry.
  var opening: Int
}

/// Collects the entries of a timeline.
struct EntryCollector: TimelineSink {
  private(set) var entries: [TimelineEntry] = []
  private var openVisit = -1
  private var openCompletion = -1
  private var openBlock = -1

  mutating func removeAll() {
    entries.removeAll(keepingCapacity: true)
    openVisit = -1
    openCompletion = -1
    openBlock = -1
  }

  mutating func opened(_ state: ItemState, at instant: Int64) {
    entries.append(
      TimelineEntry(
        book: .arrivals, isNegative: false, stream: state.stream, effectiveMicros: instant, stage: 0,
        attributes: state.attributes, opening: entries.count))
  }

  mutating func entered(_ state: ItemState, at instant: Int64) {
    openVisit = entries.count
    entries.append(
      TimelineEntry(
        book: .visits, isNegative: false, isContinuation: state.isContinuing, stream: state.stream,
        effectiveMicros: instant, firstMicros: state.stageSinceMicros, stage: state.stage, attributes: state.attributes,
        word: state.actor,
        opening: entries.count))
  }

  mutating func blocked(_ state: ItemState, at instant: Int64) {
    openBlock = entries.count
    entries.append(
      TimelineEntry(
        book: .blocks, isNegative: false, stream: state.stream, effectiveMicros: instant,
        firstMicros: state.blockedSinceMicros, stage: state.stage, attributes: state.attributes, word: state.reason,
        opening: entries.count))
  }

  mutating func unblocked(_ state: ItemState, at instant: Int64) { close(openBlock, at: instant) }

  mutating func left(_ state: ItemState, at instant: Int64) {
    close(openVisit, at: instant, isContinuation: state.isContinuing)
  }

  mutating func completed(_ state: ItemState, at instant: Int64) {
    openCompletion = entries.count
    entries.append(
      TimelineEntry(
        book: .completions, isNegative: false, isCancelled: state.phase == .cancelled, stream: state.stream,
        effectiveMicros: instant, firstMicros: state.createdMicros, secondMicros: state.committedMicros,
        stage: state.stage, attributes: state.attributes, opening: entries.count))
  }

  mutating func reopened(_ state: ItemState, at instant: Int64) { close(openCompletion, at: instant) }

  private mutating func close(_ opening: Int, at instant: Int64, isContinuation: Bool = false) {
    guard opening >= 0 else { return }
    var entry = entries[opening]
    entry.isNegative = true
    entry.isContinuation = isContinuation
    entry.effectiveMicros = instant
    entries.append(entry)
  }
}

/// Only the state at the end of a timeline is wanted.
struct NoSink: TimelineSink {
  mutating func opened(_ state: ItemState, at instant: Int64) {}
  mutating func entered(_ state: ItemState, at instant: Int64) {}
  mutating func left(_ state: ItemState, at instant: Int64) {}
  mutating func completed(_ state: ItemState, at instant: Int64) {}
  mutating func reopened(_ state: ItemState, at instant: Int64) {}
}
