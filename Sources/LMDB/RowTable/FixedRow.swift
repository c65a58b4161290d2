/// A row of fixed size that a ``RowTable`` stores as the bytes it has in memory (little-endian on every supported machine).
///
/// A conforming type is a plain struct without padding; a layout test pins its size and offsets.
public protocol FixedRow: BitwiseCopyable, Sendable {
  /// Orders the row: never decreases along a table. 0 for rows whose place in the table says it (hashes, facts).
  var rowPosition: UInt64 { get }
  /// The occurred time in microseconds since 1970 that the zone map of a block covers; 0 for rows without one.
  var rowTimeMicros: Int64 { get }
}
