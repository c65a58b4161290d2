import LMDB

/// Which entries of a book stand in a cut: one bit for each opening posting.
///
/// A posting inside the cut toggles the bit of the entry it belongs to, so the bit at the end is the signed sum, whatever the order.
/// One pass over the postings up to the position; blocks that begin after the instant are skipped by their zone map.
struct StandingEntries {
  private let words: [UInt64]

  /// Settles the entries of a cut.
  ///
  /// - Parameter onlyBegun: whether an entry stands also when it has ended by itself (a delivery that was followed by a reopening), so that
  ///   only what was taken back because it was wrong is left out.
  init<Row: Posting>(_ book: RowReader<Row>, _ cut: Cut, onlyBegun: Bool = false) {
    let rowCount = book.firstRow(positionAfter: cut.position)
    var words = [UInt64](repeating: 0, count: (rowCount + 63) / 64)
    words.withUnsafeMutableBufferPointer { words in
      var number = 0
      while number * RowTable<Row>.rowsPerBlock < rowCount {
        let block = book.block(number)
        number += 1
        guard block.header.minTimeMicros <= cut.atMicros else { continue }
        let count = min(block.rows.count, rowCount - block.firstRow)
        let wholly = block.header.maxTimeMicros <= cut.atMicros
        for index in 0..<count {
          let posting = block.rows[index]
          // An opening never lies behind its own posting; the minimum keeps a damaged file from reaching out of the bits.
          let opening = min(Int(posting.opening), block.firstRow + index)
          var isInside: UInt64 = wholly || posting.effectiveMicros <= cut.atMicros ? 1 : 0
          if onlyBegun, posting.stamp.flags.contains(.negative) != posting.stamp.flags.contains(.reversal) {
            isInside = 0
          }
          words[opening >> 6] ^= isInside << UInt64(opening & 63)
        }
      }
    }
    self.words = words
  }

  /// How many entries stand.
  var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// Calls `body` with the opening posting of every standing entry, in the order of the book.
  @inline(__always)
  func forEach<Row: Posting>(in book: RowReader<Row>, _ body: (Row) throws -> Void) rethrows {
    var number = -1
    var first = 0
    var end = 0
    var rows = UnsafeBufferPointer<Row>(start: nil, count: 0)
    for (place, word) in words.enumerated() {
      var rest = word
      while rest != 0 {
        let row = place << 6 + rest.trailingZeroBitCount
        rest &= rest &- 1
        if row >= end {
          number = row / RowTable<Row>.rowsPerBlock
          let block = book.block(number)
          rows = block.rows
          first = block.firstRow
          end = first + rows.count
        }
        try body(rows[row - first])
      }
    }
  }
}
