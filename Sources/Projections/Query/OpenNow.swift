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
    var committed = [Int64](repeating: .max, count: commitments ? count : 0)
    if commitments {
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
    } else {
      StandingEntries(view.visits, cut).forEach(in: view.visits) { place($0) }
    }
    var between: [UInt32: OpenPiece] = [:]
    StandingEntries(view.arrivals, cut).forEach(in: view.arrivals) { row in
      guard Int(row.item) < count, openedMicros[Int(row.item)] != .max, !isPlaced[Int(row.item)] else { return }
      between[row.item] = OpenPiece(
        item: row.item, stage: 0, attributes: row.attributes, stream: row.stamp.stream, fromMicros: row.effectiveMicros,
        toMicros: nil, sinceMicros: row.effectiveMicros, openedMicros: row.effectiveMicros, committedMicros: nil,
        position: row.stamp.position)
    }
    if !between.isEmpty { pieces += Self.settled(between, cut, view) }
    for index in pieces.indices where commitments && committed[Int(pieces[index].item)] != .max {
      pieces[index].committedMicros = committed[Int(pieces[index].item)]
    }
    self.pieces = pieces
  }

  /// What was last known of items in no stage: since their last visit, or since they were opened again. They are few: their postings are
  /// picked out of the books.
  private static func settled(
    _ between: [UInt32: OpenPiece], _ cut: Cut, _ view: borrowing LedgerView
  ) -> [OpenPiece] {
    var wanted = SubjectSet(view)
    for item in between.keys { wanted.insert(item) }
    var entries: [UInt32: (begun: Bool, ended: Bool, endMicros: Int64)] = [:]
    view.visits.forEachRow(in: cut) { row in
      guard wanted.contains(row.item) else { return }
      let isNegative = row.stamp.flags.contains(.negative)
      var entry = entries[row.opening] ?? (false, false, 0)
      if isNegative == row.stamp.flags.contains(.reversal) {
        entry.begun.toggle()
      } else {
        entry.ended.toggle()
        entry.endMicros &+= isNegative ? row.effectiveMicros : -row.effectiveMicros
      }
      entries[row.opening] = entry
    }
    var pieces = between
    var last: [UInt32: (from: Int64, to: Int64)] = [:]
    // Of two that began and ended together the later posted one is the last, as where all visits are put in order.
    for (opening, entry) in entries.sorted(by: { $0.key < $1.key }) where entry.begun && entry.ended {
      let row = view.visits.row(at: Int(opening))
      let span = (from: row.effectiveMicros, to: entry.endMicros)
      if let known = last[row.item], (known.from, known.to) > (span.from, span.to) { continue }
      last[row.item] = span
      pieces[row.item]?.attributes = row.attributes
      pieces[row.item]?.stream = row.stamp.stream
      pieces[row.item]?.position = row.stamp.position
    }
    func notBefore(_ item: UInt32, _ micros: Int64) {
      let since = max(pieces[item]?.fromMicros ?? .min, micros)
      pieces[item]?.fromMicros = since
      pieces[item]?.sinceMicros = since
    }
    for (item, span) in last { notBefore(item, span.to) }
    EntrySpans(view.completions, cut).forEach(in: view.completions) { row, end in
      if wanted.contains(row.item), let end { notBefore(row.item, end) }
    }
    return pieces.values.sorted { $0.item < $1.item }
  }

  /// Calls `body` with each open item.
  func forEach(_ body: (OpenPiece) throws -> Void) rethrows {
    for piece in pieces { try body(piece) }
  }
}
