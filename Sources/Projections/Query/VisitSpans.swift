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
  /// When the whole visit began.
  var sinceMicros: Int64
  /// When this part of it began.
  var fromMicros: Int64
  /// When it ended; nil when it had not, at the cut's instant.
  var toMicros: Int64?
  /// The position of the event that caused its opening.
  var position: UInt64
  /// Whether it goes on with a visit whose attributes or stream changed; known of spans in ``VisitSpans/byItem(in:where:)`` only.
  var isContinuation = false
}

/// All visits of a cut that stand: those that go on, and those that have ended.
///
/// An opening stands unless a reversal took it back; an end likewise. Both are settled by parity, and an end's time by the signed sum of
/// the ends' times, so that one pass over the postings is enough, in any order.
struct VisitSpans {
  private let begun: [UInt64]
  private let ended: [UInt64]
  private let ends: [Int64]
  let rowCount: Int

  /// Settles the visits of a cut. O(postings up to the position); 8 bytes of memory a posting.
  init(_ book: RowReader<VisitPosting>, _ cut: Cut) {
    rowCount = book.firstRow(positionAfter: cut.position)
    var begun = [UInt64](repeating: 0, count: (rowCount + 63) / 64)
    var ended = begun
    var ends = [Int64](repeating: 0, count: rowCount)
    let rowCount = rowCount
    begun.withUnsafeMutableBufferPointer { begun in
      ended.withUnsafeMutableBufferPointer { ended in
        ends.withUnsafeMutableBufferPointer { ends in
          var number = 0
          while number * RowTable<VisitPosting>.rowsPerBlock < rowCount {
            let block = book.block(number)
            number += 1
            guard block.header.minTimeMicros <= cut.atMicros else { continue }
            for index in 0..<min(block.rows.count, rowCount - block.firstRow) {
              let row = block.rows[index]
              guard row.effectiveMicros <= cut.atMicros else { continue }
              // An opening never lies behind its own posting; the minimum keeps a damaged file from reaching out of the bits.
              let opening = min(Int(row.opening), block.firstRow + index)
              let bit: UInt64 = 1 << UInt64(opening & 63)
              let isNegative = row.stamp.flags.contains(.negative)
              if isNegative == row.stamp.flags.contains(.reversal) {
                begun[opening >> 6] ^= bit
              } else {
                ended[opening >> 6] ^= bit
                ends[opening] &+= isNegative ? row.effectiveMicros : -row.effectiveMicros
              }
            }
          }
        }
      }
    }
    self.begun = begun
    self.ended = ended
    self.ends = ends
  }

  /// Calls `body` with each visit, in the order in which the openings were posted.
  @inline(__always)
  func forEach(in book: RowReader<VisitPosting>, _ body: (VisitSpan) throws -> Void) rethrows {
    try forEach(in: book.loaded(through: rowCount), body)
  }

  /// Calls `body` with each visit, in the order in which the openings were posted; for several threads at once.
  @inline(__always)
  func forEach(in book: LoadedRows<VisitPosting>, _ body: (VisitSpan) throws -> Void) rethrows {
    var first = 0
    var end = 0
    var rows = UnsafeBufferPointer<VisitPosting>(start: nil, count: 0)
    for (place, word) in begun.enumerated() {
      var rest = word
      while rest != 0 {
        let number = place << 6 + rest.trailingZeroBitCount
        rest &= rest &- 1
        if number >= end {
          (rows, first) = book.block(number / RowTable<VisitPosting>.rowsPerBlock)
          end = first + rows.count
          guard number < end else { continue }
        }
        let row = rows[number - first]
        let hasEnded = ended[place] & (1 << UInt64(number & 63)) != 0
        try body(
          VisitSpan(
            item: row.item, stage: row.stage, attributes: row.attributes, actor: row.actor, stream: row.stamp.stream,
            sinceMicros: row.sinceMicros, fromMicros: row.effectiveMicros, toMicros: hasEnded ? ends[number] : nil,
            position: row.stamp.position))
      }
    }
  }
}

/// Calls `body` with the visits of each item of a list that ``VisitSpans/byItem(in:where:)`` made.
func forEachItem(_ spans: [VisitSpan], _ body: (UInt32, ArraySlice<VisitSpan>) throws -> Void) rethrows {
  var start = 0
  while start < spans.count {
    var end = start + 1
    while end < spans.count, spans[end].item == spans[start].item { end += 1 }
    try body(spans[start].item, spans[start..<end])
    start = end
  }
}
