import Tables
import ValueStream

/// A value stream map: for each stage what is in it, how long items are worked on and wait, and how much leaves it right.
public struct ValueStreamMap: Projection {
  /// See ``Projection``.
  public let name = "map"
  /// See ``Projection``.
  public let title = "Value stream map"
  /// See ``Projection``.
  public let definition = """
    For each stage of a stream: queue, the items in it at the instant of the question; process, the mean time that the items delivered in \
    the period were worked on in it (in a work stage, not blocked); wait, the mean time that they waited in it (in a queue stage, or \
    blocked); accurate, its %C&A (see complete-accurate). All visits of an item count, and an item that passed a stage over counts with \
    nothing, so that the stages' times, with the row of the time in no stage, add up to the mean lead time. The second table has the \
    totals: lead time, process time, activity ratio (process ÷ lead time), rolled %C&A and first-pass yield. Delivered items without a \
    created event have no lead time: they are left out of the times and counted in a note. Elapsed time, or working time on request.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "stage"]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let charts = [
    ChartDescription(
      name: "map", title: "Value stream map", form: .ladder, x: "stage", y: ["queue", "wait", "process", "accurate"])
  ]

  /// The projection.
  public init() {}

  private struct Totals {
    var items = 0
    var lead: Int128 = 0
  }

  private struct Row {
    var queue = 0
    var times = StageSums.Times()
  }

  /// What is told of the items as their visits are gone through.
  private struct Walk {
    /// Of the deliveries that count, by stream.
    var figures: Figures<Totals>
    /// The times of the same items.
    var sums: StageSums
    /// How many items are in each stage.
    var queues: [StageSums.Stage: Int] = [:]
    var withoutCreated = 0

    @inline(__always)
    mutating func add(_ delivery: CompletionPosting?, _ spans: ItemSpans, _ parts: AnswerParts) {
      if let last = spans.last, last.toMicros == nil, figures.passes(last.posting) {
        queues[StageSums.Stage(stream: last.stream, stage: last.stage), default: 0] += 1
      }
      guard let row = delivery else { return }
      guard row.createdMicros != ItemState.unknown else {
        withoutCreated += 1
        figures.exclude(row, because: "no created event is known: there is no lead time")
        return
      }
      let lead = parts.clock.span(row.stamp.stream, from: row.createdMicros, to: row.effectiveMicros)
      figures.add(row, at: row.effectiveMicros, amount: Double(lead) / 1e6) {
        $0.items += 1
        $0.lead += Int128(lead)
      }
      sums.add(row.item, spans, under: row.stamp.stream)
    }

    mutating func absorb(_ other: Walk) {
      figures.absorb(other.figures) {
        $0.items += $1.items
        $0.lead += $1.lead
      }
      sums += other.sums
      queues.merge(other.queues, uniquingKeysWith: +)
      withoutCreated += other.withoutCreated
    }
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    guard query.period == nil else {
      throw QueryError("map is one picture of a time: use --from and --to, not --period.")
    }
    var split = query
    split.groupings = [.stream]
    let parts = try AnswerParts(split, view)
    var walk = Walk(figures: try Figures(parts, view, range: nil) { Totals() }, sums: StageSums(parts, view))
    let none = walk
    var accurate = query
    accurate.explains = false
    let (measured, lanes) = try StageQuality.measured(accurate, view, isSerial: walk.figures.isSerial) {
      none
    } _: { walk, delivery, spans in
      walk.add(delivery, spans, parts)
    }
    for lane in lanes { walk.absorb(lane) }
    walk.sums.takeBlocked(view)
    let (figures, sums) = (walk.figures, walk.sums.times)
    let totals = try figures.rows(view)
    var rows = walk.queues.mapValues { Row(queue: $0) }
    for (stage, times) in sums { rows[stage, default: Row()].times = times }
    let classifier = try RowClassifier(split, view)
    for stream in parts.definitions.keys where classifier.passes(stream: stream) {
      for stage in parts.rules.definition(of: stream, at: parts.cut.atMicros)?.stages ?? []
      where !stage.role.contains(.done) {
        rows[StageSums.Stage(stream: stream, stage: stage.number), default: Row()].queue += 0
      }
    }
    let quality = try CompleteAccurate().answer(measured, view)
    var notes = parts.notes
    if walk.withoutCreated > 0 {
      notes.append("\(walk.withoutCreated) delivered items have no created event and are left out of the times.")
    }
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: notes,
      table: Table(
        title: title, columns: Self.columns,
        rows: Self.rows(rows, totals, quality.cells(of: "accurate", by: ["stream", "stage"]), parts, view)),
      more: [Self.totals(totals, sums, quality, view)], explanation: figures.explanation(totals, view))
  }

  private static let columns = [
    Column(name: "stream", type: .text, description: "The value stream."),
    Column(name: "stage", type: .text, description: "The stage; empty for the time in none."),
    Column(name: "role", type: .text, description: "queue or work, as the definition says."),
    Column(name: "queue", type: .integer, unit: "items", description: "Items in the stage."),
    Column(name: "wait", type: .duration, unit: "s", description: "Mean time that a delivered item waited in it."),
    Column(name: "process", type: .duration, unit: "s", description: "Mean time that it was worked on in it."),
    Column(
      name: "accurate", type: .share, unit: "1", description: "Of what the stage handed off, what did not come back."),
  ]

  private static func rows(
    _ rows: [StageSums.Stage: Row], _ totals: [Figures<Totals>.Row], _ accurate: [[String]: Value],
    _ parts: AnswerParts,
    _ view: borrowing LedgerView
  ) -> [[Value]] {
    let order = StageOrder(parts, view)
    var counts: [String: (items: Int, lead: Int128)] = [:]
    for total in totals { counts[total.names[0] ?? ""] = (total.sum.items, total.sum.lead) }
    func mean(_ micros: Int128, _ count: Int) -> Value {
      count == 0 ? .null : .duration(Double(micros) / Double(count) / 1e6)
    }
    var listed: [(stream: String, place: Int, stage: String, cells: [Value])] = []
    var spent: [String: Int128] = [:]
    for (key, row) in rows {
      let stream = view.streamName(key.stream) ?? ""
      let stage = view.stages.name(key.stage) ?? ""
      let count = counts[stream]?.items ?? 0
      spent[stream, default: 0] += row.times.processMicros + row.times.waitMicros
      listed.append(
        (
          stream, order.place(stream, stage), stage,
          [
            stream.isEmpty ? .null : .text(stream), .text(stage), .text(order.kind(stream, stage)),
            .integer(Int64(row.queue)), mean(row.times.waitMicros, count), mean(row.times.processMicros, count),
            accurate[[stream, stage]] ?? .null,
          ]
        ))
    }
    for (stream, count) in counts where count.items > 0 {
      let rest = count.lead - (spent[stream] ?? 0)
      guard rest != 0 else { continue }
      listed.append(
        (
          stream, .max, "\u{10FFFF}",
          [stream.isEmpty ? .null : .text(stream), .null, .null, .null, mean(rest, count.items), .null, .null]
        ))
    }
    return listed.sorted { ($0.stream, $0.place, $0.stage) < ($1.stream, $1.place, $1.stage) }.map(\.cells)
  }

  private static func totals(
    _ totals: [Figures<Totals>.Row], _ sums: [(stage: StageSums.Stage, times: StageSums.Times)], _ quality: Answer,
    _ view: borrowing LedgerView
  ) -> Table {
    var process: [String: Int128] = [:]
    for (stage, times) in sums { process[view.streamName(stage.stream) ?? "", default: 0] += times.processMicros }
    // The second table of %C&A has the rolled figures of each stream.
    var rolled = quality
    rolled.table = quality.more.first ?? quality.table
    let products = rolled.cells(of: "rolled", by: ["stream"])
    let yields = rolled.cells(of: "firstPassYield", by: ["stream"])
    return Table(
      title: "Totals",
      columns: [
        Column(name: "stream", type: .text, description: "The value stream."),
        Column(name: "items", type: .integer, unit: "items", description: "Delivered items with a lead time."),
        Column(name: "leadTime", type: .duration, unit: "s", description: "Their mean lead time."),
        Column(name: "process", type: .duration, unit: "s", description: "Their mean process time."),
        Column(name: "activityRatio", type: .share, unit: "1", description: "process ÷ leadTime."),
        Column(name: "rolled", type: .share, unit: "1", description: "Product of the stages' %C&A."),
        Column(
          name: "firstPassYield", type: .share, unit: "1", description: "Delivered items that nothing came back of."),
      ],
      rows: totals.map { row in
        let stream = row.names[0] ?? ""
        let count = row.sum.items
        let worked = process[stream] ?? 0
        return [
          stream.isEmpty ? .null : .text(stream), .integer(Int64(count)),
          count == 0 ? .null : .duration(Double(row.sum.lead) / Double(count) / 1e6),
          count == 0 ? .null : .duration(Double(worked) / Double(count) / 1e6),
          row.sum.lead > 0 ? .share(Double(worked) / Double(row.sum.lead)) : .null, products[[stream]] ?? .null,
          yields[[stream]] ?? .null,
        ]
      })
  }
}
