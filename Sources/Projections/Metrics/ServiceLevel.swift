import Tables
import ValueStream

/// Whether the stream keeps what it promises, and which open items are about to break it.
public struct ServiceLevel: Projection {
  /// See ``Projection``.
  public let name = "service-level"
  /// See ``Projection``.
  public let title = "Service level"
  /// See ``Projection``.
  public let definition = """
    A stream's definition may promise that a share of its items is delivered within a lead time (serviceLevel: percentile and duration; \
    the definition in force at the instant of the question counts; --set target=SECONDS asks for all streams under another one). within \
    is the share of delivered items that took at most that long, counted in the period of the delivery; met, whether it is at least the \
    share promised; actual, the lead time within which the promised share was delivered (nearest rank). The second table has the open \
    items, the riskiest first: the probability that an item takes longer than the target, given its age: of the delivered items of its \
    stream in the period that took longer than its age, the share that took longer than the target; 1 when it is older than the target \
    already; no data when no delivered item took as long. With of=cycle-time, times are from commitment. Items without the beginning of \
    their time, and streams without a promise, are counted in notes.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "kind", "team", "service", "class", "label:KEY", "item"]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let options = [
    ProjectionOption("of", value: "lead-time|cycle-time", standard: "lead-time", "Which time is promised."),
    ProjectionOption(
      "target", value: "seconds", standard: "that of the stream", "Another target, for all streams, at 85 %."),
    ProjectionOption("top", value: "number", standard: "50", "How many open items to list."),
  ]
  /// See ``Projection``.
  public let charts = [
    ChartDescription(
      name: "service-level", title: "Delivered within the target", form: .lines, x: "period", y: ["within"]),
    ChartDescription(
      name: "risk", title: "Open items: age and risk", form: .dots, x: "stream", y: ["risk"], table: 1),
  ]

  /// The projection.
  public init() {}

  private struct Promise {
    var percentile: Double
    var micros: Int64
  }

  private struct Sums {
    var within = 0
    var times: [Int64] = []
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let isCycle = try query.choice("of", of: ["lead-time", "cycle-time"]) == "cycle-time"
    let top = try query.count("top", standard: 50)
    var split = query
    split.groupings = [.stream] + query.groupings.filter { $0 != .stream }
    let parts = try AnswerParts(split, view)
    let promises = try Self.promises(query, parts, view)
    var figures = try Figures(parts, view, range: view.books.completions.timeRange(in: parts.cut)) { Sums() }
    var times: [UInt16: [Int64]] = [:]
    var (without, unpromised) = (0, 0)
    parts.completed(view).forEach(in: view.books.completions) { row in
      guard !row.stamp.flags.contains(.cancelled), parts.isInRange(row.effectiveMicros), figures.passes(row) else {
        return
      }
      let start = isCycle ? row.committedMicros : row.createdMicros
      guard start != ItemState.unknown else {
        without += 1
        figures.exclude(row, because: "no \(isCycle ? "commitment" : "created event") is known")
        return
      }
      guard let promise = promises[row.stamp.stream] else {
        unpromised += 1
        figures.exclude(row, because: "its stream promises nothing")
        return
      }
      let time = parts.clock.span(row.stamp.stream, from: start, to: row.effectiveMicros)
      times[row.stamp.stream, default: []].append(time)
      figures.add(row, at: row.effectiveMicros, amount: Double(time) / 1e6) {
        $0.times.append(time)
        if time <= promise.micros { $0.within += 1 }
      }
    }
    var notes = parts.notes
    if without > 0 {
      notes.append("\(without) delivered items have no known \(isCycle ? "commitment" : "creation") and are left out.")
    }
    if unpromised > 0 {
      notes.append(
        "\(unpromised) delivered items are of streams that promise nothing. Define a serviceLevel, or ask with --set target=SECONDS."
      )
    }
    var byName: [String: Promise] = [:]
    for (stream, promise) in promises { byName[view.streamName(stream) ?? ""] = promise }
    let rows = try figures.rows(view)
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: notes,
      table: Table(
        title: title, columns: figures.leadingColumns + Self.columns + figures.trailingColumns,
        rows: rows.map { figures.cells($0, Self.cells($0.sum, byName[$0.names[0] ?? ""], parts)) }),
      more: [try Self.risks(parts, promises, times, isCycle, top, view)], explanation: figures.explanation(rows, view))
  }

  /// What each stream promises.
  private static func promises(
    _ query: Query, _ parts: AnswerParts, _ view: borrowing LedgerView
  ) throws -> [UInt16: Promise] {
    var promises: [UInt16: Promise] = [:]
    if let text = query.options["target"] {
      guard let seconds = Double(text), seconds > 0, seconds < 1e11 else {
        throw QueryError("target=\(text) is not a number of seconds above 0, such as target=864000 for ten days.")
      }
      for stream in 0...UInt16(truncatingIfNeeded: view.log.symbolCount(in: .stream)) {
        promises[stream] = Promise(percentile: 85, micros: Int64(seconds * 1e6))
      }
      return promises
    }
    for (stream, definition) in parts.definitions {
      guard let level = definition.serviceLevel, level.durationSeconds < 1e11 else { continue }
      promises[stream] = Promise(percentile: level.percentile, micros: Int64(level.durationSeconds * 1e6))
    }
    return promises
  }

  private static func cells(_ sums: Sums, _ promise: Promise?, _ parts: AnswerParts) -> [Value] {
    guard let promise else { return [.null, .null, .integer(0), .null, .null, .null] }
    var times = sums.times
    let count = times.count
    let share = count == 0 ? nil : Double(sums.within) / Double(count)
    let actual = DurationSummary(&times, percentiles: [promise.percentile], method: parts.policy.percentileMethod)
    // In whole items, so that 85 % of 20 is 17.
    let wanted = count == 0 ? 0 : Quantiles.rank(promise.percentile, of: count) + 1
    return [
      .share(promise.percentile / 100), AnswerParts.seconds(promise.micros), .integer(Int64(count)),
      share.map(Value.share) ?? .null, count == 0 ? .null : .text(sums.within >= wanted ? "yes" : "no"),
      actual.map { AnswerParts.seconds($0.percentilesMicros[0]) } ?? .null,
    ]
  }

  private static let columns = [
    Column(name: "promised", type: .share, unit: "1", description: "The share of items that the target is for."),
    Column(name: "target", type: .duration, unit: "s", description: "The time that is promised."),
    Column(name: "n", type: .integer, unit: "items", description: "Delivered items."),
    Column(name: "within", type: .share, unit: "1", description: "Those that took at most the target ÷ n."),
    Column(name: "met", type: .text, description: "Whether within is at least what is promised."),
    Column(name: "actual", type: .duration, unit: "s", description: "The promised share of items took at most this."),
  ]

  /// The open items of streams that promise something, the riskiest first.
  private static func risks(
    _ parts: AnswerParts, _ promises: [UInt16: Promise], _ times: [UInt16: [Int64]], _ isCycle: Bool, _ top: Int,
    _ view: borrowing LedgerView
  ) throws -> Table {
    let sorted = times.mapValues { $0.radixSorted() }
    let classifier = try RowClassifier(parts.query, view)
    var open: [(risk: Double?, age: Int64, piece: OpenPiece)] = []
    OpenNow(parts, parts.cut, view).forEach { piece in
      guard let promise = promises[piece.stream],
        classifier.passes(stream: piece.stream, attributes: piece.attributes, item: piece.item),
        let since = isCycle ? piece.committedMicros : piece.openedMicros
      else { return }
      let age = parts.clock.span(piece.stream, from: since, to: parts.cut.atMicros)
      let longer = count(sorted[piece.stream] ?? [], above: age)
      let missing = count(sorted[piece.stream] ?? [], above: max(age, promise.micros))
      let risk = age > promise.micros ? 1 : longer == 0 ? nil : Double(missing) / Double(longer)
      open.append((risk, age, piece))
    }
    var named: [(risk: Double, age: Int64, name: String, cells: [Value])] = []
    // The riskiest by numbers first, so that only those that may be listed get their names; equals at the end stay in.
    open.sort { ($0.risk ?? -1, $0.age) > ($1.risk ?? -1, $1.age) }
    if open.count > top, let last = open.prefix(top).last {
      open = Array(open.prefix { ($0.risk ?? -1, $0.age) >= (last.risk ?? -1, last.age) })
    }
    for (risk, age, piece) in open {
      let name = view.subjectName(piece.item)
      let stage = view.stages.name(piece.stage) ?? ""
      named.append(
        (
          risk ?? -1, age, name,
          [
            .text(name), view.streamName(piece.stream).map(Value.text) ?? .null, stage.isEmpty ? .null : .text(stage),
            AnswerParts.seconds(age), promises[piece.stream].map { AnswerParts.seconds($0.micros) } ?? .null,
            risk.map(Value.share) ?? .null,
          ]
        ))
    }
    named.sort { ($1.risk, $1.age, $0.name) < ($0.risk, $0.age, $1.name) }
    return Table(
      title: "Open items at risk",
      columns: [
        Column(name: "item", type: .text, description: "The item."),
        Column(name: "stream", type: .text, description: "Its value stream."),
        Column(name: "stage", type: .text, description: "The stage that it is in; empty for none."),
        Column(name: "age", type: .duration, unit: "s", description: "Its age."),
        Column(name: "target", type: .duration, unit: "s", description: "The time that is promised."),
        Column(name: "risk", type: .share, unit: "1", description: "The probability that it takes longer."),
      ], rows: named.prefix(top).map(\.cells))
  }

  /// How many of some ascending values are above one.
  private static func count(_ sorted: [Int64], above value: Int64) -> Int {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] <= value { low = middle + 1 } else { high = middle }
    }
    return sorted.count - low
  }
}
