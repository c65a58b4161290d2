import LMDB

/// The first eight bytes of every posting: the position that caused it, the value stream, and what kind of entry it is.
public struct PostingStamp: BitwiseCopyable, Sendable, Equatable {
  /// The largest position that fits: 2^40 − 1.
  public static let maximumPosition: UInt64 = (1 << 40) - 1

  /// Bits 0…39 position, 40…55 stream, 56…63 flags.
  public let rawValue: UInt64

  /// Packs a stamp; a position beyond ``maximumPosition`` loses its high bits, so the projector stops before.
  @inlinable
  public init(position: UInt64, stream: UInt16, flags: PostingFlags) {
    rawValue = position & Self.maximumPosition | UInt64(stream) << 40 | UInt64(flags.rawValue) << 56
  }

  /// The position of the event that caused the posting: when the ledger learned it.
  @inlinable public var position: UInt64 { rawValue & Self.maximumPosition }
  /// The value stream; 0 when none was named.
  @inlinable public var stream: UInt16 { UInt16(truncatingIfNeeded: rawValue >> 40) }
  /// What kind of entry it is.
  @inlinable public var flags: PostingFlags { PostingFlags(rawValue: UInt8(truncatingIfNeeded: rawValue >> 56)) }
}

/// What a posting says besides its values.
public struct PostingFlags: OptionSet, BitwiseCopyable, Sendable {
  /// The bits, as stored.
  public let rawValue: UInt8
  /// Makes flags from stored bits.
  @inlinable public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The posting takes back (−1) the one that its `opening` names; without it, it adds (+1).
  @inlinable public static var negative: PostingFlags { PostingFlags(rawValue: 1) }
  /// The posting takes back another one that was wrong: an earlier fact arrived late, or one was voided. (A −1 without it is a natural
  /// end: the item left the stage.)
  @inlinable public static var reversal: PostingFlags { PostingFlags(rawValue: 2) }
  /// A completion without delivery.
  @inlinable public static var cancelled: PostingFlags { PostingFlags(rawValue: 4) }
  /// A defect that escaped: said so, or found after its item was delivered.
  @inlinable public static var escaped: PostingFlags { PostingFlags(rawValue: 8) }
  /// Of a visit: the opening of a further piece of a visit that goes on under other attributes, or the end of a piece that is gone on with.
  @inlinable public static var continuation: PostingFlags { PostingFlags(rawValue: 16) }
}

/// A signed row of a book.
///
/// Whether an entry stands in a cut (known-at position, at time) is the parity of the postings inside the cut that share its `opening`:
/// +1 postings and −1 postings of one opening alternate, whatever order they were posted in, so their signed sum is 0 or 1.
public protocol Posting: FixedRow {
  /// Cause, stream, flags.
  var stamp: PostingStamp { get set }
  /// From when on the posting counts, in microseconds since 1970.
  var effectiveMicros: Int64 { get set }
  /// The row number, in the same book, of the posting that opened the entry; its own number when it is that posting.
  var opening: UInt32 { get set }
  /// The subject whose timeline the posting belongs to.
  var subject: UInt32 { get }
  /// The set of attributes that the item had.
  var attributes: UInt32 { get }
}

extension Posting {
  /// The causing position orders a book.
  @inlinable public var rowPosition: UInt64 { stamp.position }
  /// The zone map covers the effective time.
  @inlinable public var rowTimeMicros: Int64 { effectiveMicros }
}

/// `book.arrivals`: an item came into the system (+1).
public struct ArrivalPosting: Posting, Equatable {
  /// See ``Posting``.
  public var stamp: PostingStamp
  /// When it came.
  public var effectiveMicros: Int64
  /// The item.
  public var item: UInt32
  /// Its attributes then.
  public var attributes: UInt32
  /// See ``Posting``.
  public var opening: UInt32
  /// Zero.
  public var reserved: UInt32 = 0
  /// The item.
  @inlinable public var subject: UInt32 { item }
}

