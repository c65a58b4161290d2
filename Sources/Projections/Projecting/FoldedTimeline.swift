import ValueStream

/// An item's timeline from nothing: its facts, and the entries that they demand. The projector keeps two and uses them again, so that a
/// late fact allocates nothing.
struct FoldedTimeline {
  /// The facts, in timeline order; set before ``fold(in:)``.
  var facts: [ItemFact] = []
  /// The state at the end.
  private(set) var state = ItemState()
  /// The number of entries after each fact.
  private(set) var counts: [Int] = []
  /// For each entry the row at which its opening stands in its book.
  var rows: [UInt32] = []
  /// For each entry whether its posting stays as it is.
  private var isKept: [Bool] = []
  private var collector = EntryCollector()

  /// What the facts demand, in the order of effective times.
  var entries: [TimelineEntry] { collector.entries }

  /// Whether the posting of an entry stays.
  func keeps(_ index: Int) -> Bool { isKept[index] }

  /// Works out the entries.
  mutating func fold(in context: inout TimelineContext) {
    collector.removeAll()
    counts.removeAll(keepingCapacity: true)
    state = ItemState()
    for fact in facts {
      state.apply(fact, in: &context, into: &collector)
      counts.append(collector.entries.count)
    }
  }

  /// Gives each entry the row of its opening: `openings` in the order of the entries that open.
  mutating func setRows(_ openings: [UInt32]) {
    rows.removeAll(keepingCapacity: true)
    var next = 0
    for (index, entry) in entries.enumerated() {
      if entry.opening == index {
        rows.append(openings[next])
        next += 1
      } else {
        rows.append(rows[entry.opening])
      }
    }
  }

  /// Finds the entries of two timelines that are the same, so that their postings stay, and gives those of the new one their rows. Entries
  /// come in the order of their effective times; an entry that takes another back is the same only if the other one is.
  static func match(_ old: inout FoldedTimeline, _ new: inout FoldedTimeline) {
    old.clearMatches()
    new.clearMatches()
    new.rows.removeAll(keepingCapacity: true)
    var start = 0
    for index in new.entries.indices {
      let entry = new.entries[index]
      new.rows.append(.max)
      while start < old.entries.count, old.entries[start].effectiveMicros < entry.effectiveMicros { start += 1 }
      var candidate = start
      while candidate < old.entries.count, old.entries[candidate].effectiveMicros == entry.effectiveMicros {
        defer { candidate += 1 }
        guard !old.isKept[candidate] else { continue }
        let isOpening = entry.opening == index
        guard isOpening == (old.entries[candidate].opening == candidate) else { continue }
        if !isOpening, old.rows[candidate] != new.rows[entry.opening] { continue }
        var same = old.entries[candidate]
        same.opening = entry.opening
        guard same == entry else { continue }
        old.isKept[candidate] = true
        new.isKept[index] = true
        new.rows[index] = old.rows[candidate]
        break
      }
    }
  }

  private mutating func clearMatches() {
    isKept.removeAll(keepingCapacity: true)
    for _ in entries { isKept.append(false) }
  }
}
