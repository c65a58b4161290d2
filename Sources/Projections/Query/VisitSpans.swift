import CLMDB
import EventLog
import LMDB
import ValueStream

/// One visit of a stage as it stands in a cut, or the part of it under one set of attributes.
struct VisitSpan {
  /// The item.
  var item: UInt32
  /// The number of the stage.
  var stage: UInt32
  /// The item's attributes then.
  var attributes: UInt32
  /// Who entered; 0 when that was not said.
  var actor: UInt32
  /// The value stream.
  var stream: UInt16
  /// Whether it goes on with a visit whose attributes or stream changed.
  var isContinuation: Bool
  /// Whether the visit goes on behind it, with other attributes or in another stream.
  var isContinued: Bool
  /// When the whole visit began.
  var sinceMicros: Int64
  /// When this part of it began.
  var fromMicros: Int64
  /// When it ended; nil when it had not, at the cut's instant.
  var toMicros: Int64?
  /// The position of the event that caused its opening.
  var position: UInt64

  /// The part as a posting, for filters, groups and explanations.
  @inline(__always)
  var posting: VisitPosting {
    VisitPosting(
      stamp: PostingStamp(position: position, stream: stream, flags: []), effectiveMicros: fromMicros,
      sinceMicros: sinceMicros, item: item, stage: stage, attributes: attributes, opening: 0, actor: actor)
  }
}

/// All visits of a cut that stand: those that go on, and those that have ended.
///
/// An opening stands unless a reversal took it back; an end likewise. Both are settled by parity, and an end's time by the signed sum of
/// the ends' times, so that one pass over the postings is enough, in any order.
struct VisitSpans {
  /// One bit an opening, 64 to a word.
  let begun: [UInt64]
  private let ended: [UInt64]
  private let continued: [UInt64]
  private let ends: Scratch<Int64>
  /// The postings up to the cut's position.
  let rowCount: Int

  /// Settles the visits of a cut, on all cores. O(postings up to the position); 8 bytes of memory a posting.
  init(_ book: RowReader<VisitPosting>, _ cut: Cut) {
    let rowCount = book.firstRow(positionAfter: cut.position)
    let laneCount = Cores.lanes(for: rowCount)
    let blocks = Self.blocks(of: book, rowCount, cut)
    let words = (rowCount + 63) / 64
    var begun = [UInt64](repeating: 0, count: words)
    var ended = begun
    var continued = begun
    let ends = Scratch<Int64>(count: rowCount)
    begun.withUnsafeMutableBufferPointer { begun in
      ended.withUnsafeMutableBufferPointer { ended in
        continued.withUnsafeMutableBufferPointer { continued in
          let parity = Parity(begun: begun, ended: ended, continued: continued, ends: ends.elements)
          let lanes = Cores.fold(blocks.count, laneCount: laneCount) {
            [Change]()
          } _: { later, range in
            // What an earlier part of the book opened is another core's to change; few visits last from one part into the next.
            let first = range.isEmpty ? 0 : (blocks[range.lowerBound].firstRow + 63) / 64 * 64
            for block in blocks[range] {
              for index in 0..<min(block.rows.count, rowCount - block.firstRow) {
                let row = block.rows[index]
                guard row.effectiveMicros <= cut.atMicros else { continue }
                // An opening never lies behind its own posting; the minimum keeps a damaged file from reaching out of the bits.
                let change = Change(row, opening: min(Int(row.opening), block.firstRow + index))
                if change.opening < first, range.lowerBound > 0 { later.append(change) } else { parity.apply(change) }
              }
            }
          }
          for change in lanes.joined() { parity.apply(change) }
        }
      }
    }
    self.rowCount = rowCount
    self.begun = begun
    self.ended = ended
    self.continued = continued
    self.ends = ends
  }

  /// The blocks that may hold rows of a cut.
  private static func blocks(
    of book: RowReader<VisitPosting>, _ rowCount: Int, _ cut: Cut
  ) -> [RowBlock<VisitPosting>] {
    let rowsPerBlock = RowTable<VisitPosting>.rowsPerBlock
    return (0..<(rowCount + rowsPerBlock - 1) / rowsPerBlock).lazy.map { book.block($0) }
      .filter { $0.header.minTimeMicros <= cut.atMicros }
  }

  /// What a posting says of an opening.
  private struct Change {
    let opening: Int
    let isOfBeginning: Bool
    let isContinuation: Bool
    let endMicros: Int64

    @inline(__always)
    init(_ row: VisitPosting, opening: Int) {
      let flags = row.stamp.flags
      let isNegative = flags.contains(.negative)
      self.opening = opening
      isOfBeginning = isNegative == flags.contains(.reversal)
      isContinuation = flags.contains(.continuation)
      endMicros = isNegative ? row.effectiveMicros : -row.effectiveMicros
    }
  }

  /// The bits and sums that are being settled. Changes may be applied in any order.
  private struct Parity {
    let begun: UnsafeMutableBufferPointer<UInt64>
    let ended: UnsafeMutableBufferPointer<UInt64>
    let continued: UnsafeMutableBufferPointer<UInt64>
    let ends: UnsafeMutableBufferPointer<Int64>

    @inline(__always)
    func apply(_ change: Change) {
      let word = change.opening >> 6
      let bit: UInt64 = 1 << UInt64(change.opening & 63)
      if change.isOfBeginning {
        begun[word] ^= bit
      } else {
        ended[word] ^= bit
        if change.isContinuation { continued[word] ^= bit }
        ends[change.opening] &+= change.endMicros
      }
    }
  }

  /// The visit that an opening began, by its number in the book.
  @inline(__always)
  func span(_ number: Int, _ row: VisitPosting) -> VisitSpan {
    let bit: UInt64 = 1 << UInt64(number & 63)
    return VisitSpan(
      item: row.item, stage: row.stage, attributes: row.attributes, actor: row.actor, stream: row.stamp.stream,
      isContinuation: row.stamp.flags.contains(.continuation), isContinued: continued[number >> 6] & bit != 0,
      sinceMicros: row.sinceMicros, fromMicros: row.effectiveMicros,
      toMicros: ended[number >> 6] & bit != 0 ? ends.elements[number] : nil, position: row.stamp.position)
  }

  /// Asks the processor to fetch where the end of a visit lies.
  @inline(__always)
  func prefetchEnd(_ number: Int) { vsl_prefetch(ends.elements.baseAddress.map { $0 + number }) }

  /// Calls `body` with each visit, in the order in which the openings were posted.
  @inline(__always)
  func forEach(in book: RowReader<VisitPosting>, _ body: (VisitSpan) throws -> Void) rethrows {
    let rows = book.loaded(through: rowCount)
    try forEachOpening(in: rows, words: begun.indices) { number, row in try body(span(number, row)) }
  }

  /// Calls `body` with each opening that stands, for a range of words of ``begun``; for several threads at once.
  @inline(__always)
  func forEachOpening(
    in book: LoadedRows<VisitPosting>, words: Range<Int>, _ body: (Int, VisitPosting) throws -> Void
  ) rethrows {
    var first = 0
    var end = 0
    var rows = UnsafeBufferPointer<VisitPosting>(start: nil, count: 0)
    for place in words {
      var rest = begun[place]
      while rest != 0 {
        let number = place << 6 + rest.trailingZeroBitCount
        rest &= rest &- 1
        if number >= end {
          (rows, first) = book.block(number / RowTable<VisitPosting>.rowsPerBlock)
          end = first + rows.count
          guard number < end else { continue }
        }
        try body(number, rows[number - first])
      }
    }
  }
}
