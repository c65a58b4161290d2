/// A string of a prepared event: where its UTF-8 bytes lie in the batch's text arena, and their ``StableHash``.
public struct PreparedText: BitwiseCopyable, Sendable {
  /// Offset into ``EventBatch``'s text arena.
  public var offset: UInt32
  /// Length in bytes; 0 means that there is no string.
  public var length: UInt32
  /// ``StableHash`` of the bytes.
  public var hash: UInt64

  /// No string.
  public static var none: PreparedText { PreparedText(offset: 0, length: 0, hash: 0) }

  /// Makes a reference into the text arena.
  public init(offset: UInt32, length: UInt32, hash: UInt64) {
    self.offset = offset
    self.length = length
    self.hash = hash
  }
}

/// One event made ready to be appended: validated, its strings found, its identity hashed. All fixed-size.
public struct PreparedEvent: BitwiseCopyable, Sendable {
  /// Where the leaf input (0x00, recorded time, event bytes) starts in the batch's record arena.
  public var leafOffset: Int
  /// Length of the event's bytes, verbatim.
  public var eventLength: Int
  /// The line or element number of the input, from 1, for messages.
  public var line: Int
  /// When it happened; ignored when `flags` has ``FactFlags/timeAssumed``.
  public var occurredMicros: Int64 = 0
  /// ``StableHash`` of `source`, a zero byte, `id`.
  public var identityHash: UInt64 = 0
  /// For an event that voids another: the identity hash of its target.
  public var voidTargetHash: UInt64 = 0
  /// ``Fact/measure``.
  public var measure: UInt64 = 0
  /// What the event is about: class byte and id. Never empty.
  public var subject: PreparedText = .none
  /// The main argument, of `argumentNamespace`.
  public var argument: PreparedText = .none
  /// The attribute set in its canonical encoding.
  public var attributes: PreparedText = .none
  /// The value stream's name.
  public var stream: PreparedText = .none
  /// Place of its first reference in the batch's list: see ``EventBatch/references(of:)``.
  public var firstReference: UInt32 = 0
  /// How many subjects it refers to by a list.
  public var referenceCount: UInt32 = 0
  /// The namespace of `argument`.
  public var argumentNamespace: SymbolNamespace = .text
  /// ``Fact/kind``.
  public var kind: UInt8 = 0
  /// ``Fact/flags``; the log adds what only it can know.
  public var flags: FactFlags = []

  /// Makes an event whose bytes lie in a batch's record arena.
  public init(leafOffset: Int, eventLength: Int, line: Int) {
    self.leafOffset = leafOffset
    self.eventLength = eventLength
    self.line = line
  }
}
