import EventLog
import ValueStream

/// The items whose delivery stands in a cut and lies in the period asked for, each with its visits and how often it was opened again.
struct DeliveredItems {
  private var deliveries: SubjectTable<CompletionPosting>
  /// How often items were opened again; few were.
  private var reopenings: [UInt32: Int] = [:]
  private let visits: ItemVisits

  /// Settles deliveries and visits.
  ///
  /// - Parameters:
  ///   - visits: the visits of all items of the cut, where they have been put in order already.
  ///   - passes: the question's filter.
  init(
    _ parts: AnswerParts, _ view: borrowing LedgerView, visits: ItemVisits? = nil,
    where passes: (CompletionPosting) -> Bool
  ) {
    var deliveries = SubjectTable<CompletionPosting>(view)
    var reopenings: [UInt32: Int] = [:]
    EntrySpans(view.completions, parts.cut).forEach(in: view.completions) { row, end in
      if end != nil {
        reopenings[row.item, default: 0] += 1
      } else if !row.stamp.flags.contains(.cancelled), parts.isInRange(row.effectiveMicros), passes(row) {
        deliveries.set(row.item, row)
      }
    }
    self.deliveries = deliveries
    self.reopenings = reopenings
    let wanted = deliveries
    self.visits =
      visits
      ?? VisitSpans(view.visits, parts.cut).byItem(view) { wanted[$0] != nil }
  }

  /// Passes on all cores over the deliveries, with the number of times the item was opened again, and its visits in the order of time.
  /// See ``ItemVisits/fold(isSerial:_:_:)``.
  func fold<State>(
    isSerial: Bool, _ make: () -> State, _ body: (inout State, CompletionPosting, Int, ArraySlice<VisitSpan>) -> Void
  ) -> [State] {
    let rows = deliveries.values
    return Cores.fold(rows.count, laneCount: isSerial ? 1 : Cores.lanes(for: rows.count), make) { state, range in
      var spans: [VisitSpan] = []
      for index in range {
        let row = rows[index]
        if index + ItemVisits.prefetchDistance < range.upperBound {
          visits.prefetch(Int(rows[index + ItemVisits.prefetchDistance].item))
        }
        visits.load(row.item, into: &spans)
        body(&state, row, reopenings.isEmpty ? 0 : reopenings[row.item] ?? 0, spans[...])
      }
    }
  }
}
