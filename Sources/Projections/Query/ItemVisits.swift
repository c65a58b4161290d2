import EventLog
import LMDB

/// The visits of a cut by item, each item's in the order of time.
///
/// Only the numbers of the openings are sorted, 4 bytes a visit: the rows of an item lie near each other in the book, and are read when
/// they are asked for.
struct ItemVisits {
  private let spans: VisitSpans
  private let rows: LoadedRows<VisitPosting>
  private let order: Scratch<UInt32>
  /// Where the openings of each item begin in `order`; one more at the end.
  private let starts: Scratch<UInt32>

  fileprivate init(spans: VisitSpans, rows: LoadedRows<VisitPosting>, order: Scratch<UInt32>, starts: Scratch<UInt32>) {
    self.spans = spans
    self.rows = rows
    self.order = order
    self.starts = starts
  }

  /// The items that may have visits: symbols below this.
  var itemCount: Int { starts.elements.count - 1 }

  /// How many items ahead a pass asks for memory: enough to cover its latency, few enough that it is still in the cache when it is used.
  static let prefetchDistance = 8

  /// Asks the processor to fetch what the visits of an item lie in, so that a pass over items need not wait for each row.
  @inline(__always)
  func prefetch(_ item: Int) {
    guard item < itemCount else { return }
    for place in Int(starts.elements[item])..<Int(starts.elements[item + 1]) {
      let number = Int(order.elements[place])
      rows.prefetch(number)
      spans.prefetchEnd(number)
    }
  }

  /// Reads the visits of an item into an array, which is emptied before. Only items that were wanted have any.
  @inline(__always)
  func load(_ item: UInt32, into visits: inout [VisitSpan]) {
    visits.removeAll(keepingCapacity: true)
    guard Int(item) < itemCount else { return }
    for place in Int(starts.elements[Int(item)])..<Int(starts.elements[Int(item) + 1]) {
      let number = Int(order.elements[place])
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

  /// Passes over the items that have visits on all cores: each core begins with a state of its own and takes the items of a range of
  /// numbers, in order. `body` is called from several threads at once and may change nothing but the state.
  ///
  /// - Parameter isSerial: whether one core must do it all.
  /// - Returns: the states, in the order of the items' numbers.
  func fold<State>(
    isSerial: Bool, _ make: () -> State, _ body: (inout State, UInt32, ArraySlice<VisitSpan>) -> Void
  ) -> [State] {
    let laneCount = isSerial ? 1 : Cores.lanes(for: order.elements.count)
    let bounds = (0...laneCount).map { item(atVisit: order.elements.count * $0 / laneCount) }
    return Cores.fold(itemCount, laneCount: laneCount, bounds: bounds, make) { state, range in
      var visits: [VisitSpan] = []
      for item in range {
        prefetch(item + Self.prefetchDistance)
        guard starts.elements[item] < starts.elements[item + 1] else { continue }
        load(UInt32(item), into: &visits)
        body(&state, UInt32(item), visits[...])
      }
    }
  }

  /// The first item whose visits begin at or behind a place; 0 and ``itemCount`` at the ends. So that lanes have as many visits each, not
  /// as many items.
  private func item(atVisit place: Int) -> Int {
    guard place > 0 else { return 0 }
    guard place < order.elements.count else { return itemCount }
    var low = 0
    var high = itemCount
    while low < high {
      let middle = (low + high) / 2
      if Int(starts.elements[middle]) < place { low = middle + 1 } else { high = middle }
    }
    return low
  }

  /// Calls `body` with each item that has visits, in the order of the items' numbers.
  @inline(__always)
  func forEach(_ body: (UInt32, ArraySlice<VisitSpan>) throws -> Void) rethrows {
    var visits: [VisitSpan] = []
    for item in 0..<itemCount where starts.elements[item] < starts.elements[item + 1] {
      load(UInt32(item), into: &visits)
      try body(UInt32(item), visits[...])
    }
  }
}

extension VisitSpans {
  /// The visits of the items that `wants` lets pass, by item; `wants` is called from several threads. O(postings + subjects).
  func byItem(_ view: borrowing LedgerView, where wants: (UInt32) -> Bool = { _ in true }) -> ItemVisits {
    let itemCount = Int(view.log.symbolCount(in: .subject)) + 1
    let laneCount = Cores.lanes(for: rowCount)
    let rows = view.visits.loaded(through: rowCount)
    // Each core counts, then places, the openings of a part of the book. The places of lane n are in row n.
    let placesOfLanes = Scratch<UInt32>(count: itemCount * laneCount)
    let places = placesOfLanes.elements
    forEachWanted(rows, laneCount, itemCount, wants) { lane, row, _ in places[lane * itemCount + Int(row.item)] += 1 }
    let starts = Scratch<UInt32>(count: itemCount + 1)
    var total: UInt32 = 0
    for item in 0..<itemCount {
      starts.elements[item] = total
      for lane in 0..<laneCount {
        let count = places[lane * itemCount + item]
        places[lane * itemCount + item] = total
        total += count
      }
    }
    starts.elements[itemCount] = total
    let order = Scratch<UInt32>(count: Int(total))
    let ordered = order.elements
    forEachWanted(rows, laneCount, itemCount, wants) { lane, row, number in
      let place = lane * itemCount + Int(row.item)
      ordered[Int(places[place])] = UInt32(truncatingIfNeeded: number)
      places[place] += 1
    }
    withExtendedLifetime(placesOfLanes) {}
    return ItemVisits(spans: self, rows: rows, order: order, starts: starts)
  }

  /// Calls `body` on all cores with the openings of wanted items, each core with those of a part of the book.
  @inline(__always)
  private func forEachWanted(
    _ rows: LoadedRows<VisitPosting>, _ laneCount: Int, _ itemCount: Int, _ wants: (UInt32) -> Bool,
    _ body: (Int, VisitPosting, Int) -> Void
  ) {
    Cores.run(laneCount) { lane in
      forEachOpening(in: rows, words: words(lane, of: laneCount)) { number, row in
        if Int(row.item) < itemCount, wants(row.item) { body(lane, row, number) }
      }
    }
  }

  private func words(_ lane: Int, of laneCount: Int) -> Range<Int> {
    begun.count * lane / laneCount..<begun.count * (lane + 1) / laneCount
  }
}
