import EventLog

/// How a number of an event is kept in ``Fact/measure``.
///
/// No number is 64 zero bits. A number that is zero is kept as negative zero, so that "zero" and "not said" differ; arithmetic does not
/// see the sign.
public enum FactMeasure {
  /// The bits of a number.
  @inlinable
  public static func bits(of number: Double) -> UInt64 { number == 0 ? (-0.0).bitPattern : number.bitPattern }
}

extension Fact {
  /// The number that the event said (value, coverage, score, seconds, target); nil when it said none.
  @inlinable
  public var measuredNumber: Double? { measure == 0 ? nil : Double(bitPattern: measure) }

  /// For ``EventKind/changeMerged``: when the change was committed, in microseconds since 1970; nil when the event did not say.
  @inlinable
  public var measuredMicros: Int64? { measure == 0 ? nil : Int64(bitPattern: measure) }
}
