import EventLog
import ValueStream

/// The items whose delivery stands in a cut and lies in the period asked for, each with its visits and how often it was opened again.
struct DeliveredItems {
  private let deliveries: SubjectRows<CompletionPosting>
  /// The items of which a delivery stands, whatever the question asks for.
  private let delivered: SubjectSet
  /// How often items were opened again: few were, so that a bit tells of nearly all that they are not among them.
  private let reopenings: [UInt32: Int]
  private let reopened: SubjectSet
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
    var delivered = SubjectSet(view)
    var reopenings: [UInt32: Int] = [:]
    var reopened = SubjectSet(view)
    deliveries = SubjectRows(view, view.books.completions) { add in
      EntrySpans(view.books.completions, parts.cut).forEach(in: view.books.completions) { row, end in
        if end != nil {
          reopenings[row.item, default: 0] += 1
          reopened.insert(row.item)
        } else if !row.stamp.flags.contains(.cancelled) {
          delivered.insert(row.item)
          if parts.isInRange(row.effectiveMicros), passes(row) { add(row) }
        }
      }
    }
    self.delivered = delivered
    self.reopenings = reopenings
    self.reopened = reopened
    self.visits = visits ?? ItemVisits(view, parts.cut)
  }

  /// Whether a delivery of an item stands, whatever the question asks for.
  @inline(__always)
  func isDelivered(_ item: UInt32) -> Bool { delivered.contains(item) }

  /// How many there are.
  var count: Int { deliveries.count }

  /// The delivery of an item, and how often the item was opened again; nil when none counts.
  @inline(__always)
  func delivery(of item: UInt32) -> (row: CompletionPosting, reopenings: Int)? {
    deliveries[item].map { ($0, reopened.contains(item) ? reopenings[item] ?? 0 : 0) }
  }

  /// Passes on all cores over the deliveries, with the number of times the item was opened again, and its visits in the order of time.
  /// See ``ItemVisits/fold(isSerial:_:_:)``.
  func fold<State>(
    isSerial: Bool, _ make: () -> State, _ body: (inout State, CompletionPosting, Int, ItemSpans) -> Void
  ) -> [State] {
    visits.fold(over: deliveries.subjects, isSerial: isSerial, make) { state, item, spans in
      guard let delivery = delivery(of: item) else { return }
      body(&state, delivery.row, delivery.reopenings, spans)
    }
  }
}
