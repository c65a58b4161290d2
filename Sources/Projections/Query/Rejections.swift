import ValueStream

/// The `vsl.item.rejected` events of a cut, by item.
struct Rejections {
  private struct Rejection {
    var item: UInt32
    var origin: UInt32
    var micros: Int64
  }

  /// By item.
  private let all: [Rejection]
  /// The items with any: nearly all items have none, and looking into a bit beats searching.
  private let items: SubjectSet

  /// Gathers them, whatever the question filters by: what happened to an item counts for all of its visits.
  ///
  /// - Parameter selected: events of the cut among which they are.
  init(_ parts: AnswerParts, _ selected: SelectedEvents, _ view: borrowing LedgerView) throws {
    // The books' numbers of the stages, by the log's symbols.
    let stages = (0...view.log.symbolCount(in: .stage)).map { symbol in
      view.stages.number(of: view.log.symbolBytes(symbol, in: .stage).map(Array.init) ?? []) ?? 0
    }
    var all: [Rejection] = []
    var items = SubjectSet(view)
    let rows = try EventRows([.itemRejected], parts.query.unfiltered, parts.cut, view, among: selected)
    rows.forEach(view) { event in
      let symbol = Int(event.row.argument)
      all.append(
        Rejection(
          item: event.item, origin: symbol < stages.count ? stages[symbol] : 0, micros: event.row.effectiveMicros))
      items.insert(event.item)
    }
    all.sort { $0.item < $1.item }
    self.all = all
    self.items = items
  }

  /// The places of an item's rejections; none for nearly all items.
  @inline(__always)
  func of(_ item: UInt32) -> Range<Int> { items.contains(item) ? places(of: item) : 0..<0 }

  @inline(never)
  private func places(of item: UInt32) -> Range<Int> {
    let first = all.partitioningIndex { $0.item >= item }
    var end = first
    while end < all.count, all[end].item == item { end += 1 }
    return first..<end
  }

  /// Whether one of an item's rejections had a stage as the origin, from one instant to before another.
  func has(_ places: Range<Int>, origin: UInt32, from: Int64, to: Int64) -> Bool {
    places.contains { all[$0].origin == origin && all[$0].micros >= from && all[$0].micros < to }
  }
}

extension Query {
  /// The same cut without filters and groups.
  var unfiltered: Query {
    var all = self
    all.filter = Filter()
    all.groupings = []
    return all
  }
}
