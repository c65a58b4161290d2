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
  private var openedAt: [ArrivalPosting] = []
  private var closed: [UInt32: [(from: Int64, to: Int64?)]] = [:]
  private let visits: ItemVisits
  private let parts: AnswerParts

  /// Settles the lives of items that are open in a cut, given their arrivals.
  init(_ parts: AnswerParts, _ cut: Cut, _ view: borrowing LedgerView, _ arrivals: [ArrivalPosting]) {
    var isWanted = [Bool](repeating: false, count: Int(view.log.symbolCount(in: .subject)) + 1)
    for row in arrivals where Int(row.item) < isWanted.count { isWanted[Int(row.item)] = true }
    self.init(parts, cut, view, arrivals, isWanted)
  }

  private init(
    _ parts: AnswerParts, _ cut: Cut, _ view: borrowing LedgerView, _ arrivals: [ArrivalPosting], _ isWanted: [Bool]
  ) {
    self.parts = parts
    openedAt = arrivals.sorted { $0.item < $1.item }
    var closed: [UInt32: [(from: Int64, to: Int64?)]] = [:]
    EntrySpans(view.completions, cut).forEach(in: view.completions) { row, end in
      guard Int(row.item) < isWanted.count, isWanted[Int(row.item)] else { return }
      closed[row.item, default: []].append((row.effectiveMicros, end))
    }
    for item in closed.keys { closed[item]?.sort { ($0.from, $0.to ?? .max) < ($1.from, $1.to ?? .max) } }
    self.closed = closed
    visits = VisitSpans(view.visits, cut).byItem(view) { Int($0) < isWanted.count && isWanted[Int($0)] }
  }

  /// Settles the lives of all items of a cut.
  init(_ parts: AnswerParts, _ view: borrowing LedgerView) {
    let count = Int(view.log.symbolCount(in: .subject)) + 1
    var arrivals: [ArrivalPosting] = []
    StandingEntries(view.arrivals, parts.cut).forEach(in: view.arrivals) { row in
      if Int(row.item) < count { arrivals.append(row) }
    }
    self.init(parts, parts.cut, view, arrivals, [Bool](repeating: true, count: count))
  }

  /// Calls `body` with each piece, those of one item side by side and in the order of time.
  func forEach(_ body: (OpenPiece) -> Void) {
    var spans: [VisitSpan] = []
    for arrival in openedAt {
      visits.load(arrival.item, into: &spans)
      tell(arrival, spans[...], body)
    }
  }

  private func tell(_ arrival: ArrivalPosting, _ visits: ArraySlice<VisitSpan>, _ body: (OpenPiece) -> Void) {
    var piece = OpenPiece(
      item: arrival.item, stage: 0, attributes: arrival.attributes, stream: arrival.stamp.stream,
      fromMicros: arrival.effectiveMicros, toMicros: nil, sinceMicros: arrival.effectiveMicros,
      openedMicros: arrival.effectiveMicros, committedMicros: nil, position: arrival.stamp.position)
    var visit = visits.startIndex
    let closings = closed[arrival.item] ?? []
    for closing in 0...closings.count {
      // From the arrival or the reopening before, to the completion or to the cut's instant.
      let end = closing < closings.count ? closings[closing].from : nil
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
        if piece.committedMicros == nil, span.fromMicros == span.sinceMicros,
          parts.rules.role(of: span.stage, in: span.stream, at: span.fromMicros, position: span.position)
            .contains(.commits)
        {
          piece.committedMicros = span.fromMicros
        }
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
      guard closing < closings.count, let reopened = closings[closing].to else { return }
      piece.stage = 0
      piece.fromMicros = reopened
      piece.sinceMicros = reopened
    }
  }
}
