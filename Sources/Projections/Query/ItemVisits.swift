import Dispatch
import Foundation
import LMDB

/// The visits of a cut by item, each item's in the order of time.
///
/// Only the numbers of the openings are sorted, 4 bytes a visit: the rows of an item lie near each other in the book, and are read when
/// they are asked for.
struct ItemVisits {
  private let spans: VisitSpans
  private let rows: LoadedRows<VisitPosting>
  private let order: [UInt32]
  /// Where the openings of each item begin in `order`; one more at the end.
  private let starts: [UInt32]

  fileprivate init(spans: VisitSpans, rows: LoadedRows<VisitPosting>, order: [UInt32], starts: [UInt32]) {
    self.spans = spans
    self.rows = rows
    self.order = order
    self.starts = starts
  }

  /// The items that may have visits: symbols below this.
  var itemCount: Int { starts.count - 1 }

  /// Reads the visits of an item into an array, which is emptied before. Only items that were wanted have any.
  @inline(__always)
  func load(_ item: UInt32, into visits: inout [VisitSpan]) {
    visits.removeAll(keepingCapacity: true)
    guard Int(item) < itemCount else { return }
    for place in Int(starts[Int(item)])..<Int(starts[Int(item) + 1]) {
      let number = Int(order[place])
      let (block, first) = rows.block(number / RowTable<VisitPosting>.rowsPerBlock)
      let span = spans.span(number, block[number - first])
      visits.append(span)
      // Openings come in the order of the log, so that most items' visits are in order already.
      var index = visits.count - 1
      while index > 0, Self.precedes(span, visits[index - 1]) {
        visits.swapAt(index, index - 1)
        index -= 1
      }
    }
  }

  /// By begin; one that ended at once before one that lasted.
  @inline(__always)
  private static func precedes(_ left: VisitSpan, _ right: VisitSpan) -> Bool {
    left.fromMicros == right.fromMicros
      ? (left.toMicros ?? .max) < (right.toMicros ?? .max) : left.fromMicros < right.fromMicros
  }

  /// Calls `body` with each item that has visits, in the order of the items' numbers.
  @inline(__always)
  func forEach(_ body: (UInt32, ArraySlice<VisitSpan>) throws -> Void) rethrows {
    var visits: [VisitSpan] = []
    for item in 0..<itemCount where starts[item] < starts[item + 1] {
      load(UInt32(item), into: &visits)
      try body(UInt32(item), visits[...])
    }
  }
}

extension VisitSpans {
  /// Below so many rows one thread is quicker.
  private static let rowsForLanes = 1 << 16

  /// The visits of the items that `wants` lets pass, by item; `wants` is called from several threads. O(postings + subjects).
  func byItem(_ view: borrowing LedgerView, where wants: @Sendable (UInt32) -> Bool = { _ in true }) -> ItemVisits {
    let itemCount = Int(view.log.symbolCount(in: .subject)) + 1
    let laneCount = rowCount < Self.rowsForLanes ? 1 : min(4, ProcessInfo.processInfo.activeProcessorCount)
    let rows = view.visits.loaded(through: rowCount)
    // Each core counts, then places, the openings of a part of the book.
    let lanes = (0..<laneCount).map { number in
      Lane(words: begun.count * number / laneCount..<begun.count * (number + 1) / laneCount, itemCount: itemCount)
    }
    return withoutActuallyEscaping(wants) { wants in
      Self.run(lanes) { $0.count(self, rows, wants) }
      var starts = [UInt32](repeating: 0, count: itemCount + 1)
      var total: UInt32 = 0
      for item in 0..<itemCount {
        starts[item] = total
        for lane in lanes { total = lane.place(item, from: total) }
      }
      starts[itemCount] = total
      let order = [UInt32](unsafeUninitializedCapacity: Int(total)) { memory, initializedCount in
        let target = Target(memory: memory)
        Self.run(lanes) { $0.fill(self, rows, wants, into: target) }
        initializedCount = Int(total)
      }
      return ItemVisits(spans: self, rows: rows, order: order, starts: starts)
    }
  }

  private static func run(_ lanes: [Lane], _ body: @Sendable (Lane) -> Void) {
    if lanes.count == 1 {
      body(lanes[0])
    } else {
      DispatchQueue.concurrentPerform(iterations: lanes.count) { body(lanes[$0]) }
    }
  }
}

/// `@unchecked Sendable`: each lane writes only to places of its own.
private struct Target: @unchecked Sendable {
  let memory: UnsafeMutableBufferPointer<UInt32>
}

/// What one thread does: the openings of a part of the book.
///
/// `@unchecked Sendable`: used by one thread at a time.
private final class Lane: @unchecked Sendable {
  private let words: Range<Int>
  /// How many openings each item has in this part; then where its next one goes.
  private var places: [UInt32]

  init(words: Range<Int>, itemCount: Int) {
    self.words = words
    places = [UInt32](repeating: 0, count: itemCount)
  }

  func count(_ spans: VisitSpans, _ rows: LoadedRows<VisitPosting>, _ wants: (UInt32) -> Bool) {
    var places = self.places
    self.places = []
    places.withUnsafeMutableBufferPointer { places in
      spans.forEachOpening(in: rows, words: words) { _, row in
        guard Int(row.item) < places.count, wants(row.item) else { return }
        places[Int(row.item)] += 1
      }
    }
    self.places = places
  }

  /// Gives an item's openings their places behind those of the lanes before; returns the next free one.
  func place(_ item: Int, from start: UInt32) -> UInt32 {
    let count = places[item]
    places[item] = start
    return start + count
  }

  func fill(_ spans: VisitSpans, _ rows: LoadedRows<VisitPosting>, _ wants: (UInt32) -> Bool, into target: Target) {
    var places = self.places
    self.places = []
    places.withUnsafeMutableBufferPointer { places in
      spans.forEachOpening(in: rows, words: words) { number, row in
        guard Int(row.item) < places.count, wants(row.item) else { return }
        target.memory[Int(places[Int(row.item)])] = UInt32(truncatingIfNeeded: number)
        places[Int(row.item)] += 1
      }
    }
  }
}
