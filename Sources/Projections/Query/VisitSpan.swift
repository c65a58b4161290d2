import LMDB
import ValueStream

/// One visit of a stage as it stands in a cut, or the part of it under one set of attributes.
struct VisitSpan: BitwiseCopyable {
  /// The item.
  var item: UInt32
  /// The number of the stage.
  var stage: UInt32
  /// The item's attributes then.
  var attributes: UInt32
  /// Who entered; 0 when that was not said.
  var actor: UInt32
  /// The value stream.
  var stream: UInt16
  /// Whether it goes on with a visit whose attributes or stream changed.
  var isContinuation: Bool
  /// Whether the visit goes on behind it, with other attributes or in another stream.
  var isContinued: Bool
  /// When the whole visit began.
  var sinceMicros: Int64
  /// When this part of it began.
  var fromMicros: Int64
  /// When it ended; nil when it had not, at the cut's instant.
  var toMicros: Int64?
  /// The position of the event that caused its opening.
  var position: UInt64

  /// The part as a posting, for filters, groups and explanations.
  @inline(__always)
  var posting: VisitPosting {
    VisitPosting(
      stamp: PostingStamp(position: position, stream: stream, flags: []), effectiveMicros: fromMicros,
      sinceMicros: sinceMicros, item: item, stage: stage, attributes: attributes, opening: 0, actor: actor)
  }
}

extension VisitSpan {
  /// When the visit commits its item, under the rules of its stream then: as it begins, in a stage that commits; nil otherwise.
  @inline(__always)
  func committedMicros(_ rules: StreamRules) -> Int64? {
    guard fromMicros == sinceMicros,
      rules.role(of: stage, in: stream, at: fromMicros, position: position).contains(.commits)
    else { return nil }
    return fromMicros
  }

  /// What a row of the index says in a cut; nil when the visit has not begun there.
  ///
  /// - Parameter before: the item's visit before it, if there is one.
  @inline(__always)
  init?(_ row: SettledVisit, _ cut: Cut, after before: VisitSpan?) {
    guard row.hasBegun(in: cut) else { return nil }
    let hasEnded = row.hasEnded(in: cut)
    let isContinuation = row.opened.flags.contains(.continuation)
    self.init(
      item: row.item, stage: row.stage, attributes: row.attributes, actor: row.actor, stream: row.opened.stream,
      isContinuation: isContinuation, isContinued: hasEnded && row.ended.flags.contains(.continuation),
      sinceMicros: isContinuation ? before?.sinceMicros ?? row.fromMicros : row.fromMicros, fromMicros: row.fromMicros,
      toMicros: hasEnded ? row.toMicros : nil, position: row.opened.position)
  }

  /// By begin; one that ended at once before one that lasted.
  @inline(__always)
  func precedes(_ other: VisitSpan) -> Bool {
    fromMicros == other.fromMicros
      ? (toMicros ?? .max) < (other.toMicros ?? .max) : fromMicros < other.fromMicros
  }
}
