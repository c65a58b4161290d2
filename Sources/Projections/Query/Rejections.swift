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

  /// Whether an item was rejected at all.
  func has(_ item: UInt32) -> Bool { items.contains(item) }

  /// Whether an item was rejected with a stage as the origin, from one instant to before another.
  func has(_ item: UInt32, origin: UInt32, from: Int64, to: Int64) -> Bool {
    all[all.partitioningIndex { $0.item >= item }...].lazy.prefix { $0.item == item }
      .contains { $0.origin == origin && $0.micros >= from && $0.micros < to }
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
