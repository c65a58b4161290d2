import ValueStream

/// The items that are open at the instant of a cut, each where it is then.
///
/// What ``OpenItems`` tells of the whole lives of items, this tells of one instant, without putting visits in order.
struct OpenNow {
  private var pieces: [OpenPiece] = []

  /// Settles arrivals, completions and visits of a cut.
  ///
  /// - Parameter commitments: whether to find out since when each item is committed to; without, nobody seems to be.
  init(_ parts: AnswerParts, _ cut: Cut, _ view: borrowing LedgerView, commitments: Bool = false) {
    let count = Int(view.log.symbolCount(in: .subject)) + 1
    var openedMicros = [Int64](repeating: .max, count: count)
    StandingEntries(view.arrivals, cut).forEach(in: view.arrivals) { row in
      if Int(row.item) < count { openedMicros[Int(row.item)] = row.effectiveMicros }
    }
    StandingEntries(view.completions, cut).forEach(in: view.completions) { row in
      if Int(row.item) < count { openedMicros[Int(row.item)] = .max }
    }
    var pieces: [OpenPiece] = []
    var isPlaced = [Bool](repeating: false, count: count)
    func place(_ row: VisitPosting) {
      guard Int(row.item) < count, openedMicros[Int(row.item)] != .max else { return }
      isPlaced[Int(row.item)] = true
      pieces.append(
        OpenPiece(
          item: row.item, stage: row.stage, attributes: row.attributes, stream: row.stamp.stream,
          fromMicros: row.effectiveMicros, toMicros: nil, sinceMicros: row.sinceMicros,
          openedMicros: openedMicros[Int(row.item)], committedMicros: nil, position: row.stamp.position))
    }
    if commitments {
      var committed = [Int64](repeating: .max, count: count)
      VisitSpans(view.visits, cut).forEach(in: view.visits) { span in
        guard Int(span.item) < count, openedMicros[Int(span.item)] != .max else { return }
        if span.fromMicros < committed[Int(span.item)], span.fromMicros == span.sinceMicros,
          parts.rules.role(of: span.stage, in: span.stream, at: span.fromMicros, position: span.position)
            .contains(.commits)
        {
          committed[Int(span.item)] = span.fromMicros
        }
        if span.toMicros == nil { place(span.posting) }
      }
      for index in pieces.indices where committed[Int(pieces[index].item)] != .max {
        pieces[index].committedMicros = committed[Int(pieces[index].item)]
      }
    } else {
      StandingEntries(view.visits, cut).forEach(in: view.visits) { place($0) }
    }
    var arrivals: [ArrivalPosting] = []
    StandingEntries(view.arrivals, cut).forEach(in: view.arrivals) { row in
      guard Int(row.item) < count, openedMicros[Int(row.item)] != .max, !isPlaced[Int(row.item)] else { return }
      arrivals.append(row)
    }
    self.pieces = pieces
    guard !arrivals.isEmpty else { return }
    // Those in no stage are rare: what was last known of them is in their lives.
    let items = OpenItems(parts, cut, view, arrivals)
    items.forEach { if $0.toMicros == nil { self.pieces.append($0) } }
  }

  /// Calls `body` with each open item.
  func forEach(_ body: (OpenPiece) throws -> Void) rethrows {
    for piece in pieces { try body(piece) }
  }
}
