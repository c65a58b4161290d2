import CLMDB

/// An append-only table of rows of one fixed size, read as contiguous memory.
///
/// Rows lie in **sealed blocks** (table `name`: block number from 0 → a ``BlockHeader``, then the rows), each filling eight pages, and
/// in an **open tail** (table `name.tail`: place in the tail from 0 → one row) that is sealed when it holds a block's worth, so that a
/// single append touches one small page. What is stored depends on the rows alone, not on how they were batched.
public struct RowTable<Row: FixedRow>: Sendable {
  /// Rows of a sealed block: what eight pages of 4,096 bytes hold besides LMDB's page header (16 bytes) and the block's header.
  @inlinable public static var rowsPerBlock: Int { (8 * 4096 - 16 - BlockHeader.byteCount) / rowSize }
  /// Bytes of a row.
  @inlinable public static var rowSize: Int { MemoryLayout<Row>.stride }
  /// Bytes of a sealed block.
  @inlinable public static var blockSize: Int { BlockHeader.byteCount + rowsPerBlock * rowSize }

  /// The name it was opened under.
  public let name: String
  @usableFromInline let sealed: IntegerTable
  @usableFromInline let tail: IntegerTable

  /// Opens both of its tables, or creates them. Must not be called inside a transaction.
  public init(name: String, environment: Environment) throws(LMDBError) {
    self.name = name
    sealed = try IntegerTable(name: name, environment: environment)
    tail = try IntegerTable(name: name + ".tail", environment: environment)
  }

  /// Number of rows. O(1).
  @inlinable
  public func count(in transaction: borrowing some Transaction & ~Copyable) throws(LMDBError) -> Int {
    try sealed.count(in: transaction) * Self.rowsPerBlock + tail.count(in: transaction)
  }

  /// Pages and bytes of both of its tables; `entries` is the number of rows.
  public func statistics(in transaction: borrowing some Transaction & ~Copyable) throws(LMDBError) -> TableStatistics {
    var sum = try sealed.statistics(in: transaction) + tail.statistics(in: transaction)
    sum.entries = try count(in: transaction)
    return sum
  }

  /// Removes every row.
  public func removeAll(in transaction: borrowing WriteTransaction) throws(LMDBError) {
    try sealed.removeAll(in: transaction)
    try tail.removeAll(in: transaction)
  }

  /// A reader of the rows as the transaction sees them.
  @inlinable
  public func reader(
    in transaction: borrowing some Transaction & ~Copyable
  ) throws(LMDBError) -> RowReader<Row> {
    try RowReader(sealed: sealed, tail: tail, transaction: transaction.handle, count: count(in: transaction))
  }

  /// One row, by its index from 0; nil when there is none. O(log n). For many rows, use a ``reader(in:)``.
  @inlinable
  public func row(
    at index: Int, in transaction: borrowing some Transaction & ~Copyable
  ) throws(LMDBError) -> Row? {
    guard index >= 0 else { return nil }
    let (block, place) = index.quotientAndRemainder(dividingBy: Self.rowsPerBlock)
    if let bytes = try sealed.get(UInt64(block), in: transaction) {
      guard bytes.count == Self.blockSize else {
        throw LMDBError(.damagedValue("block \(block) has \(bytes.count) bytes"), operation: "read", table: name)
      }
      return bytes.loadUnaligned(fromByteOffset: BlockHeader.byteCount + place * Self.rowSize, as: Row.self)
    }
    guard try sealed.count(in: transaction) == block else { return nil }
    guard let bytes = try tail.get(UInt64(place), in: transaction) else { return nil }
    guard bytes.count == Self.rowSize else {
      throw LMDBError(.damagedValue("row \(index) has \(bytes.count) bytes"), operation: "read", table: name)
    }
    return bytes.loadUnaligned(as: Row.self)
  }
}
