import EventLog
import LMDB

/// Which entries of a book stand in a cut: one bit for each opening posting.
///
/// A posting inside the cut toggles the bit of the entry it belongs to, so the bit at the end is the signed sum, whatever the order.
/// One pass over the postings up to the position, on all cores; blocks that begin after the instant are skipped by their zone map.
struct StandingEntries {
  private let words: [UInt64]

  /// Settles the entries of a cut.
  ///
  /// - Parameter onlyBegun: whether an entry stands also when it has ended by itself (a delivery that was followed by a reopening), so that
  ///   only what was taken back because it was wrong is left out.
  init<Row: Posting>(_ book: RowReader<Row>, _ cut: Cut, onlyBegun: Bool = false) {
    let blocks = book.blocks(in: cut)
    let rowCount = blocks.last.map { $0.firstRow + $0.rows.count } ?? 0
    let laneCount = Cores.lanes(for: blocks.count * RowTable<Row>.rowsPerBlock)
    var words = [UInt64](repeating: 0, count: (rowCount + 63) / 64)
    words.withUnsafeMutableBufferPointer { words in
      let shared = Unchecked(words)
      let lanes = Cores.fold(blocks.count, laneCount: laneCount) {
        [Int]()
      } _: { later, range in
        guard !range.isEmpty else { return }
        // What an earlier part of the book opened is another core's to change; few entries last from one part into the next.
        let first = range.lowerBound == 0 ? 0 : (blocks[range.lowerBound].firstRow + 63) / 64 * 64
        let words = shared.value
        for block in blocks[range] {
          let wholly = block.header.maxTimeMicros <= cut.atMicros
          for index in block.rows.indices {
            let posting = block.rows[index]
            // An opening never lies behind its own posting; the minimum keeps a damaged file from reaching out of the bits.
            let opening = min(Int(posting.opening), block.firstRow + index)
            var isInside: UInt64 = wholly || posting.effectiveMicros <= cut.atMicros ? 1 : 0
            if onlyBegun, posting.stamp.flags.contains(.negative) != posting.stamp.flags.contains(.reversal) {
              isInside = 0
            }
            if opening >= first {
              words[opening >> 6] ^= isInside << UInt64(opening & 63)
            } else if isInside != 0 {
              later.append(opening)
            }
          }
        }
      }
      for opening in lanes.joined() { words[opening >> 6] ^= 1 << UInt64(opening & 63) }
    }
    self.words = words
  }

  /// How many entries stand.
  var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// Calls `body` with the opening posting of every standing entry, in the order of the book.
  @inline(__always)
  func forEach<Row: Posting>(in book: RowReader<Row>, _ body: (Row) throws -> Void) rethrows {
    try forEach(words.indices, { book.rows(ofBlock: $0) }, body)
  }

  /// Calls `body` with the opening posting of every standing entry on all cores, each with a state of its own and over a part of the book.
  /// `body` is called from several threads at once and may change nothing but its state.
  ///
  /// - Parameter isSerial: whether one core must do it all.
  /// - Returns: the states, in the order of the book.
  @inline(__always)
  func fold<Row: Posting, State>(
    in book: RowReader<Row>, isSerial: Bool = false, _ make: () -> State, _ body: (inout State, Row) -> Void
  ) -> [State] {
    let loaded = book.loaded(through: words.count << 6)
    return Cores.fold(words.count, laneCount: isSerial ? 1 : Cores.lanes(for: loaded.count), make) { state, places in
      forEach(places, { loaded.block($0) }) { body(&state, $0) }
    }
  }

  @inline(__always)
  private func forEach<Row: Posting>(
    _ places: Range<Int>, _ block: (Int) -> (rows: UnsafeBufferPointer<Row>, firstRow: Int),
    _ body: (Row) throws -> Void
  ) rethrows {
    var first = 0
    var end = 0
    var rows = UnsafeBufferPointer<Row>(start: nil, count: 0)
    for place in places {
      var rest = words[place]
      while rest != 0 {
        let row = place << 6 + rest.trailingZeroBitCount
        rest &= rest &- 1
        if row >= end {
          (rows, first) = block(row / RowTable<Row>.rowsPerBlock)
          end = first + rows.count
        }
        try body(rows[row - first])
      }
    }
  }
}
