import EventLog
import LMDB

extension RowReader {
  /// The blocks that hold the first rows, to be passed over by several threads while the reader lives. O(blocks).
  func blocks(through rowCount: Int) -> [RowBlock<Row>] {
    let rowCount = min(rowCount, count)
    let rowsPerBlock = RowTable<Row>.rowsPerBlock
    return (0..<(rowCount + rowsPerBlock - 1) / rowsPerBlock).map { number in
      let block = block(number)
      let held = min(block.rows.count, rowCount - block.firstRow)
      return RowBlock(
        header: block.header, rows: UnsafeBufferPointer(rebasing: block.rows[..<held]), firstRow: block.firstRow)
    }
  }
}

extension RowReader where Row: Posting {
  /// The blocks that may hold postings inside a cut, each with its rows up to the position. Blocks that begin after the instant are left out
  /// by their zone map. O(blocks).
  func blocks(in cut: Cut) -> [RowBlock<Row>] {
    blocks(through: firstRow(positionAfter: cut.position)).filter { $0.header.minTimeMicros <= cut.atMicros }
  }

  /// Passes on all cores over the postings inside a cut, each core over a part of the book, in order. `body` is called from several threads
  /// at once and may change nothing but its state.
  func fold<State>(in cut: Cut, _ make: () -> State, _ body: (inout State, Row) -> Void) -> [State] {
    let blocks = blocks(in: cut)
    let laneCount = Cores.lanes(for: blocks.count * RowTable<Row>.rowsPerBlock)
    return Cores.fold(blocks.count, laneCount: laneCount, make) { state, range in
      for block in blocks[range] {
        for row in block.rows where row.effectiveMicros <= cut.atMicros { body(&state, row) }
      }
    }
  }

  /// Calls `body` with each posting inside a cut, in the order of the book.
  @inline(__always)
  func forEachRow(in cut: Cut, _ body: (Row) -> Void) {
    for block in blocks(in: cut) {
      for row in block.rows where row.effectiveMicros <= cut.atMicros { body(row) }
    }
  }

  /// The first and last instant at which rows of a cut are effective, widened to whole blocks; nil without rows. O(blocks).
  func timeRange(in cut: Cut) -> ClosedRange<Int64>? {
    var range: ClosedRange<Int64>?
    for block in blocks(in: cut) {
      let first = block.header.minTimeMicros
      let last = min(block.header.maxTimeMicros, cut.atMicros)
      range = min(range?.lowerBound ?? first, first)...max(range?.upperBound ?? last, last)
    }
    return range
  }
}
