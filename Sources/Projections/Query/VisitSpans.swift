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
  private let rowCount: Int

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
    var first = 0
    var end = 0
    var rows = UnsafeBufferPointer<VisitPosting>(start: nil, count: 0)
    for (place, word) in begun.enumerated() {
      var rest = word
      while rest != 0 {
        let number = place << 6 + rest.trailingZeroBitCount
        rest &= rest &- 1
        if number >= end {
          let block = book.block(number / RowTable<VisitPosting>.rowsPerBlock)
          rows = block.rows
          first = block.firstRow
          end = first + rows.count
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

  /// The visits of the items that `wants` lets pass, those of one item side by side and in the order of time. O(visits · log visits of
  /// an item).
  func byItem(in book: RowReader<VisitPosting>, where wants: (UInt32) -> Bool) -> [VisitSpan] {
    // Openings come in the order of the log, so that most items' visits are in order already: counting places does the rest.
    var ends: [Int] = []
    var any: VisitSpan?
    forEach(in: book) { span in
      guard wants(span.item) else { return }
      let item = Int(span.item)
      if item >= ends.count { ends.append(contentsOf: repeatElement(0, count: max(item + 1 - ends.count, ends.count))) }
      ends[item] += 1
      any = span
    }
    guard let any else { return [] }
    var total = 0
    for item in ends.indices {
      let count = ends[item]
      ends[item] = total
      total += count
    }
    var sorted = [VisitSpan](repeating: any, count: total)
    forEach(in: book) { span in
      guard wants(span.item) else { return }
      sorted[ends[Int(span.item)]] = span
      ends[Int(span.item)] += 1
    }
    for item in ends.indices {
      let start = item == 0 ? 0 : ends[item - 1]
      let end = ends[item]
      var index = start + 1
      while index < end {
        var place = index
        while place > start, Self.precedes(sorted[place], sorted[place - 1]) {
          sorted.swapAt(place, place - 1)
          place -= 1
        }
        index += 1
      }
      for index in start + 1..<max(start + 1, end) {
        sorted[index].isContinuation =
          sorted[index].stage == sorted[index - 1].stage && sorted[index].sinceMicros == sorted[index - 1].sinceMicros
          && sorted[index - 1].toMicros == sorted[index].fromMicros
      }
    }
    return sorted
  }

  /// By begin; one that ended at once before one that lasted.
  private static func precedes(_ left: VisitSpan, _ right: VisitSpan) -> Bool {
    (left.fromMicros, left.toMicros ?? .max) < (right.fromMicros, right.toMicros ?? .max)
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
