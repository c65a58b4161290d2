import EventLog
import Tables
import ValueStream

/// Which stage follows which, how often, and after how long: the directly-follows graph.
public struct Transitions: Projection {
  /// See ``Projection``.
  public let name = "transitions"
  /// See ``Projection``.
  public let title = "Transitions"
  /// See ``Projection``.
  public let definition = """
    For each pair of stages that follow each other directly in an item's life: how often, counted in the period in which the second was \
    entered; how long the visit of the first had lasted (stay), and how long the item was in no stage between the two (gap). The first \
    visit follows (start); (delivered) and (cancelled) follow the last one, if the delivery or cancellation still stands. An item is \
    judged by the stream and the attributes that it had in the first of the two stages. Percentiles are nearest rank. A stage that is \
    left for nowhere has no transition yet, and a visit that only changed attributes is none.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "kind", "team", "service", "class", "label:KEY", "item"]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let charts = [
    ChartDescription(
      name: "transitions", title: "What follows what", form: .graph, x: "from", y: ["count"], series: "to")
  ]

  /// The projection.
  public init() {}

  private struct Sums {
    var count = 0
    var stays = Durations()
    var gaps = Durations()
  }

  private static let delivered = UInt32.max
  private static let cancelled = UInt32.max - 1

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    var split = query
    split.groupings = query.groupings + [.stage, .word("to")]
    let parts = try AnswerParts(split, view)
    var figures = try Figures(parts, view, range: Self.range(parts, view)) { Sums() }
    let ends = SubjectRows(view, view.books.completions) { add in
      StandingEntries(view.books.completions, parts.cut).forEach(in: view.books.completions, add)
    }
    let lanes = ItemVisits(view, parts.cut).fold(isSerial: figures.isSerial) {
      figures
    } _: { figures, item, spans in
      var last: WholeVisit?
      forEachVisit(spans, parts) { visit in
        Self.add(from: last, to: visit.stage, last ?? visit, at: visit.fromMicros, parts, &figures)
        last = visit
      }
      guard let last, last.toMicros != nil, let end = ends[item] else { return }
      let to = end.stamp.flags.contains(.cancelled) ? Self.cancelled : Self.delivered
      Self.add(from: last, to: to, last, at: end.effectiveMicros, parts, &figures)
    }
    for lane in lanes {
      figures.absorb(lane) {
        $0.count += $1.count
        $0.stays += $1.stays
        $0.gaps += $1.gaps
      }
    }
    let stageNames = view.stages
    let rows = try figures.rows(view, everyPeriod: false) { word, _ in
      switch word {
      case Self.delivered: "(delivered)"
      case Self.cancelled: "(cancelled)"
      default: stageNames.name(word)
      }
    }
    let place = query.groupings.count
    var leaving: [[String]: Int] = [:]
    func source(_ row: Figures<Sums>.Row) -> [String] {
      [row.label ?? ""] + row.names.dropLast().map { $0 ?? "" }
    }
    for row in rows { leaving[source(row), default: 0] += row.sum.count }
    let sorted = rows.sorted { left, right in
      let (one, other) = (left.names.prefix(place).map { $0 ?? "" }, right.names.prefix(place).map { $0 ?? "" })
      if left.period != right.period { return left.period < right.period }
      if one != other { return one.lexicographicallyPrecedes(other) }
      if left.sum.count != right.sum.count { return left.sum.count > right.sum.count }
      return left.names.map { $0 ?? "" }.lexicographicallyPrecedes(right.names.map { $0 ?? "" })
    }
    var columns = figures.leadingColumns
    columns.removeLast(2)
    columns += [
      Column(name: "from", type: .text, description: "The stage before; (start) for none."),
      Column(name: "to", type: .text, description: "The stage after; (delivered) or (cancelled) for the end."),
      Column(name: "count", type: .integer, unit: "times", description: "How often the one followed the other."),
      Column(name: "share", type: .share, unit: "1", description: "Of all that follows the stage before."),
    ]
    columns += DurationFigures.columns("stays", "time in the stage before", prefix: "stay", count: "stays")
    columns += [
      Column(
        name: "gapP50", type: .duration, unit: "s", description: "Half of the gaps in no stage were at most this."),
      Column(name: "gapP85", type: .duration, unit: "s", description: "85 % of the gaps were at most this."),
    ]
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: parts.notes,
      table: Table(
        title: title, columns: columns + figures.trailingColumns,
        rows: sorted.mapOnCores { row in
          var named = row
          if named.names.count > place, (named.names[place] ?? "").isEmpty { named.names[place] = "(start)" }
          let gap = DurationSummary(row.sum.gaps, percentiles: [50, 85], method: parts.policy.percentileMethod)
          return figures.cells(
            named,
            [
              .integer(Int64(row.sum.count)), .share(Double(row.sum.count) / Double(leaving[source(row)] ?? 1)),
            ] + DurationFigures.cells(row.sum.stays, parts)
              + (gap?.percentilesMicros.map(AnswerParts.seconds) ?? [.null, .null]))
        }), explanation: figures.explanation(sorted, view))
  }

  private static func range(_ parts: AnswerParts, _ view: borrowing LedgerView) -> ClosedRange<Int64>? {
    guard let visits = view.books.visits.timeRange(in: parts.cut) else { return nil }
    guard let ends = view.books.completions.timeRange(in: parts.cut) else { return visits }
    return min(visits.lowerBound, ends.lowerBound)...max(visits.upperBound, ends.upperBound)
  }

  /// Adds what followed a visit, or none; `counted` says whose groups it belongs to.
  @inline(__always)
  private static func add(
    from last: WholeVisit?, to: UInt32, _ counted: WholeVisit, at instant: Int64, _ parts: AnswerParts,
    _ figures: inout Figures<Sums>
  ) {
    let row = counted.posting
    guard figures.passes(row) else { return }
    figures.add(
      row, at: instant, stage: last?.stage ?? 0, word: to, amount: (last?.lastedMicros).map { Double($0) / 1e6 }
    ) { sums in
      sums.count += 1
      guard let last else { return }
      sums.stays.append(last.lastedMicros)
      sums.gaps.appendOrCount(parts.clock.span(last.stream, from: last.toMicros ?? instant, to: instant))
    }
  }
}
