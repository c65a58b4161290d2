import LMDB

/// A visit of a stage, or the piece of one under one set of attributes, from its beginning to its end: two postings of the book of visits
/// in one row. See ``VisitIndex``.
struct SettledVisit: FixedRow, Equatable {
  /// When it began.
  var fromMicros: Int64
  /// When it ended; 0 when it goes on.
  var toMicros: Int64
  /// The stamp of the posting that opened it.
  var opened: PostingStamp
  /// The stamp of the posting that ended it; position 0 when it goes on.
  var ended: PostingStamp
  /// The item.
  var item: UInt32
  /// The number of the stage.
  var stage: UInt32
  /// The item's attributes then.
  var attributes: UInt32
  /// Who entered; 0 when that was not said.
  var actor: UInt32
  /// The number of the posting that opened it, in the book.
  var opening: UInt32
  /// Zero.
  var reserved: UInt32 = 0

  /// By the number of the row: the rows are in the order of items.
  var rowPosition: UInt64 { 0 }
  /// The zone map covers the beginnings.
  var rowTimeMicros: Int64 { fromMicros }

  /// The visit that a posting opens, and another one may have ended.
  init(_ opening: VisitPosting, row: UInt32, end: VisitPosting?) {
    fromMicros = opening.effectiveMicros
    toMicros = end?.effectiveMicros ?? 0
    opened = opening.stamp
    ended = end?.stamp ?? PostingStamp(position: 0, stream: 0, flags: [])
    item = opening.item
    stage = opening.stage
    attributes = opening.attributes
    actor = opening.actor
    self.opening = row
  }

  /// Whether it has begun in a cut.
  @inline(__always)
  func hasBegun(in cut: Cut) -> Bool { fromMicros <= cut.atMicros && opened.position <= cut.position }

  /// Whether it has ended in a cut.
  @inline(__always)
  func hasEnded(in cut: Cut) -> Bool {
    ended.position != 0 && toMicros <= cut.atMicros && ended.position <= cut.position
  }
}
