import EventLog
import ValueStream

/// What items were said to be worth, and when: the `value` of created and changed events.
struct ItemValues {
  private struct Said: BitwiseCopyable {
    var micros: Int64
    var value: Double
  }

  /// By item, then by time.
  private let said: Scratch<Said>
  /// Where those of each item begin; one more at the end.
  private let starts: Scratch<UInt32>

  /// Gathers them. One pass over the book of events, two over those that say a value, and two over the subjects that the view knows.
  init(_ view: borrowing LedgerView, _ cut: Cut) {
    let events = SelectedEvents([.itemCreated, .itemChanged], cut, view) { $0.measure != 0 }
    starts = Scratch(count: Int(view.log.symbolCount(in: .subject)) + 3)
    said = Scratch(count: events.count)
    let (starts, said) = (starts.elements, said.elements)
    // The place behind an item's says where its next one goes to, until all are there and it says where they end.
    let first = 2
    events.forEach(in: view.events) { _, row in
      if Int(row.subject) + first < starts.count { starts[Int(row.subject) + first] += 1 }
    }
    for place in 1..<starts.count { starts[place] += starts[place - 1] }
    events.forEach(in: view.events) { _, row in
      guard Int(row.subject) + first < starts.count else { return }
      said[Int(starts[Int(row.subject) + 1])] = Said(
        micros: row.effectiveMicros, value: Double(bitPattern: row.measure))
      starts[Int(row.subject) + 1] += 1
    }
    for item in 1..<starts.count where starts[item] - starts[item - 1] > 1 {
      Self.sort(said, Int(starts[item - 1])..<Int(starts[item]))
    }
  }

  /// Puts few into the order of time; those of one instant stay in the order of the log.
  private static func sort(_ said: UnsafeMutableBufferPointer<Said>, _ range: Range<Int>) {
    for next in range.dropFirst() {
      let one = said[next]
      var place = next
      while place > range.lowerBound, said[place - 1].micros > one.micros {
        said[place] = said[place - 1]
        place -= 1
      }
      said[place] = one
    }
  }

  /// The value of an item at an instant; nil when none had been said. O(how often one was said of it).
  func value(of item: UInt32, at micros: Int64) -> Double? {
    let (starts, said) = (starts.elements, said.elements)
    guard Int(item) + 1 < starts.count else { return nil }
    var place = Int(starts[Int(item) + 1])
    while place > Int(starts[Int(item)]) {
      place -= 1
      if said[place].micros <= micros { return said[place].value }
    }
    return nil
  }
}
