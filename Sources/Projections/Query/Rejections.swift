import ValueStream

/// The `vsl.item.rejected` events of a cut, by item.
struct Rejections {
  private var byItem: [UInt32: [(origin: UInt32, micros: Int64)]] = [:]
  /// The items with any: nearly all items have none, and looking into a bit beats hashing.
  private var items: SubjectSet

  /// Gathers them, whatever the question filters by: what happened to an item counts for all of its visits.
  ///
  /// - Parameter selected: events of the cut among which they are.
  init(_ parts: AnswerParts, _ selected: SelectedEvents, _ view: borrowing LedgerView) throws {
    var found: [UInt32: [(origin: UInt32, micros: Int64)]] = [:]
    items = SubjectSet(view)
    let rows = try EventRows([.itemRejected], parts.query.unfiltered, parts.cut, view, among: selected)
    rows.forEach(view) { event in
      let name = view.log.symbolBytes(event.row.argument, in: .stage).map(Array.init) ?? []
      found[event.item, default: []].append((view.stages.number(of: name) ?? 0, event.row.effectiveMicros))
    }
    for item in found.keys { items.insert(item) }
    byItem = found
  }

  /// Whether an item was rejected at all.
  func has(_ item: UInt32) -> Bool { items.contains(item) }

  /// Whether an item was rejected with a stage as the origin, from one instant to before another.
  func has(_ item: UInt32, origin: UInt32, from: Int64, to: Int64) -> Bool {
    byItem[item]?.contains { $0.origin == origin && $0.micros >= from && $0.micros < to } ?? false
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
