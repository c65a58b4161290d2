/// Where an item is in its life.
public enum ItemPhase: UInt8, BitwiseCopyable, Sendable {
  /// Nothing has opened it yet.
  case unseen
  /// Created or entered, and not delivered or cancelled.
  case open
  /// Delivered.
  case delivered
  /// Left the system undelivered.
  case cancelled
}

/// What is true of one item at an instant: the state that ``ItemState/apply(_:in:into:)`` carries from fact to fact.
///
/// 72 bytes, no references: projections keep one for each open item.
public struct ItemState: BitwiseCopyable, Sendable, Equatable {
  /// Stands for an instant that is not known.
  public static let unknown = Int64.min

  /// When the item was first seen in the system.
  public var openedMicros = ItemState.unknown
  /// When it was created: where lead time starts. Unknown until a created fact arrives.
  public var createdMicros = ItemState.unknown
  /// When it was committed to: where cycle time starts.
  public var committedMicros = ItemState.unknown
  /// When the present visit of ``stage`` began.
  public var stageSinceMicros = ItemState.unknown
  /// When it was delivered or cancelled, if it is.
  public var completedMicros = ItemState.unknown
  /// Since when it is blocked, if it is.
  public var blockedSinceMicros = ItemState.unknown
  /// The number of the stage that it is in; 0 when it is in none.
  public var stage: UInt32 = 0
  /// Its attributes: a set of ``AttributeSets``.
  public var attributes: UInt32 = 0
  /// The number of the word for who entered its present stage; 0 when that was not said.
  public var actor: UInt32 = 0
  /// The number of the word for why it is blocked; 0 when it is not, or no reason was given.
  public var reason: UInt32 = 0
  /// Its value stream; 0 when no fact named one.
  public var stream: UInt16 = 0
  /// Where it is in its life.
  public var phase = ItemPhase.unseen
  /// Whether a visit is being told in pieces: it goes on, under other attributes or in another stream. True only while a sink is told so.
  public var isContinuing = false

  /// An item of which nothing is known.
  @inlinable public init() {}
}

/// A fact about an item, in the numbers that timelines work with.
public struct ItemFact: BitwiseCopyable, Sendable, Equatable {
  /// When it happened.
  public var occurredMicros: Int64
  /// Its place in the log: decides between facts of the same instant.
  public var position: UInt64
  /// The number of the stage it names; 0 when it names none.
  public var stage: UInt32
  /// The attributes it sets: a delta of ``AttributeSets``; 0 when it sets none.
  public var attributes: UInt32
  /// The number of the word that comes with it: who did it (an entry), why (a block); 0 for none.
  public var word: UInt32
  /// The value stream it names; 0 when it names none.
  public var stream: UInt16
  /// What happened.
  public var kind: EventKind

  /// Makes a fact from its parts.
  @inlinable
  public init(
    occurredMicros: Int64, position: UInt64, stage: UInt32 = 0, attributes: UInt32 = 0, word: UInt32 = 0,
    stream: UInt16 = 0, kind: EventKind
  ) {
    self.occurredMicros = occurredMicros
    self.position = position
    self.stage = stage
    self.attributes = attributes
    self.word = word
    self.stream = stream
    self.kind = kind
  }

  /// Whether this fact comes before another in a timeline: by occurred time, then by position.
  @inlinable
  public func precedes(_ other: ItemFact) -> Bool {
    (occurredMicros, position) < (other.occurredMicros, other.position)
  }
}
