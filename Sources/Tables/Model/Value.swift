/// One cell of a ``Table``.
///
/// The case says how writers show the cell: exports keep machine units (seconds, RFC 3339, fractions of one), screens
/// show what a person reads (`3d 04h`, `2026-01-02 03:04`, `12.3 %`).
public enum Value: Sendable, Equatable {
  /// Nothing is known. `null` in JSON, empty in CSV, `–` on a screen.
  case null
  /// Any text; every writer escapes it for its own format.
  case text(String)
  /// A whole number, such as a count.
  case integer(Int64)
  /// A fractional number in the column's unit. Not a number and the infinities count as null in exports.
  case number(Double)
  /// A length of time in seconds.
  case duration(Double)
  /// A moment in microseconds since 1970-01-01 00:00 UTC.
  case timestamp(Int64)
  /// A part of a whole, from 0 to 1.
  case share(Double)
}
