import ValueStream

/// Which attributes some items had when, in a cut: as their arrivals, visits and completions say. What changed while an item was in no
/// stage is known from its next visit on.
struct ItemAttributeHistory {
  private struct Change: BitwiseCopyable {
    var fromMicros: Int64
    var set: UInt32
  }

  /// Where the changes of each item begin, by its number; one more for the end.
  private var starts: [UInt32]
  private var changes: [Change]

  /// Gathers the history of the items that are marked. Two passes over the postings, and a short sort for each item.
  init(of isWanted: [Bool], _ view: borrowing LedgerView, _ cut: Cut) {
    let arrivals = StandingEntries(view.arrivals, cut)
    let visits = VisitSpans(view.visits, cut)
    let completions = StandingEntries(view.completions, cut)
    func forEach(_ view: borrowing LedgerView, _ body: (UInt32, Change) -> Void) {
      func tell(_ item: UInt32, _ fromMicros: Int64, _ set: UInt32) {
        if Int(item) < isWanted.count, isWanted[Int(item)] { body(item, Change(fromMicros: fromMicros, set: set)) }
      }
      arrivals.forEach(in: view.arrivals) { tell($0.item, $0.effectiveMicros, $0.attributes) }
      visits.forEach(in: view.visits) { tell($0.item, $0.fromMicros, $0.attributes) }
      completions.forEach(in: view.completions) { tell($0.item, $0.effectiveMicros, $0.attributes) }
    }
    var counts = [UInt32](repeating: 0, count: isWanted.count + 1)
    forEach(view) { item, _ in counts[Int(item)] += 1 }
    var total: UInt32 = 0
    for index in counts.indices {
      let count = counts[index]
      counts[index] = total
      total += count
    }
    var next = counts
    var changes = [Change](repeating: Change(fromMicros: 0, set: 0), count: Int(total))
    forEach(view) { item, change in
      var place = Int(next[Int(item)])
      next[Int(item)] += 1
      // Each item has few, and they come nearly in order.
      while place > Int(counts[Int(item)]), changes[place - 1].fromMicros > change.fromMicros {
        changes[place] = changes[place - 1]
        place -= 1
      }
      changes[place] = change
    }
    starts = counts
    self.changes = changes
  }

  /// The set of an item at an instant; the first known one before that; 0 when nothing is known.
  func attributes(of item: UInt32, at micros: Int64) -> UInt32 {
    guard Int(item) + 1 < starts.count else { return 0 }
    let own = changes[Int(starts[Int(item)])..<Int(starts[Int(item) + 1])]
    guard let first = own.first else { return 0 }
    return own.last { $0.fromMicros <= micros }?.set ?? first.set
  }
}
