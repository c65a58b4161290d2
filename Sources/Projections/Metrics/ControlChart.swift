import Tables
import ValueStream

/// A process behaviour chart (XmR): is the process steady, and which points are signals?
public struct ControlChart: Projection {
  /// See ``Projection``.
  public let name = "control-chart"
  /// See ``Projection``.
  public let title = "Process behaviour chart"
  /// See ``Projection``.
  public let definition = """
    An XmR chart of lead times or cycle times (a point for each delivered item, in the order of delivery) or of throughput (a point for \
    each period): the mean, the natural process limits mean ± 2.66 × mean moving range, and the signals of each point: beyond a limit, one \
    of 8 or more in a row on one side of the mean, one of 3 of 4 nearer to a limit than to the mean. Limits are of the points shown (the \
    last ones); with fewer than 10 points they are provisional, with fewer than 2 there are none. Limits below 0 are shown as 0, which \
    switches the lower signals off. Items without a created event have no lead time and are left out.
    """
  /// See ``Projection``.
  public let groupings: [String] = []
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let options = [
    ProjectionOption("of", value: "lead-time|cycle-time|throughput", standard: "lead-time", "What to chart."),
    ProjectionOption("last", value: "number", standard: "100", "How many points, the last ones."),
  ]
  /// See ``Projection``.
  public let charts = [
    ChartDescription(
      name: "control", title: "Process behaviour", form: .control, x: "when", y: ["value", "mean", "lower", "upper"],
      series: "signals")
  ]

  /// The projection.
  public init() {}

  private struct Point {
    var whenMicros: Int64
    var position: UInt64
    var label: String
    /// Microseconds, or a count.
    var value: Int64
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let subject = try query.choice("of", of: ["lead-time", "cycle-time", "throughput"])
    let last = try query.count("last", standard: 100)
    var own = query
    if subject == "throughput", own.period == nil { own.period = .week }
    if subject != "throughput", own.period != nil {
      throw QueryError(
        "of=\(subject) has a point for each item: --period does not apply. Use of=throughput, or leave it out.")
    }
    if subject == "throughput", own.workingTime {
      throw QueryError("of=throughput counts items: --working-time does not apply.")
    }
    let parts = try AnswerParts(own, view)
    var points = subject == "throughput" ? try throughput(parts, view) : try times(subject, last: last, parts, view)
    points.sort { ($0.whenMicros, $0.position) < ($1.whenMicros, $1.position) }
    points = Array(points.suffix(last))
    let isTime = subject != "throughput"
    let chart = ProcessBehaviour(points.map { isTime ? Double($0.value) / 1e6 : Double($0.value) }, clampsAtZero: true)
    func value(_ number: Double?) -> Value { number.map { isTime ? .duration($0) : .number($0) } ?? .null }
    var notes = parts.notes
    if chart == nil { notes.append("There are fewer than 2 points: no limits.") }
    if chart?.isProvisional ?? false { notes.append("There are fewer than 10 points: the limits are provisional.") }
    let type: Column.Kind = isTime ? .duration : .number
    let unit = isTime ? "s" : "items"
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: notes,
      table: Table(
        title: title,
        columns: [
          Column(name: "when", type: .timestamp, description: "When the item was delivered, or the period began."),
          Column(name: "point", type: .text, description: "The item, or the period."),
          Column(name: "value", type: type, unit: unit, description: "The \(subject) of the point."),
          Column(name: "mean", type: type, unit: unit, description: "The mean of the points."),
          Column(name: "lower", type: type, unit: unit, description: "The lower natural process limit."),
          Column(name: "upper", type: type, unit: unit, description: "The upper natural process limit."),
          Column(name: "signals", type: .text, description: "Which signals the point is part of."),
        ],
        rows: points.enumerated().map { index, point in
          [
            .timestamp(point.whenMicros), .text(point.label),
            value(isTime ? Double(point.value) / 1e6 : Double(point.value)), value(chart?.mean),
            value(chart?.lowerLimit),
            value(chart?.upperLimit), .text(chart.map { Self.words($0.points[index].signals) } ?? ""),
          ]
        }))
  }

  /// The last points, and all others of the first one's instant.
  private func times(
    _ subject: String, last: Int, _ parts: AnswerParts, _ view: borrowing LedgerView
  ) throws -> [Point] {
    let figures = try Figures(parts, view, range: nil) { 0 }
    var points: [Point] = []
    parts.completed(view).forEach(in: view.books.completions) { row in
      let start = subject == "lead-time" ? row.createdMicros : row.committedMicros
      guard !row.stamp.flags.contains(.cancelled), parts.isInRange(row.effectiveMicros), figures.passes(row),
        start != ItemState.unknown
      else { return }
      points.append(
        Point(
          whenMicros: row.effectiveMicros, position: UInt64(row.item), label: "",
          value: parts.clock.span(row.stamp.stream, from: start, to: row.effectiveMicros)))
    }
    if points.count > last {
      // Naming and sorting points that nobody will see would cost more than all else.
      var instants = points.map(\.whenMicros)
      let rank = instants.count - last
      instants.withUnsafeMutableBufferPointer { Quantiles.select(rank, in: $0, from: 0) }
      points.removeAll { $0.whenMicros < instants[rank] }
    }
    for index in points.indices { points[index].label = view.subjectName(UInt32(points[index].position)) }
    // Of items delivered at one instant the name decides, so that the order of arrival does not.
    points.sort { ($0.whenMicros, $0.label) < ($1.whenMicros, $1.label) }
    for index in points.indices { points[index].position = UInt64(index) }
    return points
  }

  /// Whole periods only: one that has not passed would look like a fall.
  private func throughput(_ parts: AnswerParts, _ view: borrowing LedgerView) throws -> [Point] {
    var figures = try Figures(parts, view, range: view.books.completions.timeRange(in: parts.cut)) { Int64(0) }
    parts.completed(view).forEach(in: view.books.completions) { row in
      guard !row.stamp.flags.contains(.cancelled), figures.passes(row) else { return }
      figures.add(row, at: row.effectiveMicros) { $0 += 1 }
    }
    return try figures.rows(view).compactMap { row in
      guard let start = row.start, let end = row.end, end <= parts.cut.atMicros else { return nil }
      return Point(whenMicros: start, position: 0, label: row.label ?? "", value: row.sum)
    }
  }

  private static func words(_ signals: ProcessBehaviour.Signals) -> String {
    var words: [String] = []
    if signals.contains(.beyondLimit) { words.append("beyond a limit") }
    if signals.contains(.longRun) { words.append("8 in a row") }
    if signals.contains(.nearLimit) { words.append("3 of 4 near a limit") }
    return words.joined(separator: ", ")
  }
}
