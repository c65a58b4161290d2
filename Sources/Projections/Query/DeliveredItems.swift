import ValueStream

/// The items whose delivery stands in a cut and lies in the period asked for, each with its visits and how often it was opened again.
struct DeliveredItems {
  private var deliveries: [CompletionPosting] = []
  private var reopenings: [UInt32: Int] = [:]
  private let visits: ItemVisits

  /// Settles deliveries and visits; `passes` is the question's filter.
  init(_ parts: AnswerParts, _ view: borrowing LedgerView, where passes: (CompletionPosting) -> Bool) {
    var deliveries: [CompletionPosting] = []
    var reopenings: [UInt32: Int] = [:]
    var isWanted = [Bool](repeating: false, count: Int(view.log.symbolCount(in: .subject)) + 1)
    EntrySpans(view.completions, parts.cut).forEach(in: view.completions) { row, end in
      if end != nil {
        reopenings[row.item, default: 0] += 1
      } else if !row.stamp.flags.contains(.cancelled), parts.isInRange(row.effectiveMicros), passes(row),
        Int(row.item) < isWanted.count
      {
        deliveries.append(row)
        isWanted[Int(row.item)] = true
      }
    }
    self.deliveries = deliveries.sorted { $0.item < $1.item }
    self.reopenings = reopenings
    let wanted = isWanted
    visits = VisitSpans(view.visits, parts.cut).byItem(view) {
      Int($0) < wanted.count && wanted[Int($0)]
    }
  }

  /// Calls `body` with each delivery, the number of times the item was opened again, and its visits in the order of time.
  func forEach(_ body: (CompletionPosting, Int, ArraySlice<VisitSpan>) -> Void) {
    var spans: [VisitSpan] = []
    for row in deliveries {
      visits.load(row.item, into: &spans)
      body(row, reopenings[row.item] ?? 0, spans[...])
    }
  }
}