/// `book.visits`: an item entered a stage (+1) and left it (−1). The stage's balance is its queue.
public struct VisitPosting: Posting, Equatable {
  /// See ``Posting``.
  public var stamp: PostingStamp
  /// When it entered or left, or when its attributes changed.
  public var effectiveMicros: Int64
  /// When the visit began.
  public var sinceMicros: Int64
  /// The item.
  public var item: UInt32
  /// The stage's number in the books.
  public var stage: UInt32
  /// Its attributes then.
  public var attributes: UInt32
  /// See ``Posting``.
  public var opening: UInt32
  /// The number of the word for who entered the stage; 0 when that was not said.
  public var actor: UInt32
  /// Zero.
  public var reserved: UInt32 = 0
  /// The item.
  @inlinable public var subject: UInt32 { item }
}

/// `book.blocks`: an item was blocked (+1) and unblocked (−1); a block that goes on in another stage or under other attributes is posted
/// in pieces.
public struct BlockPosting: Posting, Equatable {
  /// See ``Posting``.
  public var stamp: PostingStamp
  /// When it, or this piece of it, began or ended.
  public var effectiveMicros: Int64
  /// When the whole block began.
  public var sinceMicros: Int64
  /// The item.
  public var item: UInt32
  /// The stage the item was in; 0 for none.
  public var stage: UInt32
  /// Its attributes then.
  public var attributes: UInt32
  /// See ``Posting``.
  public var opening: UInt32
  /// The number of the word for why; 0 when that was not said.
  public var reason: UInt32
  /// Zero.
  public var reserved: UInt32 = 0
  /// The item.
  @inlinable public var subject: UInt32 { item }
}

/// `book.completions`: an item was delivered or cancelled (+1), or is open again (−1).
public struct CompletionPosting: Posting, Equatable {
  /// See ``Posting``.
  public var stamp: PostingStamp
  /// When it was delivered or cancelled; of a −1, from when on that no longer holds.
  public var effectiveMicros: Int64
  /// When the item was created; `ItemState.unknown` when no created fact is known.
  public var createdMicros: Int64
  /// When the item was committed to; `ItemState.unknown` when it never was.
  public var committedMicros: Int64
  /// The item.
  public var item: UInt32
  /// The last stage it was in; 0 for none.
  public var stage: UInt32
  /// Its attributes then.
  public var attributes: UInt32
  /// See ``Posting``.
  public var opening: UInt32
  /// The item.
  @inlinable public var subject: UInt32 { item }
}

/// `book.defects`: a defect was found (+1), or turned out to be none (−1: rejected, duplicate).
public struct DefectPosting: Posting, Equatable {
  /// See ``Posting``.
  public var stamp: PostingStamp
  /// When it was found; of a −1, from when on it no longer counts.
  public var effectiveMicros: Int64
  /// The defect.
  public var defect: UInt32
  /// Its item; 0 when none is named.
  public var item: UInt32
  /// The stage where it was found; 0 when not said.
  public var stage: UInt32
  /// The stage where it was made; 0 when not said.
  public var origin: UInt32
  /// The number of the severity's word in the books; 0 when not said.
  public var severity: UInt32
  /// The item's attributes when the defect was found.
  public var attributes: UInt32
  /// See ``Posting``.
  public var opening: UInt32
  /// Zero.
  public var reserved: UInt32 = 0
  /// The defect.
  @inlinable public var subject: UInt32 { defect }
}

/// `book.events`: an event that says more than an item's way through the stages: a check, a change, a deployment, an incident, feedback,
/// a finding or the resolution of a defect, what an item is worth … (+1), taken back (−1) when it is voided.
public struct EventPosting: Posting, Equatable {
  /// See ``Posting``.
  public var stamp: PostingStamp
  /// When it happened.
  public var effectiveMicros: Int64
  /// The measure of its fact: the bit pattern of a Double, or a time in microseconds, by kind.
  public var measure: UInt64
  /// What it is about.
  public var subject: UInt32
  /// The argument of its fact, a symbol of the log.
  public var argument: UInt32
  /// What it says of itself: a symbol of the log's attributes, not a set of the books.
  public var attributes: UInt32
  /// See ``Posting``.
  public var opening: UInt32
  /// The code of its type.
  public var kind: UInt8
  /// The flags of its fact.
  public var factFlags: UInt8
  /// Zero.
  public var reserved: UInt16 = 0
  /// Zero.
  public var reserved2: UInt32 = 0
}
