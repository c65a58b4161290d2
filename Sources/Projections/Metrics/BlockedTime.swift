import Tables
import ValueStream

/// How long items were blocked, and why.
public struct BlockedTime: Projection {
  /// See ``Projection``.
  public let name = "blocked"
  /// See ``Projection``.
  public let title = "Blocked time"
  /// See ``Projection``.
  public let definition = """
    Blocked time is the time from an item's being blocked to its being unblocked (or delivered or cancelled), wherever the item was, \
    counted in the period in which it ended, by the reason given. Split by stage, a block counts in each stage for the part that it \
    lasted there; otherwise once, whole, by the attributes that the item had when it began. Blocked twice without being unblocked is one \
    block, with the first reason. Blocks that go on are not in the figures: the second table lists them, the longest first, whatever \
    the period asked for.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "kind", "team", "service", "class", "label:KEY", "stage", "item", "reason"]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = true
  /// See ``Projection``.
  public let charts = [
    ChartDescription(name: "blocked", title: "Blocked time by reason", form: .bars, x: "reason", y: ["total"])
  ]

  /// The projection.
  public init() {}

  private struct Block {
    var row: BlockPosting
    var toMicros: Int64?
    var lastedMicros: Int64
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    var split = query
    if split.groupings.isEmpty { split.groupings = [.word("reason")] }
    let parts = try AnswerParts(split, view)
    // A filter by stage lets parts of blocks pass, so that these must be counted apart, too.
    let byStage = split.groupings.contains(.stage) || !query.filter.stages.isEmpty
    var figures = try Figures(parts, view, range: view.books.blocks.timeRange(in: parts.cut)) { [Int64]() }
    var open: [Block] = []
    for block in Self.blocks(parts, view, byStage: byStage) {
      guard figures.passes(block.row), figures.passes(stage: block.row.stage) else { continue }
      guard let end = block.toMicros else {
        open.append(block)
        figures.exclude(block.row, because: "still blocked")
        continue
      }
      figures.add(
        block.row, at: end, stage: block.row.stage, word: block.row.reason, amount: Double(block.lastedMicros) / 1e6
      ) { $0.append(block.lastedMicros) }
    }
    open.sort { ($0.lastedMicros, $1.row.item) > ($1.lastedMicros, $0.row.item) }
    let rows = try figures.rows(view)
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: parts.notes,
      table: Table(
        title: title,
        columns: figures.leadingColumns + [
          Column(name: "blocks", type: .integer, unit: "blocks", description: "Blocks that ended."),
          Column(name: "total", type: .duration, unit: "s", description: "Their times together."),
          Column(name: "mean", type: .duration, unit: "s", description: "Their mean time."),
          Column(name: "p85", type: .duration, unit: "s", description: "85 % of them took at most this."),
        ] + figures.trailingColumns,
        rows: rows.map { row in
          var times = row.sum
          let total = times.reduce(Int128(0)) { $0 + Int128($1) }
          let summary = DurationSummary(&times, percentiles: [85], method: parts.policy.percentileMethod)
          return figures.cells(
            row,
            [
              .integer(Int64(times.count)), times.isEmpty ? .null : .duration(Double(total) / 1e6),
              summary.map { AnswerParts.seconds($0.meanMicros) } ?? .null,
              summary.map { AnswerParts.seconds($0.percentilesMicros[0]) } ?? .null,
            ])
        }), more: [Self.openTable(open, view)], explanation: figures.explanation(rows, view))
  }

  /// The blocks of a cut, pieces put together: of a whole block, or with `byStage` of the part of it in one stage.
  private static func blocks(_ parts: AnswerParts, _ view: borrowing LedgerView, byStage: Bool) -> [Block] {
    var pieces: [Block] = []
    EntrySpans(view.books.blocks, parts.cut).forEach(in: view.books.blocks) { row, end in
      let lasted = parts.clock.span(row.stamp.stream, from: row.effectiveMicros, to: end ?? parts.cut.atMicros)
      pieces.append(Block(row: row, toMicros: end, lastedMicros: lasted))
    }
    let order = SubjectOrder(pieces.count, subjectCount: Int(view.log.symbolCount(in: .subject))) {
      pieces[$0].row.item
    }
    var blocks: [Block] = []
    blocks.reserveCapacity(pieces.count)
    var own: [Block] = []
    for item in order.subjects {
      own.removeAll(keepingCapacity: true)
      for place in order.places(of: item) { own.append(pieces[Int(place)]) }
      if own.count > 1 {
        own.sort { ($0.row.effectiveMicros, $0.toMicros ?? .max) < ($1.row.effectiveMicros, $1.toMicros ?? .max) }
      }
      add(own, to: &blocks, byStage: byStage)
    }
    return blocks
  }

  /// Adds the pieces of one item's blocks, which are in the order of time.
  private static func add(_ pieces: [Block], to blocks: inout [Block], byStage: Bool) {
    for piece in pieces {
      if let last = blocks.last, last.row.item == piece.row.item, last.row.sinceMicros == piece.row.sinceMicros,
        last.toMicros == piece.row.effectiveMicros, !byStage || last.row.stage == piece.row.stage
      {
        blocks[blocks.count - 1].toMicros = piece.toMicros
        blocks[blocks.count - 1].lastedMicros += piece.lastedMicros
      } else if byStage, piece.toMicros == piece.row.effectiveMicros,
        piece.row.effectiveMicros != piece.row.sinceMicros
      {
        // A part of no time, from a change at the instant of a move, is no part.
        continue
      } else {
        blocks.append(piece)
      }
    }
  }

  private static func openTable(_ open: [Block], _ view: borrowing LedgerView) -> Table {
    func text(_ name: String?) -> Value { name.flatMap { $0.isEmpty ? nil : .text($0) } ?? .null }
    return Table(
      title: "Still blocked",
      columns: [
        Column(name: "item", type: .text, description: "The item."),
        Column(name: "reason", type: .text, description: "Why, where it was said."),
        Column(name: "stage", type: .text, description: "The stage in which the block (or this part) began."),
        Column(name: "since", type: .timestamp, description: "Since when it is blocked."),
        Column(name: "time", type: .duration, unit: "s", description: "How long that is."),
      ],
      rows: open.map { block in
        [
          .text(view.subjectName(block.row.item)), text(view.texts.name(block.row.reason)),
          text(view.stages.name(block.row.stage)), .timestamp(block.row.sinceMicros),
          AnswerParts.seconds(block.lastedMicros),
        ]
      })
  }
}
