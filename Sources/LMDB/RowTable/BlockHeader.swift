/// The first 64 bytes of a block of a ``RowTable``: how many rows, and the ranges they cover (a zone map to skip blocks by).
public struct BlockHeader: BitwiseCopyable, Equatable, Sendable {
  /// Bytes of a header. Rows follow at once.
  public static let byteCount = 64

  /// Number of rows.
  public var rowCount: UInt32 = 0
  /// Bytes of a row.
  public var rowSize: UInt32 = 0
  /// Position of the first row.
  public var firstPosition: UInt64 = 0
  /// Position of the last row.
  public var lastPosition: UInt64 = 0
  /// The earliest time of a row, in microseconds since 1970.
  public var minTimeMicros: Int64 = .max
  /// The latest time of a row, in microseconds since 1970.
  public var maxTimeMicros: Int64 = .min
  /// Zero; room for later versions.
  public var reserved: (UInt64, UInt64, UInt64) = (0, 0, 0)

  /// A header of no rows.
  public init() {}

  /// The header of these rows, the first of which is row `firstRow` of its table. O(n).
  @inlinable
  public init<Row: FixedRow>(describing rows: UnsafeBufferPointer<Row>, firstRow: Int) {
    rowCount = UInt32(truncatingIfNeeded: rows.count)
    rowSize = UInt32(truncatingIfNeeded: MemoryLayout<Row>.stride)
    guard let first = rows.first, let last = rows.last else { return }
    firstPosition = first.position(atIndex: firstRow)
    lastPosition = last.position(atIndex: firstRow + rows.count - 1)
    var earliest = first.rowTimeMicros
    var latest = earliest
    for row in rows {
      let time = row.rowTimeMicros
      if time < earliest { earliest = time }
      if time > latest { latest = time }
    }
    minTimeMicros = earliest
    maxTimeMicros = latest
  }

  /// Two headers are equal when all that they say is.
  public static func == (a: BlockHeader, b: BlockHeader) -> Bool {
    a.rowCount == b.rowCount && a.rowSize == b.rowSize && a.firstPosition == b.firstPosition
      && a.lastPosition == b.lastPosition && a.minTimeMicros == b.minTimeMicros && a.maxTimeMicros == b.maxTimeMicros
      && a.reserved == b.reserved
  }
}

extension FixedRow {
  /// The row's position: its own, or its place in the table, counted from 1, when the row holds none.
  @inlinable
  public func position(atIndex index: Int) -> UInt64 {
    let own = rowPosition
    return own == 0 ? UInt64(truncatingIfNeeded: index) + 1 : own
  }
}
