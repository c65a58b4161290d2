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

    init(fromMicros: Int64, set: UInt32) {
      self.fromMicros = fromMicros
      self.set = set
    }

    init(_ span: VisitSpan) { self.init(fromMicros: span.fromMicros, set: span.attributes) }
  }

  /// Finds them for events by the items that they name.
  ///
  /// O(visits of the items + events); 20 bytes of memory an event and 12 a subject.
  init(of events: SelectedEvents, _ view: borrowing LedgerView, _ cut: Cut) {
    let subjectCount = Int(view.log.symbolCount(in: .subject))
    let instants = Scratch<Int64>(count: events.count)
    let named = Scratch<UInt32>(count: events.count)
    let (micros, itemOfEvent) = (Unchecked(instants.elements), Unchecked(named.elements))
    events.forEachOnCores(in: view.books.events) { place, row in
      let item = EventRows.item(of: row)
      micros.value[place] = row.effectiveMicros
      itemOfEvent.value[place] = Int(item) <= subjectCount ? item : 0
    }
    // One core orders the events while the other passes over the books, whose blocks are looked up before.
    let books = (view.books.arrivals, view.books.completions)
    _ = (books.0.blocks(in: cut), books.1.blocks(in: cut))
    let (order, (arrived, completed)) = Cores.both(for: events.count) {
      SubjectOrder(events.count, subjectCount: subjectCount) { named.elements[$0] }
    } _: {
      (Self.said(books.0, subjectCount, cut), Self.said(books.1, subjectCount, cut))
    }
    sets = Scratch<UInt32>(count: events.count)
    let sets = sets.elements
    _ = ItemVisits(view, cut).fold(over: order.subjects, isSerial: false) {
      ()
    } _: { _, item, spans in
      let (arrival, completion) = (arrived[item], completed[item])
      for place in order.places(of: item) {
        sets[Int(place)] = Self.set(at: micros.value[Int(place)], arrival, spans, completion)
      }
    }
    withExtendedLifetime((instants, named)) {}
  }

  /// What was said last at an instant; before anything was, what was said first. Of two at one instant the later in the item's life counts.
  @inline(__always)
  private static func set(at instant: Int64, _ arrival: Said?, _ spans: ItemSpans, _ completion: Said?) -> UInt32 {
    var last: Said?
    if let arrival, arrival.fromMicros <= instant { last = arrival }
    var place = spans.count - 1
    while place >= 0, spans[place].fromMicros > instant { place -= 1 }
    if place >= 0, spans[place].fromMicros >= last?.fromMicros ?? .min { last = Said(spans[place]) }
    if let completion, completion.fromMicros <= instant, completion.fromMicros >= last?.fromMicros ?? .min {
      last = completion
    }
    if let last { return last.set }
    var first = arrival
    if let span = spans.first, span.fromMicros < first?.fromMicros ?? .max { first = Said(span) }
    if let completion, completion.fromMicros < first?.fromMicros ?? .max { first = completion }
    return first?.set ?? 0
  }

  private static func said<Row: Posting>(
    _ book: RowReader<Row>, _ subjectCount: Int, _ cut: Cut
  ) -> SubjectTable<Said> {
    let table = SubjectTable<Said>(subjectCount: subjectCount, most: book.count)
    StandingEntries(book, cut).forEach(in: book) {
      table.set($0.subject, Said(fromMicros: $0.effectiveMicros, set: $0.attributes))
    }
    return table
  }

  /// The set of an event's item; 0 when nothing is known.
  subscript(place: Int) -> UInt32 { sets.elements[place] }
}
