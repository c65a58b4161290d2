import EventLog
import Tables
import ValueStream

/// How much of what a stage hands on is complete and accurate.
public struct CompleteAccurate: Projection {
  /// See ``Projection``.
  public let name = "complete-accurate"
  /// See ``Projection``.
  public let title = "Complete and accurate"
  /// See ``Projection``.
  public let definition = """
    %C&A of a stage is accepted ÷ handed off. A visit is handed off when the item goes on to a later stage of its stream's definition (in \
    force at the instant of the question), or is delivered; a visit that ends in a move back or a cancellation hands nothing off. It is \
    accepted unless the item later enters this stage or an earlier one again, or is rejected with this stage as the origin before that. \
    Each visit is counted in the period in which it ended, and judged by all that is known: a period's figure may fall when work comes \
    back later. The second table has the rolled %C&A, the product over the stages that handed anything off, and beside it the measured \
    first-pass yield: items delivered with no rework, reopening, rejection, defect or failed check ÷ items delivered. Stages that no \
    definition names have no order; their visits are left out and counted in a note.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "kind", "team", "service", "class", "label:KEY", "stage", "item"]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let charts = [
    ChartDescription(
      name: "complete-accurate", title: "Complete and accurate, by stage", form: .bars, x: "stage", y: ["accurate"])
  ]

  /// The projection.
  public init() {}

  private struct Counts {
    var handedOff = 0
    var accepted = 0
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let extra = query.groupings.filter { $0 != .stream && $0 != .stage }
    var split = query
    split.groupings = [.stream, .stage] + extra
    let parts = try AnswerParts(split, view)
    let order = StageOrder(parts, view)
    let ordered = ItemVisits(view, parts.cut)
    var whole = split
    whole.groupings = [.stream] + extra
    whole.explains = false
    let wholeParts = try AnswerParts(whole, view)
    let yieldFigures = try Figures(wholeParts, view, range: view.completions.timeRange(in: parts.cut)) { Yield() }
    let ((rejections, judge), items) = try Cores.both(for: view.completions.count) {
      let events = SelectedEvents([.checkCompleted, .itemRejected], parts.cut, view)
      let rejections = try Rejections(parts, events, view)
      return (rejections, try FirstPass(wholeParts, rejections, events, view))
    } _: {
      // Touches the completions alone, which nobody else does meanwhile, and whose blocks the time range has looked up.
      DeliveredItems(wholeParts, view, visits: ordered) { yieldFigures.passes($0) }
    }
    var yields = Yields(figures: yieldFigures, judge: judge, items: items)
    var figures = try Figures(parts, view, range: view.visits.timeRange(in: parts.cut)) { Counts() }
    let places = StageTable.defined(parts, view)
    var unordered = 0
    let start = yields
    // The yields are found on the same way through the visits.
    let lanes = ordered.fold(isSerial: figures.isSerial) {
      (figures: figures, unordered: 0, yields: yieldFigures, judged: 0)
    } _: { lane, item, spans in
      if start.add(item, spans, to: &lane.yields) { lane.judged += 1 }
      // From the last visit to the first: what comes later decides. Places are those of the stream of the last one.
      var stream: UInt16?
      var next: Int? = items.isDelivered(item) ? .max : nil
      var earliestLater = Int.max
      let wasRejected = rejections.has(item)
      var rejectedBefore: [UInt32: Int64] = [:]
      forEachVisitBackwards(spans) { visit in
        let ordering = stream ?? visit.stream
        stream = ordering
        let stage = visit.stage
        guard let place = places[stage, ordering] else {
          if lane.figures.passes(visit.posting), visit.toMicros.map(parts.isInRange) ?? false { lane.unordered += 1 }
          return
        }
        if let end = visit.toMicros, let later = next, later > place, lane.figures.passes(visit.posting) {
          let isRejected =
            wasRejected && rejections.has(item, origin: stage, from: end, to: rejectedBefore[stage] ?? .max)
          let isAccepted = earliestLater > place && !isRejected
          lane.figures.add(visit.posting, at: end, stage: stage, amount: isAccepted ? 1 : 0) {
            $0.handedOff += 1
            $0.accepted += isAccepted ? 1 : 0
          }
        }
        next = place
        earliestLater = min(earliestLater, place)
        if wasRejected { rejectedBefore[stage] = visit.fromMicros }
      }
    }
    yields.absorb(lanes.map(\.yields), judged: lanes.reduce(0) { $0 + $1.judged })
    for lane in lanes {
      unordered += lane.unordered
      figures.absorb(lane.figures) {
        $0.handedOff += $1.handedOff
        $0.accepted += $1.accepted
      }
    }
    let rows = figures.rows(view).sorted { order.precedes($0, $1) }
    var notes = parts.notes
    if unordered > 0 { notes.append("\(unordered) ended visits of stages that no definition names are left out.") }
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: notes,
      table: Table(
        title: title,
        columns: figures.leadingColumns + [
          Column(name: "handedOff", type: .integer, unit: "visits", description: "Visits that handed work on."),
          Column(name: "accepted", type: .integer, unit: "visits", description: "Those whose work did not come back."),
          Column(name: "accurate", type: .share, unit: "1", description: "accepted ÷ handedOff."),
        ] + figures.trailingColumns,
        rows: rows.map { row in
          figures.cells(
            row,
            [
              .integer(Int64(row.sum.handedOff)), .integer(Int64(row.sum.accepted)),
              row.sum.handedOff == 0 ? .null : .share(Double(row.sum.accepted) / Double(row.sum.handedOff)),
            ])
        }), more: [rolled(query, rows, yields, view)],
      explanation: figures.explanation(rows, view))
  }

  private struct Yield {
    var delivered = 0
    var passed = 0

    static func += (left: inout Yield, right: Yield) {
      left.delivered += right.delivered
      left.passed += right.passed
    }
  }

  /// The first-pass yield of delivered items, by the groups of the question but for the stage.
  private struct Yields {
    var figures: Figures<Yield>
    let judge: FirstPass
    let items: DeliveredItems

    /// Judges an item by its visits, if it was delivered; whether it was.
    @inline(__always)
    func add(_ item: UInt32, _ spans: ItemSpans, to figures: inout Figures<Yield>) -> Bool {
      guard let (row, reopenings) = items.delivery(of: item) else { return false }
      let flaws = judge.flaws(of: row, reopenings, spans)
      figures.add(row, at: row.effectiveMicros) {
        $0.delivered += 1
        $0.passed += flaws.isEmpty ? 1 : 0
      }
      return true
    }

    /// Takes over what the cores judged, so many items, and judges those that were delivered without any visit.
    mutating func absorb(_ lanes: [Figures<Yield>], judged: Int) {
      for lane in lanes { figures.absorb(lane) { $0 += $1 } }
      guard judged < items.count else { return }
      let (start, judge) = (figures, self)
      let others = items.fold(isSerial: true) {
        start
      } _: { figures, row, _, spans in
        if spans.isEmpty { _ = judge.add(row.item, spans, to: &figures) }
      }
      if let all = others.first { figures = all }
    }
  }

  /// The product over the stages of each stream, and the yield that was measured.
  private func rolled(
    _ query: Query, _ rows: [Figures<Counts>.Row], _ yields: Yields, _ view: borrowing LedgerView
  ) -> Table {
    let figures = yields.figures
    var products: [[String]: Double] = [:]
    var keys: [[String]: (label: String?, names: [String?])] = [:]
    for row in rows where row.sum.handedOff > 0 {
      let names = [row.names[0]] + row.names.dropFirst(2)
      let key = [row.label ?? ""] + names.map { $0 ?? "" }
      products[key, default: 1] *= Double(row.sum.accepted) / Double(row.sum.handedOff)
      keys[key] = (row.label, names)
    }
    var sums: [[String]: Yield] = [:]
    for row in figures.rows(view) {
      let key = [row.label ?? ""] + row.names.map { $0 ?? "" }
      sums[key] = row.sum
      keys[key] = (row.label, row.names)
    }
    return Table(
      title: "Rolled %C&A and first-pass yield",
      columns: figures.leadingColumns + [
        Column(name: "rolled", type: .share, unit: "1", description: "Product of the stages' %C&A."),
        Column(name: "delivered", type: .integer, unit: "items", description: "Items delivered."),
        Column(name: "firstPass", type: .integer, unit: "items", description: "Those that nothing came back of."),
        Column(name: "firstPassYield", type: .share, unit: "1", description: "firstPass ÷ delivered."),
      ],
      rows: keys.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, names in
        let yield = sums[key] ?? Yield()
        var cells: [Value] = query.period == nil ? [] : [names.label.map(Value.text) ?? .null]
        cells += names.names.map { $0.map(Value.text) ?? .null }
        return cells + [
          products[key].map(Value.share) ?? .null, .integer(Int64(yield.delivered)), .integer(Int64(yield.passed)),
          yield.delivered == 0 ? .null : .share(Double(yield.passed) / Double(yield.delivered)),
        ]
      })
  }
}
