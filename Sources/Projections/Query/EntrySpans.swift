import LMDB

/// The entries of a book that stand in a cut, those that go on and those that have ended, each with its end.
///
/// The same settlement as ``PostedVisits``, for books whose entries end by a −1 that takes nothing back: blocks, completions.
struct EntrySpans {
  private let standing: [UInt64]
  /// The entries that have an end, and when.
  private let ended: [UInt64]
  private let ends: Scratch<Int64>

  /// Settles the entries of a cut. O(postings up to the position).
  init<Row: Posting>(_ book: RowReader<Row>, _ cut: Cut) {
    let rowCount = book.firstRow(positionAfter: cut.position)
    var standing = [UInt64](repeating: 0, count: (rowCount + 63) / 64)
    var ended = standing
    ends = Scratch(count: rowCount)
    let ends = ends.elements
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
          ended[opening >> 6] ^= 1 << UInt64(opening & 63)
          ends[opening] &+= isNegative ? row.effectiveMicros : -row.effectiveMicros
        }
      }
    }
    self.standing = standing
    self.ended = ended
  }

  /// Calls `body` with the opening posting of each entry and its end, nil when it goes on.
  func forEach<Row: Posting>(in book: RowReader<Row>, _ body: (Row, Int64?) throws -> Void) rethrows {
    var first = 0
    var end = 0
    var rows = UnsafeBufferPointer<Row>(start: nil, count: 0)
    for (place, word) in standing.enumerated() {
      var rest = word
      while rest != 0 {
        let bit = rest.trailingZeroBitCount
        let number = place << 6 + bit
        rest &= rest &- 1
        if number >= end {
          let block = book.block(number / RowTable<Row>.rowsPerBlock)
          rows = block.rows
          first = block.firstRow
          end = first + rows.count
        }
        try body(rows[number - first], ended[place] & 1 << UInt64(bit) == 0 ? nil : ends.elements[number])
      }
    }
  }
}
