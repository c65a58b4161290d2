import EventLog
import LMDB

/// The attributes that the items of some events had when these happened, in a cut: as the items' arrivals, visits and completions say. What
/// changed while an item was in no stage is known from its next visit on.
///
/// The events are put in the order of the items, and the visits are passed over in that order, once.
struct EventItemAttributes {
  private let sets: Scratch<UInt32>

  /// Something that says an item's attributes, from an instant on.
  private struct Said {
    var fromMicros: Int64
    var set: UInt32
  }

  /// Finds them for events by their items, 0 for none, and their instants.
  ///
  /// O(visits of the items + events); 20 bytes of memory an event and 12 a subject.
  init(of events: [(item: UInt32, micros: Int64)], _ view: borrowing LedgerView, _ cut: Cut) {
    let itemCount = Int(view.log.symbolCount(in: .subject)) + 1
    let places = Scratch<UInt32>(count: itemCount)
    let next = places.elements
    for event in events where event.item != 0 && Int(event.item) < itemCount { next[Int(event.item)] += 1 }
    var items: [UInt32] = []
    var total: UInt32 = 0
    for item in 0..<itemCount {
      let count = next[item]
      if count > 0 { items.append(UInt32(item)) }
      next[item] = total
      total += count
    }
    let order = Scratch<UInt32>(count: Int(total))
    let ordered = order.elements
    for (place, event) in events.enumerated() where event.item != 0 && Int(event.item) < itemCount {
      ordered[Int(next[Int(event.item)])] = UInt32(truncatingIfNeeded: place)
      next[Int(event.item)] += 1
    }

    // Each book is passed over by one core; where its blocks lie is looked up before.
    let books = (view.arrivals, view.completions)
    _ = (books.0.blocks(in: cut), books.1.blocks(in: cut))
    let subjects = SubjectTable<Said>(view)
    let (arrived, completed) = Cores.both(for: events.count) {
      Self.said(books.0, subjects, cut)
    } _: {
      Self.said(books.1, subjects, cut)
    }
    sets = Scratch<UInt32>(count: events.count)
    let sets = sets.elements
    _ = ItemVisits(view, cut).fold(over: items, isSerial: false) {
      [Said]()
    } _: { said, item, spans in
      said.removeAll(keepingCapacity: true)
      if let arrival = arrived[item] { said.append(arrival) }
      for span in spans { said.append(Said(fromMicros: span.fromMicros, set: span.attributes)) }
      if let completion = completed[item] { said.append(completion) }
      // Nearly in order. Of two at one instant the later in the item's life comes last.
      for index in said.indices.dropFirst() {
        var place = index
        while place > 0, said[place - 1].fromMicros > said[place].fromMicros {
          said.swapAt(place, place - 1)
          place -= 1
        }
      }
      guard let first = said.first else { return }
      // Behind the last event of the item before, and before the first of the next.
      for index in Int(next[Int(item) - 1])..<Int(next[Int(item)]) {
        let place = Int(ordered[index])
        let micros = events[place].micros
        sets[place] = said.last { $0.fromMicros <= micros }?.set ?? first.set
      }
    }
    withExtendedLifetime((places, order)) {}
  }

  private static func said<Row: Posting>(
    _ book: RowReader<Row>, _ empty: SubjectTable<Said>, _ cut: Cut
  ) -> SubjectTable<Said> {
    var table = empty
    table.reserve(book.count)
    StandingEntries(book, cut).forEach(in: book) {
      table.set($0.subject, Said(fromMicros: $0.effectiveMicros, set: $0.attributes))
    }
    return table
  }

  /// The set of an event's item; 0 when nothing is known.
  subscript(place: Int) -> UInt32 { sets.elements[place] }
}
