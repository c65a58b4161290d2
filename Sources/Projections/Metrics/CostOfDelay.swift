import Tables
import ValueStream

/// Which open items should come first, by what waiting costs.
public struct CostOfDelay: Projection {
  /// See ``Projection``.
  public let name = "cost-of-delay"
  /// See ``Projection``.
  public let title = "Cost of delay"
  /// See ``Projection``.
  public let definition = """
    Open items with a cost of delay (what a week without the item costs, in the unit of value), ranked by WSJF, weighted shortest job first: \
    cost of delay ÷ size, or, with --set by=remaining, ÷ the weeks that the item is expected to take still: the median lead time of the \
    stream's delivered items that took longer than its age, less its age. Items without a size, or that no delivered item was older than, \
    come last, by their cost. Paid is what waiting has cost already: cost of delay × the weeks since the item came; paidWaiting is the part \
    of it for the time in which nobody worked on it. The costs are those last said. The second table sums up all open items; those without \
    a cost of delay are counted in it.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "kind", "team", "service", "class", "label:KEY", "stage"]
  /// See ``Projection``.
  public let takesPeriods = false
  /// See ``Projection``.
  public let takesStages = true
  /// See ``Projection``.
  public let options = [
    ProjectionOption("by", value: "size|remaining", standard: "size", "What the cost of delay is divided by."),
    ProjectionOption("top", value: "number", standard: "50", "How many items to list, the first ones."),
  ]
  /// See ``Projection``.
  public let charts = [
    ChartDescription(name: "wsjf", title: "Weighted shortest job first", form: .bars, x: "item", y: ["wsjf"])
  ]

  /// The projection.
  public init() {}

  private static let weekMicros = 7 * Double(Timestamp.microsPerDay)

  private struct Candidate {
    var piece: OpenPiece
    var cost: Double
    var size: Double?
    var remainingWeeks: Double?
    var wsjf: Double?
    var ageMicros: Int64
    var waitMicros: Int64
    var paid: Double { cost * Double(ageMicros) / CostOfDelay.weekMicros }
    var paidWaiting: Double { cost * Double(waitMicros) / CostOfDelay.weekMicros }
  }

  private struct Sums {
    var open: Int64 = 0
    var costed: Int64 = 0
    var cost = 0.0
    var paid = 0.0
    var paidWaiting = 0.0
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let byRemaining = try query.choice("by", of: ["size", "remaining"]) == "remaining"
    let top = try query.count("top", standard: 50)
    let parts = try AnswerParts(query, view)
    var figures = try Figures(parts, view, range: nil) { Sums() }
    var open: [OpenPiece] = []
    OpenNow(parts, parts.cut, view).forEach { piece in
      guard figures.passes(piece.posting), figures.passes(stage: piece.stage) else { return }
      open.append(piece)
    }
    let times = ItemTimes(of: open.lazy.map(\.item), parts, view)
    let leads = byRemaining ? LeadsByStream(parts, view) : nil
    var reader = ItemEconomics(parts.cut)
    var candidates: [Candidate] = []
    for piece in open {
      let economics = try reader.of(piece.item, view)
      let age = parts.clock.span(piece.stream, from: piece.openedMicros, to: parts.cut.atMicros)
      var candidate: Candidate?
      if let cost = economics.costOfDelay {
        var one = Candidate(
          piece: piece, cost: cost, size: economics.size, ageMicros: age,
          waitMicros: max(age - times[piece.item].processMicros, 0))
        one.remainingWeeks = leads?.remaining(piece.stream, after: age).map { Double($0) / Self.weekMicros }
        let divisor = byRemaining ? one.remainingWeeks : one.size
        one.wsjf = divisor.flatMap { $0 > 0 ? cost / $0 : nil }
        candidate = one
        candidates.append(one)
      }
      figures.add(piece.posting, at: piece.fromMicros, stage: piece.stage, amount: economics.costOfDelay) { sums in
        sums.open += 1
        guard let candidate else { return }
        sums.costed += 1
        sums.cost += candidate.cost
        sums.paid += candidate.paid
        sums.paidWaiting += candidate.paidWaiting
      }
    }
    let ranked = Self.ranked(candidates, view).prefix(top)
    var notes = parts.notes
    if candidates.count > ranked.count {
      notes.append("The first \(ranked.count) of \(candidates.count) open items with a cost of delay are listed.")
    }
    let rows = try figures.rows(view)
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: notes,
      table: Table(
        title: title, columns: Self.itemColumns(byRemaining),
        rows: ranked.map { Self.cells($0.candidate, byRemaining, view) }),
      more: [
        Table(
          title: "Cost of delay, in sum", columns: figures.leadingColumns + Self.sumColumns,
          rows: rows.map { row in
            let sums = row.sum
            return figures.cells(
              row,
              [.integer(sums.open), .integer(sums.costed)]
                + [sums.cost, sums.paid, sums.paidWaiting].map { sums.costed == 0 ? .null : .number($0) })
          })
      ], explanation: figures.explanation(rows, view))
  }

  private static func ranked(
    _ candidates: [Candidate], _ view: borrowing LedgerView
  ) -> [(name: String, candidate: Candidate)] {
    var named: [(name: String, candidate: Candidate)] = []
    for candidate in candidates { named.append((view.subjectName(candidate.piece.item), candidate)) }
    let least = -Double.infinity
    return named.sorted { left, right in
      let (a, b) = (left.candidate.wsjf ?? least, right.candidate.wsjf ?? least)
      if a != b { return a > b }
      return left.candidate.cost != right.candidate.cost
        ? left.candidate.cost > right.candidate.cost : left.name < right.name
    }
  }

  private static func cells(_ one: Candidate, _ byRemaining: Bool, _ view: borrowing LedgerView) -> [Value] {
    [
      .text(view.subjectName(one.piece.item)), view.streamName(one.piece.stream).map(Value.text) ?? .null,
      view.stages.name(one.piece.stage).map(Value.text) ?? .null, one.wsjf.map(Value.number) ?? .null,
      .number(one.cost),
      byRemaining
        ? one.remainingWeeks.map { .duration($0 * weekMicros / 1e6) } ?? .null : one.size.map(Value.number) ?? .null,
      AnswerParts.seconds(one.ageMicros), .number(one.paid), .number(one.paidWaiting),
    ]
  }

  private static func itemColumns(_ byRemaining: Bool) -> [Column] {
    [
      Column(name: "item", type: .text, description: "The item."),
      Column(name: "stream", type: .text, description: "Its value stream."),
      Column(name: "stage", type: .text, description: "Where it is; empty for no stage."),
      Column(
        name: "wsjf", type: .number,
        description: byRemaining ? "costOfDelay ÷ remaining, in weeks." : "costOfDelay ÷ size."),
      Column(name: "costOfDelay", type: .number, unit: "value/week", description: "What a week without it costs."),
      byRemaining
        ? Column(name: "remaining", type: .duration, unit: "s", description: "How long it is expected to take still.")
        : Column(name: "size", type: .number, unit: "size", description: "Its size."),
      Column(name: "age", type: .duration, unit: "s", description: "Time since it came."),
      Column(name: "paid", type: .number, unit: "value", description: "costOfDelay × age in weeks."),
      Column(
        name: "paidWaiting", type: .number, unit: "value", description: "costOfDelay × its wait time in weeks."),
    ]
  }

  private static let sumColumns = [
    Column(name: "open", type: .integer, unit: "items", description: "Open items."),
    Column(name: "costed", type: .integer, unit: "items", description: "Those with a cost of delay."),
    Column(name: "costOfDelay", type: .number, unit: "value/week", description: "Sum of their costs of delay."),
    Column(name: "paid", type: .number, unit: "value", description: "Sum of what was paid."),
    Column(name: "paidWaiting", type: .number, unit: "value", description: "Sum of what was paid for waiting."),
  ]

  /// Lead times of delivered items, sorted, by stream.
  private struct LeadsByStream {
    private var leads: [UInt16: [Int64]] = [:]

    init(_ parts: AnswerParts, _ view: borrowing LedgerView) {
      var leads: [UInt16: [Int64]] = [:]
      StandingEntries(view.books.completions, parts.cut).forEach(in: view.books.completions) { row in
        guard !row.stamp.flags.contains(.cancelled), row.createdMicros != ItemState.unknown else { return }
        leads[row.stamp.stream, default: []].append(
          parts.clock.span(row.stamp.stream, from: row.createdMicros, to: row.effectiveMicros))
      }
      self.leads = leads.mapValues { $0.radixSorted() }
    }

    /// The median of the lead times above an age, less the age; nil when there is none.
    func remaining(_ stream: UInt16, after age: Int64) -> Int64? {
      guard let own = leads[stream] else { return nil }
      var low = 0
      var high = own.count
      while low < high {
        let middle = (low + high) / 2
        if own[middle] <= age { low = middle + 1 } else { high = middle }
      }
      guard low < own.count else { return nil }
      return own[low + Quantiles.rank(50, of: own.count - low)] - age
    }
  }
}
