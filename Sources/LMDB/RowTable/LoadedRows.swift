import CLMDB

/// The rows of a ``RowReader``, all looked up, to be read by several threads at once.
///
/// `@unchecked Sendable`: nothing is looked up or remembered any more; the memory lies in the map and in the reader. **Valid only while the
/// reader and its transaction live.**
public struct LoadedRows<Row: FixedRow>: @unchecked Sendable {
  /// Number of rows.
  public let count: Int
  @usableFromInline let bases: BlockBases<Row>.Pages

  @usableFromInline
  init(count: Int, bases: BlockBases<Row>.Pages) {
    self.count = count
    self.bases = bases
  }

  /// The rows of a block that lie below ``count``, and the index of the first.
  @inlinable
  public func block(_ number: Int) -> (rows: UnsafeBufferPointer<Row>, firstRow: Int) {
    let first = number * RowTable<Row>.rowsPerBlock
    let held = max(0, min(RowTable<Row>.rowsPerBlock, count - first))
    let base = BlockBases<Row>.base(ofBlock: number, in: bases)
    return (UnsafeBufferPointer(start: base, count: base == nil ? 0 : held), first)
  }

  /// A row by its index from 0 to ``count`` − 1.
  @inlinable
  public func row(at index: Int) -> Row? { place(of: index)?.pointee }

  /// Where a row lies, by its index from 0 to ``count`` − 1.
  @inlinable
  public func place(of index: Int) -> UnsafePointer<Row>? {
    let (rows, first) = block(index / RowTable<Row>.rowsPerBlock)
    return index - first < rows.count ? rows.baseAddress.map { $0 + (index - first) } : nil
  }
}

extension LoadedRows {
  /// Asks for the memory of a row that will be read soon; nothing for one that is not there.
  @inlinable
  public func prefetch(_ index: Int) {
    let (rows, first) = block(index / RowTable<Row>.rowsPerBlock)
    guard let base = rows.baseAddress, index - first < rows.count else { return }
    let row = UnsafeRawPointer(base + (index - first))
    vsl_prefetch(row)
    vsl_prefetch(row + (MemoryLayout<Row>.stride - 1))
  }
}

extension RowReader {
  /// Looks up every block that holds rows from `first` to below `count`; others must not be read. O(blocks · log n).
  @inlinable
  public func loaded(from first: Int = 0, through count: Int) -> LoadedRows<Row> {
    let count = min(count, self.count)
    let blockCount = (count + RowTable<Row>.rowsPerBlock - 1) / RowTable<Row>.rowsPerBlock
    for number in min(first / RowTable<Row>.rowsPerBlock, blockCount)..<blockCount { _ = base(ofBlock: number) }
    return LoadedRows(count: count, bases: bases.pages)
  }
}
