import EventLog
import Tables
import ValueStream

/// What improvement experiments changed.
public struct Experiments: Projection {
  /// See ``Projection``.
  public let name = "experiment"
  /// See ``Projection``.
  public let title = "Experiments"
  /// See ``Projection``.
  public let definition = """
    For each experiment, the values of its metric before it (as long as it took, or --set days=N), during it and after it: how many, and \
    their medians (nearest rank). The metric can be lead-time or cycle-time (of items by delivery, in days), throughput or defects (counts \
    of each whole day), coverage, csat, nps, ces (single reports and scores), or the name of a measured outcome. Change is the median \
    after less the median before, or, as long as there is nothing after it, during less before (`compared` says which), with a 95 % bootstrap \
    interval of that difference (2,000 drawings with a fixed seed, fewer of large samples); it is called clear when the interval leaves \
    out 0. An experiment of a stream looks at that stream alone. Fewer than ten values on a side make the interval provisional.
    """
  /// See ``Projection``.
  public let groupings: [String] = []
  /// See ``Projection``.
  public let takesPeriods = false
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let options = [
    ProjectionOption(
      "days", value: "number", standard: "",
      "How many days before and after to look at; as many as the experiment took without it."),
    ProjectionOption("seed", value: "number", standard: "1", "The seed of the drawings."),
  ]
  /// See ``Projection``.
  public let charts = [
    ChartDescription(
      name: "experiments", title: "Medians before, during and after", form: .bars, x: "experiment",
      y: ["beforeMedian", "duringMedian", "afterMedian"])
  ]

  /// The projection.
  public init() {}

