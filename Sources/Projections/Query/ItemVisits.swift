import EventLog
import LMDB

/// The visits of a cut by item, each item's in the order of time.
///
/// Most items are read from the ``VisitIndex``, whose rows lie in their order and say themselves what stands in a cut; the others are put
/// together from their postings (``PostedVisits``).
struct ItemVisits: @unchecked Sendable {
  private let settled: ItemRows<SettledVisit>
  private let corrected: ItemRows<VisitPosting>
  private let posted: PostedVisits
  private let cut: Cut

  /// Prepares for a cut. O(blocks of the index + postings behind it).
  init(_ view: borrowing LedgerView, _ cut: Cut) {
    self.cut = cut
    settled = ItemRows(view.visitIndex.settled, cut)
    corrected = ItemRows(view.visitIndex.corrected, cut)
    posted = PostedVisits(view, cut)
  }

  /// Passes over the items that have visits on all cores: each core begins with a state of its own and takes the items of a range of
  /// numbers, in order. `body` is called from several threads at once and may change nothing but the state.
  ///
  /// - Parameter isSerial: whether one core must do it all.
  /// - Returns: the states, in the order of the items' numbers.
  @inline(__always)
  func fold<State>(
    isSerial: Bool, _ make: () -> State, _ body: (inout State, UInt32, ItemSpans) -> Void
  ) -> [State] {
    let bounds = bounds(isSerial ? 1 : Cores.lanes(for: settled.count + corrected.count + posted.items.count))
    return Cores.fold(bounds.count - 1, laneCount: bounds.count - 1, make) { state, lanes in
      for lane in lanes {
        var walk = Walk(self, from: bounds[lane])
        while let item = walk.nextItem, item < bounds[lane + 1] {
          walk.load(item)
          let spans = walk.spans.contents
          if !spans.isEmpty { body(&state, item, spans) }
        }
      }
    }
  }

  /// As ``fold(isSerial:_:_:)``, over some items, ascending, whether they have visits or not.
  @inline(__always)
  func fold<State>(
    over items: [UInt32], isSerial: Bool, _ make: () -> State,
    _ body: (inout State, UInt32, ItemSpans) -> Void
  ) -> [State] {
    Cores.fold(items.count, laneCount: isSerial ? 1 : Cores.lanes(for: items.count), make) { state, range in
      guard !range.isEmpty else { return }
      var walk = Walk(self, from: items[range.lowerBound])
      for item in items[range] {
        walk.load(item)
        body(&state, item, walk.spans.contents)
      }
    }
  }

  /// Calls `body` with each item that has visits, in the order of the items' numbers.
  func forEach(_ body: (UInt32, ItemSpans) -> Void) {
    _ = fold(isSerial: true) {
      ()
    } _: { _, item, visits in
      body(item, visits)
    }
  }

  /// The first item of each lane, and one behind the last: so that lanes have as many rows each, not as many items.
  private func bounds(_ laneCount: Int) -> [UInt32] {
    var bounds: [UInt32] = [0]
    for lane in 1..<max(1, laneCount) {
      let item =
        settled.count >= posted.items.count
        ? settled.item(of: settled.count * lane / laneCount) : posted.items[posted.items.count * lane / laneCount]
      bounds.append(max(item, bounds[lane - 1]))
    }
    return bounds + [.max]
  }

  /// A way through the items, in the order of their numbers.
  private struct Walk: ~Copyable {
    private var settled: ItemRowCursor<SettledVisit>
    private var corrected: ItemRowCursor<VisitPosting>
    private let posted: PostedVisits
    private let postedItems: UnsafeMutableBufferPointer<UInt32>
    private let cut: Cut
    /// The place of the next item that has postings behind the index.
    private var place: Int
    private var sums = VisitSums()
    private(set) var spans = SpanBuffer()

    init(_ all: ItemVisits, from item: UInt32) {
      settled = ItemRowCursor(all.settled, from: item)
      corrected = ItemRowCursor(all.corrected, from: item)
      posted = all.posted
      postedItems = all.posted.items
      cut = all.cut
      place = postedItems.partitioningIndex { $0 >= item }
    }

    /// The next item that may have visits; nil at the end.
    @inline(__always)
    var nextItem: UInt32? {
      let next = min(
        settled.item ?? .max, corrected.item ?? .max, place < postedItems.count ? postedItems[place] : .max)
      return next == .max ? nil : next
    }

    /// Reads the visits of an item, which must not lie before the one read last, into ``spans``.
    @inline(__always)
    mutating func load(_ item: UInt32) {
      spans.removeAll()
      settled.skip(to: item)
      corrected.skip(to: item)
      while place < postedItems.count, postedItems[place] < item { place += 1 }
      if corrected.item == item || place < postedItems.count && postedItems[place] == item { return addUp(item) }
      while settled.item == item {
        if let span = VisitSpan(settled.row, cut, after: spans.last) { spans.append(span) }
        settled.step()
      }
    }

    @inline(never)
    private mutating func addUp(_ item: UInt32) {
      while settled.item == item {
        sums.add(settled.row, cut)
        settled.step()
      }
      while corrected.item == item {
        sums.add(corrected.row, cut)
        corrected.step()
      }
      if place < postedItems.count, postedItems[place] == item {
        posted.forEachPosting(at: place) { sums.add($0, cut) }
        place += 1
      }
      sums.settle(into: &spans)
    }
  }
}
