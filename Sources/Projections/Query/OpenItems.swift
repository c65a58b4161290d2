import EventLog
import LMDB
import ValueStream

/// A stretch of time in which an item was open, in one stage (or none) and under one set of attributes.
struct OpenPiece {
  /// The item.
  var item: UInt32
  /// The stage; 0 for none.
  var stage: UInt32
  /// The item's attributes then; in no stage, those that were last known.
  var attributes: UInt32
  /// The value stream.
  var stream: UInt16
  /// When it began.
  var fromMicros: Int64
  /// When it ended; nil when it had not, at the cut's instant.
  var toMicros: Int64?
  /// Since when the item is in that stage, or in none.
  var sinceMicros: Int64
  /// When the item came into the system.
  var openedMicros: Int64
  /// When it was first committed to, as far as this stretch knows; nil before.
  var committedMicros: Int64?
  /// The position of the event that caused it.
  var position: UInt64

  /// The piece as a posting, for filters, groups and explanations.
  var posting: VisitPosting {
    VisitPosting(
      stamp: PostingStamp(position: position, stream: stream, flags: []), effectiveMicros: fromMicros,
      sinceMicros: sinceMicros, item: item, stage: stage, attributes: attributes, opening: 0, actor: 0)
  }
}

/// When each item was open: from its arrival to its completion, and again from a reopening on.
struct OpenItems {
  private struct Closing {
    var from: Int64
    var to: Int64?
  }

  private let openedAt: SubjectTable<ArrivalPosting>
  private let closed: SubjectTable<Closing>
  /// All closings of items that were closed more than once; few were.
  private let closedAgain: [UInt32: [Closing]]
  private let wasClosedAgain: SubjectSet
  private let visits: ItemVisits
  private let parts: AnswerParts

  /// Settles arrivals, completions and visits of a cut.
  init(_ parts: AnswerParts, _ view: borrowing LedgerView) {
    self.parts = parts
    (openedAt, (closed, closedAgain, wasClosedAgain)) = view.arrivals(in: parts.cut) { Self.closings(parts, view) }
    visits = ItemVisits(view, parts.cut)
  }

  /// The closings of items that were closed, all closings of those that were closed more than once, and which these are.
  private static func closings(
    _ parts: AnswerParts, _ view: borrowing LedgerView
  ) -> (SubjectTable<Closing>, [UInt32: [Closing]], SubjectSet) {
    let closed = SubjectTable<Closing>(view, most: view.books.completions.count)
    var more: [UInt32: [Closing]] = [:]
    var items = SubjectSet(view)
    EntrySpans(view.books.completions, parts.cut).forEach(in: view.books.completions) { row, end in
      let closing = Closing(from: row.effectiveMicros, to: end)
      if let first = closed[row.item] {
        more[row.item, default: [first]].append(closing)
        items.insert(row.item)
      } else {
        closed.set(row.item, closing)
      }
    }
    for item in more.keys { more[item]?.sort { ($0.from, $0.to ?? .max) < ($1.from, $1.to ?? .max) } }
    return (closed, more, items)
  }

  /// When the first item came; nil without any.
  var firstMicros: Int64? { openedAt.values.lazy.map(\.effectiveMicros).min() }

  /// Calls `body` with each piece, those of one item side by side and in the order of time.
  func forEach(_ body: (OpenPiece) -> Void) {
    _ = fold(isSerial: true) {
      ()
    } _: { _, piece in
      body(piece)
    }
  }

  /// Passes on all cores over the pieces. See ``ItemVisits/fold(isSerial:_:_:)``.
  func fold<State>(
    isSerial: Bool, _ make: () -> State, _ body: (inout State, OpenPiece) -> Void
  ) -> [State] {
    visits.fold(over: openedAt.subjects, isSerial: isSerial, make) { state, item, spans in
      guard let arrival = openedAt[item] else { return }
      let closings = Closings(
        only: closed[item], all: wasClosedAgain.contains(item) ? closedAgain[item] : nil)
      tell(arrival, spans, closings) { body(&state, $0) }
    }
  }

  /// When an item was closed: hardly ever more than once, so that no list is made of it.
  private struct Closings {
    let only: Closing?
    let all: [Closing]?

    var count: Int { all?.count ?? (only == nil ? 0 : 1) }

    subscript(index: Int) -> Closing? {
      if let all { return all[index] }
      return only
    }
  }

  @inline(__always)
  private func tell(
    _ arrival: ArrivalPosting, _ visits: ItemSpans, _ closings: Closings, _ body: (OpenPiece) -> Void
  ) {
    var piece = OpenPiece(
      item: arrival.item, stage: 0, attributes: arrival.attributes, stream: arrival.stamp.stream,
      fromMicros: arrival.effectiveMicros, toMicros: nil, sinceMicros: arrival.effectiveMicros,
      openedMicros: arrival.effectiveMicros, committedMicros: nil, position: arrival.stamp.position)
    var visit = visits.startIndex
    for closing in 0...closings.count {
      // From the arrival or the reopening before, to the completion or to the cut's instant.
      let end = closing < closings.count ? closings[closing]?.from : nil
      while visit < visits.endIndex, end.map({ visits[visit].fromMicros < $0 }) ?? true {
        let span = visits[visit]
        visit += 1
        if span.fromMicros > piece.fromMicros {
          piece.toMicros = span.fromMicros
          body(piece)
        }
        piece.stage = span.stage
        piece.attributes = span.attributes
        piece.stream = span.stream
        piece.position = span.position
        piece.fromMicros = span.fromMicros
        piece.sinceMicros = span.sinceMicros
        if piece.committedMicros == nil { piece.committedMicros = span.committedMicros(parts.rules) }
        piece.toMicros = span.toMicros
        if span.toMicros != span.fromMicros { body(piece) }
        guard let to = span.toMicros else { return }
        piece.stage = 0
        piece.fromMicros = to
        piece.sinceMicros = to
      }
      if let end, end <= piece.fromMicros {
      } else {
        piece.toMicros = end
        body(piece)
      }
      guard closing < closings.count, let reopened = closings[closing]?.to else { return }
      piece.stage = 0
      piece.fromMicros = reopened
      piece.sinceMicros = reopened
    }
  }
}

extension LedgerView {
  /// The arrival of each item that has come in a cut, and what is made of the completions meanwhile: by a core each, where that pays.
  ///
  /// - Parameter completions: touches the completions alone.
  func arrivals<Completed>(
    in cut: Cut, _ completions: () -> Completed
  ) -> (arrivals: SubjectTable<ArrivalPosting>, completions: Completed) {
    // Looks up the blocks of the completions, so that the other thread finds them.
    _ = books.completions.timeRange(in: cut)
    return Cores.both(for: books.arrivals.count) {
      let table = SubjectTable<ArrivalPosting>(self, most: books.arrivals.count)
      StandingEntries(books.arrivals, cut).forEach(in: books.arrivals) { table.set($0.item, $0) }
      return table
    } _: {
      completions()
    }
  }
}
