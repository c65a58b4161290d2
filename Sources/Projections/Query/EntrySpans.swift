import LMDB

/// The entries of a book that stand in a cut, those that go on and those that have ended, each with its end.
///
/// The same settlement as ``VisitSpans``, for books whose entries end by a −1 that takes nothing back: blocks, completions.
struct EntrySpans {
  private let standing: [UInt64]
  private let ends: [Int: Int64]

  /// Settles the entries of a cut. O(postings up to the position).
  init<Row: Posting>(_ book: RowReader<Row>, _ cut: Cut) {
    let rowCount = book.firstRow(positionAfter: cut.position)
    var standing = [UInt64](repeating: 0, count: (rowCount + 63) / 64)
    var ended: [Int: (count: Int, sum: Int64)] = [:]
    var number = 0
    while number * RowTable<Row>.rowsPerBlock < rowCount {
      let block = book.block(number)
      number += 1
      guard block.header.minTimeMicros <= cut.atMicros else { continue }
      for index in 0..<min(block.rows.count, rowCount - block.firstRow) {
        let row = block.rows[index]
        guard row.effectiveMicros <= cut.atMicros else { continue }
        let opening = min(Int(row.opening), block.firstRow + index)
        let isNegative = row.stamp.flags.contains(.negative)
        if isNegative == row.stamp.flags.contains(.reversal) {
          standing[opening >> 6] ^= 1 << UInt64(opening & 63)
        } else {
          let sign: Int64 = isNegative ? 1 : -1
          ended[opening, default: (0, 0)].count += Int(sign)
          ended[opening, default: (0, 0)].sum &+= sign &* row.effectiveMicros
        }
      }
    }
    self.standing = standing
    ends = ended.filter { $0.value.count > 0 }.mapValues(\.sum)
  }

  /// Calls `body` with the opening posting of each entry and its end, nil when it goes on.
  func forEach<Row: Posting>(in book: RowReader<Row>, _ body: (Row, Int64?) throws -> Void) rethrows {
    for (place, word) in standing.enumerated() {
      var rest = word
      while rest != 0 {
        let number = place << 6 + rest.trailingZeroBitCount
        rest &= rest &- 1
        try body(book.row(at: number), ends[number])
      }
    }
  }
}
