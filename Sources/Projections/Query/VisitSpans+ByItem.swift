import Dispatch
import Foundation
import LMDB

extension VisitSpans {
  /// Below so many rows one thread is quicker.
  private static let rowsForLanes = 1 << 16

  /// The visits of the items that `wants` lets pass, in the order of item, then time.
  ///
  /// O(visits · log visits of an item). Each core takes a range of items of its own, so that nothing is shared; `wants` is called from
  /// several threads.
  func byItem(in book: RowReader<VisitPosting>, where wants: @Sendable (UInt32) -> Bool) -> [VisitSpan] {
    let count = rowCount < Self.rowsForLanes ? 1 : min(4, ProcessInfo.processInfo.activeProcessorCount)
    let rows = book.loaded(through: rowCount)
    // Items are numbered as the log first names them, so that places in the book divide them about evenly.
    var bounds: [UInt32] = [0]
    for lane in 1..<max(1, count) {
      bounds.append(max(bounds[lane - 1], rows.row(at: rowCount / count * lane)?.item ?? 0))
    }
    bounds.append(.max)
    let lanes = (0..<count).map { Lane(items: bounds[$0]..<bounds[$0 + 1]) }
    return withoutActuallyEscaping(wants) { wants in
      Self.run(lanes) { $0.count(self, rows, wants) }
      var total = 0
      for lane in lanes {
        lane.first = total
        total += lane.total
      }
      return [VisitSpan](unsafeUninitializedCapacity: total) { memory, initializedCount in
        let target = Target(memory: memory)
        Self.run(lanes) { $0.sort(self, rows, wants, into: target) }
        initializedCount = total
      }
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

/// `@unchecked Sendable`: each lane writes only to its own part.
private struct Target: @unchecked Sendable {
  let memory: UnsafeMutableBufferPointer<VisitSpan>
}

/// What one thread does: the visits of a range of items.
///
/// `@unchecked Sendable`: used by one thread at a time; `first` is set between the two steps.
private final class Lane: @unchecked Sendable {
  private let items: Range<UInt32>
  /// How many visits each item has; then where its next one goes.
  private var places: [Int32] = []
  private(set) var total = 0
  /// Where the lane's part begins.
  var first = 0

  init(items: Range<UInt32>) { self.items = items }

  func count(_ spans: VisitSpans, _ book: LoadedRows<VisitPosting>, _ wants: (UInt32) -> Bool) {
    var places: [Int32] = []
    var total = 0
    let items = items
    spans.forEach(in: book) { span in
      guard items.contains(span.item), wants(span.item) else { return }
      let item = Int(span.item - items.lowerBound)
      if item >= places.count {
        places.append(contentsOf: repeatElement(0, count: max(item + 1 - places.count, places.count)))
      }
      places[item] += 1
      total += 1
    }
    self.places = places
    self.total = total
  }

  func sort(_ spans: VisitSpans, _ book: LoadedRows<VisitPosting>, _ wants: (UInt32) -> Bool, into target: Target) {
    guard total > 0 else { return }
    let memory = UnsafeMutableBufferPointer(rebasing: target.memory[first..<first + total])
    var places = places
    self.places = []
    var next: Int32 = 0
    for item in places.indices {
      let count = places[item]
      places[item] = next
      next += count
    }
    let items = items
    // Openings come in the order of the log, so that most items' visits are in order already.
    spans.forEach(in: book) { span in
      guard items.contains(span.item), wants(span.item) else { return }
      let item = Int(span.item - items.lowerBound)
      memory.initializeElement(at: Int(places[item]), to: span)
      places[item] += 1
    }
    for item in places.indices {
      Self.order(memory, from: item == 0 ? 0 : Int(places[item - 1]), to: Int(places[item]))
    }
  }

  /// Puts the visits of one item in order and marks those that go on with the one before.
  private static func order(_ memory: UnsafeMutableBufferPointer<VisitSpan>, from start: Int, to end: Int) {
    guard end - start > 1 else { return }
    for index in start + 1..<end {
      var place = index
      while place > start, precedes(memory[place], memory[place - 1]) {
        memory.swapAt(place, place - 1)
        place -= 1
      }
    }
    for index in start + 1..<end {
      memory[index].isContinuation =
        memory[index].stage == memory[index - 1].stage && memory[index].sinceMicros == memory[index - 1].sinceMicros
        && memory[index - 1].toMicros == memory[index].fromMicros
    }
  }

  /// By begin; one that ended at once before one that lasted.
  private static func precedes(_ left: VisitSpan, _ right: VisitSpan) -> Bool {
    (left.fromMicros, left.toMicros ?? .max) < (right.fromMicros, right.toMicros ?? .max)
  }
}
