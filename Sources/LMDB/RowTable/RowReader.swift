import CLMDB
import Glibc

/// Reads the rows of a ``RowTable`` as one transaction sees them, without copying (but for the tail).
///
/// Borrows the transaction's memory: **valid only while its transaction lives**, and used by one thread at a time. Blocks are looked up
/// when first touched and remembered. To scan with several threads, take the ``RowBlock``s on one thread and hand them over.
public final class RowReader<Row: FixedRow> {
  /// Number of rows.
  public let count: Int
  /// Number of blocks; the last one is the tail when that holds rows.
  public let blockCount: Int
  /// Why a block could not be read, if one could not: its rows then read as zero bytes. A damaged file only.
  public private(set) var failure: LMDBError?

  @usableFromInline let sealed: IntegerTable
  @usableFromInline let transaction: OpaquePointer
  @usableFromInline let sealedCount: Int
  /// Where each block's rows begin; nil until first touched. The tail's, when there is one, is memory of this reader.
  @usableFromInline let bases: BlockBases<Row>
  /// Found when it is first asked for.
  private var tailHeader: BlockHeader?
  private let tailRows: UnsafeMutableRawPointer?
  /// Stands in for a block that cannot be read.
  private var blank: UnsafeMutableRawPointer?

  @usableFromInline
  init(sealed: IntegerTable, tail: IntegerTable, transaction: OpaquePointer, count: Int) throws(LMDBError) {
    let rowsPerBlock = RowTable<Row>.rowsPerBlock
    let tailCount = count % rowsPerBlock
    self.count = count
    self.sealed = sealed
    self.transaction = transaction
    sealedCount = count / rowsPerBlock
    blockCount = sealedCount + (tailCount > 0 ? 1 : 0)
    if tailCount > 0 {
      let rows = UnsafeMutableRawPointer.allocate(byteCount: tailCount * RowTable<Row>.rowSize, alignment: 64)
      do {
        try RowTable<Row>.copyTail(tail, transaction: transaction, count: tailCount, to: rows)
      } catch {
        rows.deallocate()
        throw error
      }
      _ = rows.bindMemory(to: Row.self, capacity: tailCount)
      tailRows = rows
    } else {
      tailRows = nil
    }
    bases = BlockBases(count: blockCount)
    if let tailRows { bases[sealedCount] = UnsafePointer(tailRows.assumingMemoryBound(to: Row.self)) }
  }

  deinit {
    tailRows?.deallocate()
    blank?.deallocate()
  }

  /// A block by its number from 0 to ``blockCount`` − 1. O(1) after its first touch, O(log n) then.
  @inlinable
  public func block(_ number: Int) -> RowBlock<Row> {
    // A damaged header must not make us read behind the block.
    let (rows, first) = rows(ofBlock: number)
    return RowBlock(header: header(ofBlock: number), rows: rows, firstRow: first)
  }

  /// The rows of a block and the index of the first: a ``block(_:)`` for who does not want its header, which must be made for the tail. O(1)
  /// after its first touch.
  @inlinable
  public func rows(ofBlock number: Int) -> (rows: UnsafeBufferPointer<Row>, firstRow: Int) {
    let first = number * RowTable<Row>.rowsPerBlock
    let held = number < sealedCount ? RowTable<Row>.rowsPerBlock : count - first
    return (UnsafeBufferPointer(start: base(ofBlock: number), count: held), first)
  }

  /// The header of a block: to decide whether to read it. O(1) after its first touch.
  @inlinable
  public func header(ofBlock number: Int) -> BlockHeader {
    header(ofBlock: number, base: base(ofBlock: number))
  }

  /// A row by its index from 0 to ``count`` − 1. O(1) after the first touch of its block.
  @inlinable
  public func row(at index: Int) -> Row {
    precondition(index >= 0 && index < count, "row \(index) of \(count)")
    let (block, place) = index.quotientAndRemainder(dividingBy: RowTable<Row>.rowsPerBlock)
    return base(ofBlock: block)[place]
  }

  /// Asks for the memory of a row, by its index from 0; nothing when there is no such row.
  @inlinable
  public func prefetchRow(at index: Int) {
    guard index >= 0 && index < count else { return }
    let (block, place) = index.quotientAndRemainder(dividingBy: RowTable<Row>.rowsPerBlock)
    vsl_prefetch(base(ofBlock: block) + place)
  }

  /// Number of rows whose position is `position` or less. O(log n).
  @inlinable
  public func firstRow(positionAfter position: UInt64) -> Int {
    var low = 0
    var high = blockCount
    // The first block whose last row lies after the position.
    while low < high {
      let middle = (low + high) / 2
      if header(ofBlock: middle).lastPosition <= position { low = middle + 1 } else { high = middle }
    }
    guard low < blockCount else { return count }
    let block = block(low)
    var first = 0
    var end = block.rows.count
    while first < end {
      let middle = (first + end) / 2
      if block.rows[middle].position(atIndex: block.firstRow + middle) <= position {
        first = middle + 1
      } else {
        end = middle
      }
    }
    return block.firstRow + first
  }

  @inlinable
  func base(ofBlock number: Int) -> UnsafePointer<Row> {
    precondition(number >= 0 && number < blockCount, "block \(number) of \(blockCount)")
    if let known = bases[number] { return known }
    return loadBlock(number)
  }

  @inlinable
  func header(ofBlock number: Int, base: UnsafePointer<Row>) -> BlockHeader {
    guard number < sealedCount else { return headerOfTail }
    return (UnsafeRawPointer(base) - BlockHeader.byteCount).loadUnaligned(as: BlockHeader.self)
  }

  @usableFromInline var headerOfTail: BlockHeader {
    if let tailHeader { return tailHeader }
    let rows = UnsafeBufferPointer(
      start: tailRows.map { UnsafePointer($0.assumingMemoryBound(to: Row.self)) },
      count: count - sealedCount * RowTable<Row>.rowsPerBlock)
    let header = BlockHeader(describing: rows, firstRow: sealedCount * RowTable<Row>.rowsPerBlock)
    tailHeader = header
    return header
  }

  @usableFromInline
  func loadBlock(_ number: Int) -> UnsafePointer<Row> {
    let base: UnsafeRawPointer
    do {
      base = try blockBytes(number) + BlockHeader.byteCount
    } catch {
      failure = error
      base = blankBlock() + BlockHeader.byteCount
    }
    let rows = base.assumingMemoryBound(to: Row.self)
    bases[number] = rows
    return rows
  }

  private func blockBytes(_ number: Int) throws(LMDBError) -> UnsafeRawPointer {
    guard
      let bytes = try RawTable.get(sealed.dbi, key: UInt64(number), transaction: transaction, table: sealed.name),
      bytes.count == RowTable<Row>.blockSize, let base = bytes.baseAddress,
      bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self) == UInt32(RowTable<Row>.rowSize),
      UInt(bitPattern: base) % UInt(MemoryLayout<Row>.alignment) == 0
    else {
      throw LMDBError(
        .damagedValue("block \(number) is missing or not of its form"), operation: "read", table: sealed.name)
    }
    return base
  }

  private func blankBlock() -> UnsafeRawPointer {
    if let blank { return UnsafeRawPointer(blank) }
    let bytes = UnsafeMutableRawPointer.allocate(byteCount: RowTable<Row>.blockSize, alignment: 64)
    bytes.initializeMemory(as: UInt8.self, repeating: 0, count: RowTable<Row>.blockSize)
    blank = bytes
    return UnsafeRawPointer(bytes)
  }
}
