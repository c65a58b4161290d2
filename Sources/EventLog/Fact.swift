import LMDB

/// One event decoded once into 32 bytes; row *n* of the `facts` table belongs to the record at position *n* + 1.
///
/// What `kind`, `argument`, `attributes` and `measure` mean is the business of the layer above: the log only stores them.
public struct Fact: FixedRow, Equatable {
  /// When it happened, in microseconds since 1970-01-01T00:00:00Z.
  public var occurredMicros: Int64
  /// A number of the event, by kind: the bit pattern of a Double, a time in microseconds, or a position.
  public var measure: UInt64
  /// What the event is about: a symbol of ``SymbolNamespace/subject``.
  public var subject: UInt32
  /// The event's main argument, a symbol; 0 when there is none.
  public var argument: UInt32
  /// A symbol of ``SymbolNamespace/attributes``; 0 when the event sets none.
  public var attributes: UInt32
  /// A symbol of ``SymbolNamespace/stream``; 0 when the event names none.
  public var stream: UInt16
  /// The event type's code; 0 for a type that the vocabulary does not know.
  public var kind: UInt8
  /// See ``FactFlags``.
  public var flags: FactFlags

  /// Makes a fact from its parts.
  public init(
    occurredMicros: Int64, measure: UInt64 = 0, subject: UInt32, argument: UInt32 = 0, attributes: UInt32 = 0,
    stream: UInt16 = 0, kind: UInt8, flags: FactFlags = []
  ) {
    self.occurredMicros = occurredMicros
    self.measure = measure
    self.subject = subject
    self.argument = argument
    self.attributes = attributes
    self.stream = stream
    self.kind = kind
    self.flags = flags
  }

  /// 0: a fact's place in the table is its position.
  public var rowPosition: UInt64 { 0 }
  /// The occurred time, for the zone map.
  public var rowTimeMicros: Int64 { occurredMicros }
}

/// What is true of a fact besides its values.
public struct FactFlags: OptionSet, BitwiseCopyable, Sendable {
  /// The bits, as stored.
  public let rawValue: UInt8
  /// Makes flags from stored bits.
  public init(rawValue: UInt8) { self.rawValue = rawValue }

  /// The event had no `time`; its recorded time stands in.
  @inlinable public static var timeAssumed: FactFlags { FactFlags(rawValue: 1) }
  /// An event that voids this one was recorded before it.
  @inlinable public static var voidedOnArrival: FactFlags { FactFlags(rawValue: 2) }
  /// The event's boolean member was present and true.
  @inlinable public static var saidTrue: FactFlags { FactFlags(rawValue: 4) }
  /// The event's boolean member was present and false.
  @inlinable public static var saidFalse: FactFlags { FactFlags(rawValue: 8) }
  /// The occurred time lies after the recorded time (clock skew).
  @inlinable public static var occurredAfterRecorded: FactFlags { FactFlags(rawValue: 16) }
  /// `argument` is a subject: the fact is listed under it in the `references` table.
  @inlinable public static var argumentIsSubject: FactFlags { FactFlags(rawValue: 32) }
  /// The event voids another one; `measure` holds the target's position, 0 when it was not recorded yet.
  @inlinable public static var voids: FactFlags { FactFlags(rawValue: 64) }
}

/// The tables of names: each interns strings to dense numbers 1, 2, 3 … in order of first use in the log.
public enum SymbolNamespace: UInt8, CaseIterable, BitwiseCopyable, Sendable {
  /// Work items, defects, deployments …: one class byte, then the id.
  case subject = 1
  /// Names of stages.
  case stage = 2
  /// Names of value streams; at most 65,535.
  case stream = 3
  /// Sets of attributes in their canonical encoding.
  case attributes = 4
  /// Reasons, resolutions, environments and other words; types of opaque events.
  case text = 5
}
