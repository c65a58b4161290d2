import ValueStream

/// The items that are open at the instant of a cut, each where it is then.
///
/// What ``OpenItems`` tells of the whole lives of items, this tells of one instant, and of the visits looks at those of open items alone.
struct OpenNow {
  private var pieces: [OpenPiece] = []

  /// Settles arrivals and completions of a cut, and looks up the visits of the items that are open.
  init(_ parts: AnswerParts, _ cut: Cut, _ view: borrowing LedgerView) {
    let count = Int(view.log.symbolCount(in: .subject)) + 1
    var isClosed = [Bool](repeating: false, count: count)
    StandingEntries(view.books.completions, cut).forEach(in: view.books.completions) { row in
      if Int(row.item) < count { isClosed[Int(row.item)] = true }
    }
    var arrivals: [ArrivalPosting] = []
    StandingEntries(view.books.arrivals, cut).forEach(in: view.books.arrivals) { row in
      if Int(row.item) < count, !isClosed[Int(row.item)] { arrivals.append(row) }
    }
    arrivals.sort { $0.item < $1.item }
    let items = arrivals.map(\.item)
    let rules = parts.rules
    let lanes = ItemVisits(view, cut).fold(over: items, isSerial: items.count < 1000) {
      [OpenPiece]()
    } _: { pieces, item, spans in
      let place = items.partitioningIndex { $0 >= item }
      pieces.append(Self.piece(arrivals[place], spans, rules))
    }
    pieces = Array(lanes.joined())
    // Those that were closed and opened again are in no stage since then, until they enter one.
    let between = Set(pieces.lazy.filter { $0.stage == 0 }.map(\.item))
    guard !between.isEmpty else { return }
    var reopened: [UInt32: Int64] = [:]
    EntrySpans(view.books.completions, cut).forEach(in: view.books.completions) { row, end in
      if let end, between.contains(row.item) { reopened[row.item] = max(reopened[row.item] ?? .min, end) }
    }
    for index in pieces.indices {
      guard let since = reopened[pieces[index].item], pieces[index].stage == 0 else { continue }
      pieces[index].fromMicros = max(pieces[index].fromMicros, since)
      pieces[index].sinceMicros = pieces[index].fromMicros
    }
  }

  /// Where an item is by its arrival and its visits: in the one that goes on, else in no stage since its last one.
  private static func piece(_ arrival: ArrivalPosting, _ spans: ItemSpans, _ rules: StreamRules) -> OpenPiece {
    var piece = OpenPiece(
      item: arrival.item, stage: 0, attributes: arrival.attributes, stream: arrival.stamp.stream,
      fromMicros: arrival.effectiveMicros, toMicros: nil, sinceMicros: arrival.effectiveMicros,
      openedMicros: arrival.effectiveMicros, committedMicros: nil, position: arrival.stamp.position)
    var last: VisitSpan?
    for span in spans {
      if piece.committedMicros == nil { piece.committedMicros = span.committedMicros(rules) }
      if span.toMicros == nil {
        piece.stage = span.stage
        piece.attributes = span.attributes
        piece.stream = span.stream
        piece.position = span.position
        piece.fromMicros = span.fromMicros
        piece.sinceMicros = span.sinceMicros
      }
      last = span
    }
    guard piece.stage == 0, let last, let end = last.toMicros else { return piece }
    piece.attributes = last.attributes
    piece.stream = last.stream
    piece.position = last.position
    piece.fromMicros = max(piece.fromMicros, end)
    piece.sinceMicros = piece.fromMicros
    return piece
  }

  /// Calls `body` with each open item.
  func forEach(_ body: (OpenPiece) throws -> Void) rethrows {
    for piece in pieces { try body(piece) }
  }
}
