import EventLog
import ValueStream

/// What items were said to be worth, and when: the `value` of created and changed events.
struct ItemValues {
  private struct Said: BitwiseCopyable {
    var item: UInt32
    var micros: Int64
    var position: UInt64
    var value: Double
  }

  /// By item, then by time.
  private var said: [Said] = []

  /// Gathers them. One pass over the book of events, and a sort.
  init(_ view: borrowing LedgerView, _ cut: Cut) {
    SelectedEvents([.itemCreated, .itemChanged], cut, view).forEach(in: view.events) { _, row in
      guard row.measure != 0 else { return }
      said.append(
        Said(
          item: row.subject, micros: row.effectiveMicros, position: row.stamp.position,
          value: Double(bitPattern: row.measure)))
    }
    said.sort { ($0.item, $0.micros, $0.position) < ($1.item, $1.micros, $1.position) }
  }

  /// The value of an item at an instant; nil when none had been said. O(log n).
  func value(of item: UInt32, at micros: Int64) -> Double? {
    var low = 0
    var high = said.count
    while low < high {
      let middle = (low + high) / 2
      if (said[middle].item, said[middle].micros) <= (item, micros) { low = middle + 1 } else { high = middle }
    }
    guard low > 0, said[low - 1].item == item else { return nil }
    return said[low - 1].value
  }
}
