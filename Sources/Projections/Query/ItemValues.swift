import EventLog
import ValueStream

/// What items were said to be worth, and when: the `value` of created and changed events.
struct ItemValues {
  private struct Said: BitwiseCopyable {
    var item: UInt32
    var micros: Int64
    var value: Double
  }

  /// In the order of the log.
  private var said: [Said] = []
  private let order: SubjectOrder

  /// Gathers them. O(postings up to the position).
  init(_ view: borrowing LedgerView, _ cut: Cut) {
    let events = SelectedEvents([.itemCreated, .itemChanged], cut, view) { $0.measure != 0 }
    var said: [Said] = []
    said.reserveCapacity(events.count)
    events.forEach(in: view.books.events) { _, row in
      said.append(Said(item: row.subject, micros: row.effectiveMicros, value: Double(bitPattern: row.measure)))
    }
    order = SubjectOrder(said.count, subjectCount: Int(view.log.symbolCount(in: .subject))) { said[$0].item }
    self.said = said
  }

  /// The value of an item at an instant, of two said for one instant the one that came later; nil when none had been said. O(how often one
  /// was said of it).
  func value(of item: UInt32, at micros: Int64) -> Double? {
    var last: Said?
    for place in order.places(of: item) {
      let one = said[Int(place)]
      if one.micros <= micros, one.micros >= last?.micros ?? .min { last = one }
    }
    return last?.value
  }
}