  private struct Trial {
    var name: String
    var stream: UInt16
    var metric: String?
    var startMicros: Int64
    var position: UInt64
    var subject: UInt32
    var endMicros: Int64?
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let seed = UInt64(try query.count("seed", standard: 1))
    let days = query.options["days"] == nil ? nil : min(try query.count("days", standard: 28), 36_500)
    let parts = try AnswerParts(query, view)
    let evidence = query.explains ? EvidenceCollector() : nil
    var notes = parts.notes
    var rows: [[Value]] = []
    var names: [[String?]] = []
    var measured: [(trial: Trial, unit: String?, phases: [[Double]])] = []
    for trial in try Self.trials(parts, view) {
      let end = trial.endMicros ?? parts.cut.atMicros
      let length = days.map { Int64($0) * Timestamp.microsPerDay } ?? (end - trial.startMicros)
      let samples = try trial.metric.flatMap { try MetricSamples(of: $0, stream: trial.stream, parts, view) }
      if samples == nil {
        notes.append(
          "\(trial.name) names \(trial.metric.map { "\"\($0)\"" } ?? "no metric"), which has no single values to compare: name one of \(MetricSamples.names.joined(separator: ", ")), or a measured outcome."
        )
      }
      // The cut's instant has passed: what happened in it counts.
      let now = parts.cut.atMicros == .max ? Int64.max : parts.cut.atMicros + 1
      let phases = [
        samples?.values(from: trial.startMicros - length, to: trial.startMicros) ?? [],
        samples?.values(from: trial.startMicros, to: trial.endMicros ?? now) ?? [],
        trial.endMicros.flatMap { ended in samples?.values(from: ended, to: min(ended + length, now)) } ?? [],
      ]
      evidence?.add(
        EvidenceCollector.Entry(
          subject: trial.subject, position: trial.position, effectiveMicros: trial.startMicros), to: names.count)
      names.append([trial.name])
      measured.append((trial, samples?.unit, phases))
    }
    let intervals = measured.mapOnCores { Self.interval($0.phases[0], Self.later($0.phases), seed) }
    for (one, interval) in zip(measured, intervals) {
      rows.append(Self.cells(one.trial, one.unit, one.phases, interval, view))
    }
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: notes,
      table: Table(title: title, columns: Self.columns, rows: rows),
      explanation: evidence.map { view.explanation($0, keys: names) })
  }

  /// The experiments of a cut by their start: the first start of each name, and the first end after it.
  private static func trials(_ parts: AnswerParts, _ view: borrowing LedgerView) throws -> [Trial] {
    var trials: [UInt32: Trial] = [:]
    var ends: [UInt32: [Int64]] = [:]
    var streams = parts.query
    streams.filter.attributes = [:]
    streams.filter.labels = [:]
    streams.filter.items = []
    try EventRows([.experimentStarted, .experimentEnded], streams, parts.cut, view).forEach(view) { event in
      let row = event.row
      guard event.kind == .experimentStarted else {
        ends[row.subject, default: []].append(row.effectiveMicros)
        return
      }
      if let known = trials[row.subject],
        (known.startMicros, known.position) <= (row.effectiveMicros, row.stamp.position)
      {
        return
      }
      trials[row.subject] = Trial(
        name: view.subjectName(row.subject), stream: row.stamp.stream,
        metric: row.argument == 0 ? nil : view.log.symbolString(row.argument, in: .text),
        startMicros: row.effectiveMicros, position: row.stamp.position, subject: row.subject)
    }
    return trials.values.map { trial in
      var trial = trial
      trial.endMicros = ends[trial.subject]?.filter { $0 > trial.startMicros }.min()
      return trial
    }.sorted { ($0.startMicros, $0.name) < ($1.startMicros, $1.name) }
  }

  private static func cells(
    _ trial: Trial, _ unit: String?, _ phases: [[Double]], _ interval: BootstrapInterval?,
    _ view: borrowing LedgerView
  ) -> [Value] {
    var cells: [Value] = [
      .text(trial.name), view.streamName(trial.stream).map(Value.text) ?? .null,
      trial.metric.map(Value.text) ?? .null, unit.map(Value.text) ?? .null, .timestamp(trial.startMicros),
      trial.endMicros.map(Value.timestamp) ?? .null,
    ]
    for values in phases {
      cells.append(.integer(Int64(values.count)))
      cells.append(
        values.isEmpty ? .null : .number(values.sorted()[Quantiles.rank(50, of: values.count)]))
    }
    guard let interval else { return cells + [.null, .null, .null, .null, .null] }
    let isOver = !phases[2].isEmpty
    return cells + [
      .number(Double(interval.difference) / 1e6), .number(Double(interval.lower) / 1e6),
      .number(Double(interval.upper) / 1e6), .text(isOver ? "after" : "during"),
      .text(interval.isProvisional ? "provisional" : interval.excludesZero ? "clear" : "not clear"),
    ]
  }

  /// What is compared with the time before: the time after, or during, as long as there is none after.
  private static func later(_ phases: [[Double]]) -> [Double] { phases[2].isEmpty ? phases[1] : phases[2] }

  /// In millionths of the unit, as whole numbers; values beyond what those can hold are cut.
  private static func interval(_ before: [Double], _ after: [Double], _ seed: UInt64) -> BootstrapInterval? {
    func scaled(_ values: [Double]) -> [Int64] { values.map { Int64(max(min($0 * 1e6, 9e18), -9e18).rounded()) } }
    let drawings = 8_000_000 / max(before.count + after.count, 1)
    return BootstrapInterval(
      before: scaled(before), after: scaled(after), resamples: min(max(drawings, 200), 2000), seed: seed)
  }

  private static let columns = [
    Column(name: "experiment", type: .text, description: "The experiment."),
    Column(name: "stream", type: .text, description: "The value stream that it is about; empty for all."),
    Column(name: "metric", type: .text, description: "The metric that should show it."),
    Column(name: "unit", type: .text, description: "The unit of the medians and the change."),
    Column(name: "started", type: .timestamp, description: "When it began."),
    Column(name: "ended", type: .timestamp, description: "When it ended; empty while it goes on."),
    Column(name: "beforeN", type: .integer, unit: "n", description: "Values before it."),
    Column(name: "beforeMedian", type: .number, description: "Their median."),
    Column(name: "duringN", type: .integer, unit: "n", description: "Values during it."),
    Column(name: "duringMedian", type: .number, description: "Their median."),
    Column(name: "afterN", type: .integer, unit: "n", description: "Values after it."),
    Column(name: "afterMedian", type: .number, description: "Their median."),
    Column(name: "change", type: .number, description: "The median compared less the one before."),
    Column(name: "low", type: .number, description: "Lower end of the 95 % interval of the change."),
    Column(name: "high", type: .number, description: "Upper end of it."),
    Column(name: "compared", type: .text, description: "Which phase is compared with before: after, or during."),
    Column(
      name: "verdict", type: .text, description: "clear, not clear, or provisional (fewer than ten values on a side)."),
  ]
}
