import CLMDB
import LMDB

/// A row of a table that is sorted by item.
protocol ItemRow: FixedRow {
  /// The item.
  var item: UInt32 { get }
}

extension SettledVisit: ItemRow {}
extension VisitPosting: ItemRow {}

/// The rows of a table that is sorted by item, looked up, with the blocks of which all rows begin after a cut's instant marked.
struct ItemRows<Row: ItemRow> {
  let rows: LoadedRows<Row>
  let isBehind: Scratch<Bool>

  /// Looks the rows up. O(blocks).
  init(_ reader: RowReader<Row>, _ cut: Cut) {
    rows = reader.loaded(through: reader.count)
    isBehind = Scratch(count: reader.blockCount)
    for number in 0..<reader.blockCount {
      isBehind.elements[number] = reader.header(ofBlock: number).minTimeMicros > cut.atMicros
    }
  }

  var count: Int { rows.count }

  /// The item of a row; the last number of all for one behind the end.
  func item(of row: Int) -> UInt32 { rows.row(at: row)?.item ?? .max }

  /// The number of the first row of an item, or of one behind it, from a row on. O(log rows).
  func firstRow(ofItem item: UInt32, from row: Int) -> Int {
    (row..<max(row, count)).partitioningIndex { self.item(of: $0) >= item }
  }
}

/// A way through rows that are sorted by item.
struct ItemRowCursor<Row: ItemRow>: ~Copyable {
  private let all: ItemRows<Row>
  private let isBehind: UnsafeMutableBufferPointer<Bool>
  /// The rows of the block in which the present row lies.
  private var block = UnsafeBufferPointer<Row>(start: nil, count: 0)
  private var index = 0
  /// The number of the first row of the block.
  private var first = 0

  init(_ all: ItemRows<Row>, from item: UInt32) {
    self.all = all
    isBehind = all.isBehind.elements
    move(to: all.firstRow(ofItem: item, from: 0))
  }

  /// Goes to a row, or over the blocks behind it of which nothing has begun.
  private mutating func move(to row: Int) {
    var row = row
    while row < all.count {
      let number = row / RowTable<Row>.rowsPerBlock
      (block, first) = all.rows.block(number)
      index = row - first
      if index < block.count, !isBehind[number] { return }
      row = first + RowTable<Row>.rowsPerBlock
    }
    block = UnsafeBufferPointer(start: nil, count: 0)
    (index, first) = (0, all.count)
  }

  /// The item of the present row; nil at the end.
  @inline(__always)
  var item: UInt32? { index < block.count ? block[index].item : nil }

  /// The present row; only while there is an ``item``.
  @inline(__always)
  var row: Row { block[index] }

  @inline(__always)
  mutating func step() {
    index += 1
    // The processor does not look ahead into the next page by itself.
    if let row = block.baseAddress { vsl_prefetch(row + (index + 16)) }
    if index == block.count { move(to: first + index) }
  }

  /// Goes on to the first row of an item, or of one behind it.
  @inline(__always)
  mutating func skip(to wanted: UInt32) {
    if let item, item < wanted { skipFar(to: wanted) }
  }

  /// Most items that are wanted lie near each other.
  private mutating func skipFar(to wanted: UInt32) {
    var steps = 0
    while let item, item < wanted {
      step()
      steps += 1
      if steps == 64 { return move(to: all.firstRow(ofItem: wanted, from: first + index)) }
    }
  }
}
