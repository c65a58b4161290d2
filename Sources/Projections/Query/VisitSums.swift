import EventLog

/// The visits of one item while its postings are being added up: an opening stands unless a reversal took it back; an end likewise. Both are
/// settled by parity, and an end's time by the signed sum of the ends' times, in any order.
struct VisitSums: ~Copyable {
  /// What is known of a visit so far, besides what its opening says.
  struct Entry: BitwiseCopyable {
    var opening: UInt32
    var hasBegun: Bool
    var hasEnded: Bool
    var isContinued: Bool
    var endMicros: Int64
  }

  private var entries = GrowingBuffer<Entry>()
  /// The visit of each entry.
  private var opened = SpanBuffer()

  /// Adds a visit that the index knows, opening and end.
  mutating func add(_ row: SettledVisit, _ cut: Cut) {
    guard let span = VisitSpan(row, cut, after: opened.last) else { return }
    append(
      Entry(
        opening: row.opening, hasBegun: true, hasEnded: span.toMicros != nil, isContinued: span.isContinued,
        endMicros: span.toMicros ?? 0), span)
  }

  /// Adds a posting, if it lies in the cut.
  mutating func add(_ row: VisitPosting, _ cut: Cut) {
    guard row.effectiveMicros <= cut.atMicros, row.stamp.position <= cut.position else { return }
    let flags = row.stamp.flags
    let isNegative = flags.contains(.negative)
    let isReversal = flags.contains(.reversal)
    var place = entries.count - 1
    while place >= 0, entries[place].opening != row.opening { place -= 1 }
    if place < 0 {
      // The first posting of a visit is its opening.
      place = entries.count
      append(
        Entry(opening: row.opening, hasBegun: false, hasEnded: false, isContinued: false, endMicros: 0),
        VisitSpan(
          item: row.item, stage: row.stage, attributes: row.attributes, actor: row.actor, stream: row.stamp.stream,
          isContinuation: flags.contains(.continuation), isContinued: false, sinceMicros: row.sinceMicros,
          fromMicros: row.effectiveMicros, toMicros: nil, position: row.stamp.position))
    }
    if isNegative == isReversal {
      entries[place].hasBegun.toggle()
    } else {
      entries[place].hasEnded.toggle()
      if flags.contains(.continuation) { entries[place].isContinued.toggle() }
      entries[place].endMicros &+= isNegative ? row.effectiveMicros : -row.effectiveMicros
    }
  }

  /// Puts the visits that stand into `spans`, in the order of time, and makes room for the next item.
  mutating func settle(into spans: inout SpanBuffer) {
    for place in 0..<entries.count where entries[place].hasBegun {
      let entry = entries[place]
      var span = opened.contents[place]
      span.isContinued = entry.hasEnded && entry.isContinued
      span.toMicros = entry.hasEnded ? entry.endMicros : nil
      spans.insert(span)
    }
    entries.truncate(to: 0)
    opened.removeAll()
  }

  private mutating func append(_ entry: Entry, _ span: VisitSpan) {
    entries.append(entry)
    opened.append(span)
  }
}
