import Tables
import ValueStream

/// The items in each stage at an instant: how many, how old, against the limit.
public struct StageQueues: Projection {
  /// See ``Projection``.
  public let name = "queues"
  /// See ``Projection``.
  public let title = "Stage queues"
  /// See ``Projection``.
  public let definition = """
    The items in each stage at an instant: their count, the age of the oldest and the percentiles of ages (time since the item \
    entered the stage, elapsed or working on request, nearest rank), against the stage's WIP limit then. Stages of a definition are listed even when they \
    are empty; an empty stage has no ages. Items are judged by the attributes that they had at the instant.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "kind", "team", "service", "class", "label:KEY", "stage", "item"]
  /// See ``Projection``.
  public let takesPeriods = false
  /// See ``Projection``.
  public let takesStages = true
  /// See ``Projection``.
  public let charts = [
    ChartDescription(name: "queues", title: "Items in each stage", form: .bars, x: "stage", y: ["count"]),
    ChartDescription(
      name: "ages", title: "Age of the items in each stage", form: .bars, x: "stage",
      y: ["p50Age", "p85Age", "oldestAge"]),
  ]

  /// The projection.
  public init() {}

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let parts = try AnswerParts(query, view)
    let extra = query.groupings.filter { $0 != .stream && $0 != .stage }
    var byStage = query
    byStage.groupings = [.stream, .stage] + extra
    var classifier = try RowClassifier(byStage, view)
    let standing = StandingEntries(view.books.visits, parts.cut)
    let evidence = query.explains ? EvidenceCollector() : nil
    var ages: [[Int64]] = []
    standing.forEach(in: view.books.visits) { row in
      guard classifier.passes(stream: row.stamp.stream, attributes: row.attributes, item: row.item),
        classifier.passes(stage: row.stage)
      else { return }
      let group = classifier.group(
        stream: row.stamp.stream, attributes: row.attributes, item: row.item, stage: row.stage)
      if group == ages.count { ages.append([]) }
      let age = parts.clock.span(row.stamp.stream, from: row.sinceMicros, to: parts.cut.atMicros)
      ages[group].append(age)
      evidence?.add(
        EvidenceCollector.Entry(
          subject: row.item, position: row.stamp.position, effectiveMicros: row.sinceMicros, amount: Double(age) / 1e6),
        to: group)
    }

    var rows: [(order: Order, cells: [Value])] = []
    var met: Set<StagePlace> = []
    for (index, key) in classifier.keys.enumerated() {
      met.insert(StagePlace(stream: key.stream, stage: key.stage))
      let names = classifier.columns(of: key, view)
      rows.append(try row(key.stream, key.stage, Array(names[2...]), &ages[index], parts, view))
    }
    // Stages that a definition names are shown when nothing is in them, unless the rows are split further.
    if extra.isEmpty {
      for stream in 0...UInt16(truncatingIfNeeded: view.log.symbolCount(in: .stream)) {
        for stage in parts.rules.definition(of: stream, at: parts.cut.atMicros)?.stages ?? [] {
          guard !stage.role.contains(.done), !met.contains(StagePlace(stream: stream, stage: stage.number)),
            classifier.passes(stream: stream), classifier.passes(stage: stage.number)
          else { continue }
          var none: [Int64] = []
          rows.append(try row(stream, stage.number, [], &none, parts, view))
        }
      }
    }
    rows.sort { $0.order < $1.order }

    var columns = [
      Column(name: "stream", type: .text, description: "The value stream."),
      Column(name: "stage", type: .text, description: "The stage."),
      Column(name: "kind", type: .text, description: "queue or work, as the definition says; work without one."),
    ]
    columns += extra.map { Column(name: $0 == .attribute(.kind) ? "itemKind" : $0.name, type: .text) }
    columns += [
      Column(name: "count", type: .integer, unit: "items", description: "Items in the stage."),
      Column(name: "oldestAge", type: .duration, unit: "s", description: "Time since the oldest of them entered."),
      Column(
        name: "p50Age", type: .duration, unit: "s", description: "Half of them have been there at most this long."),
      Column(
        name: "p85Age", type: .duration, unit: "s", description: "85 % of them have been there at most this long."),
      Column(name: "wipLimit", type: .integer, unit: "items", description: "The limit that the definition sets."),
      Column(name: "over", type: .integer, unit: "items", description: "Items beyond the limit."),
    ]
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root,
      notes: try notes(query, parts, standing.count, view),
      table: Table(title: title, columns: columns, rows: rows.map(\.cells)),
      explanation: evidence.map { view.explanation($0, keys: classifier.keys.map { classifier.columns(of: $0, view) }) }
    )
  }

  private struct StagePlace: Hashable {
    var stream: UInt16
    var stage: UInt32
  }

  /// Streams by name, stages in the order of the definition and then by name.
  private struct Order: Comparable {
    var stream: String
    var place: Int
    var stage: String
    var rest: [String]
    static func < (left: Order, right: Order) -> Bool {
      (left.stream, left.place, left.stage) == (right.stream, right.place, right.stage)
        ? left.rest.lexicographicallyPrecedes(right.rest)
        : (left.stream, left.place, left.stage) < (right.stream, right.place, right.stage)
    }
  }

  private func row(
    _ stream: UInt16, _ stage: UInt32, _ extra: [String?], _ ages: inout [Int64], _ parts: AnswerParts,
    _ view: borrowing LedgerView
  ) throws -> (order: Order, cells: [Value]) {
    let streamName = view.streamName(stream)
    let stageName = view.stages.name(stage)
    let stages = parts.rules.definition(of: stream, at: parts.cut.atMicros)?.stages ?? []
    let place = stages.firstIndex { $0.number == stage }
    let limit = extra.isEmpty ? place.flatMap { stages[$0].wipLimit } : nil
    let count = ages.count
    let summary = DurationSummary(&ages, percentiles: [50, 85], method: parts.policy.percentileMethod)
    let isQueue = place.map { stages[$0].role.contains(.queue) } ?? false
    var cells: [Value] = [
      streamName.map(Value.text) ?? .null, stageName.map(Value.text) ?? .null, .text(isQueue ? "queue" : "work"),
    ]
    cells += extra.map { $0.map(Value.text) ?? .null }
    cells += [
      .integer(Int64(count)), summary.map { AnswerParts.seconds($0.maximumMicros) } ?? .null,
      summary.map { AnswerParts.seconds($0.percentilesMicros[0]) } ?? .null,
      summary.map { AnswerParts.seconds($0.percentilesMicros[1]) } ?? .null,
      limit.map { .integer(Int64($0)) } ?? .null, limit.map { .integer(Int64(max(0, count - $0))) } ?? .null,
    ]
    let order = Order(
      stream: streamName ?? "", place: place ?? .max, stage: stageName ?? "", rest: extra.map { $0 ?? "" })
    return (order, cells)
  }

  /// Open items that are in no stage are in no row: they are counted here.
  private func notes(
    _ query: Query, _ parts: AnswerParts, _ inStages: Int, _ view: borrowing LedgerView
  ) throws -> [String] {
    guard query.filter == Filter() else { return [] }
    let open =
      StandingEntries(view.books.arrivals, parts.cut).count - StandingEntries(view.books.completions, parts.cut).count
    let between = open - inStages
    return between > 0 ? ["\(between) open items are in no stage (waiting between stages, or never entered one)."] : []
  }
}
