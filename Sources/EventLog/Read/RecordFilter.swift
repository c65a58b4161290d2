/// A set of fact kinds.
public struct KindSet: Equatable, Sendable {
  private var words = SIMD4<UInt64>(repeating: 0)

  /// A set of these kinds.
  public init(_ kinds: some Sequence<UInt8>) {
    for kind in kinds { words[Int(kind >> 6)] |= 1 << UInt64(kind & 63) }
  }

  /// True when the kind is in the set.
  public func contains(_ kind: UInt8) -> Bool { words[Int(kind >> 6)] & (1 << UInt64(kind & 63)) != 0 }
}

/// Which events to read, by what their facts say. Absent parts take everything.
public struct RecordFilter: Sendable {
  /// The kinds taken.
  public var kinds: KindSet?
  /// The earliest occurred time taken, in microseconds since 1970.
  public var occurredFrom: Int64?
  /// The first occurred time no longer taken, in microseconds since 1970.
  public var occurredBefore: Int64?
  /// The subject taken: a symbol.
  public var subject: UInt32?

  /// A filter of its parts.
  public init(
    kinds: KindSet? = nil, occurredFrom: Int64? = nil, occurredBefore: Int64? = nil, subject: UInt32? = nil
  ) {
    self.kinds = kinds
    self.occurredFrom = occurredFrom
    self.occurredBefore = occurredBefore
    self.subject = subject
  }

  /// True when the event of this fact is taken.
  public func takes(_ fact: Fact) -> Bool {
    if let occurredFrom, fact.occurredMicros < occurredFrom { return false }
    if let occurredBefore, fact.occurredMicros >= occurredBefore { return false }
    if let kinds, !kinds.contains(fact.kind) { return false }
    if let subject, fact.subject != subject { return false }
    return true
  }

  /// False when no fact of a block with these ranges can be taken.
  func mayTake(minMicros: Int64, maxMicros: Int64) -> Bool {
    if let occurredFrom, maxMicros < occurredFrom { return false }
    if let occurredBefore, minMicros >= occurredBefore { return false }
    return true
  }
}
