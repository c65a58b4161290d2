import Tables
import ValueStream

/// The health of each value stream on one line.
public struct Health: Projection {
  /// See ``Projection``.
  public let name = "health"
  /// See ``Projection``.
  public let title = "Value-stream health"
  /// See ``Projection``.
  public let definition = """
    One line for each value stream, of the last days up to the instant of the question (--set days=N): the lead time of 85 % of the items \
    delivered, throughput, work in progress at the end, flow efficiency, defects found ÷ items delivered, escaped ÷ found, failed ÷ all \
    production deployments, and satisfaction on one scale (--set scale=…). Each is what the metric of its name says of the same days. The \
    second table has for each stream and measure the value, the one of as many days before, whether that is better or worse, and the target: the \
    newest one set under the measure's name (lead-time, throughput, wip, flow-efficiency, defect-rate, escape-rate, change-failure-rate, \
    satisfaction; durations in seconds, shares from 0 to 1) for the stream, else for no stream. A target that names no direction means what is better. \
    What happened in no stream has a line without a name. Without data there is no value, and no target is met.
    """
  /// See ``Projection``.
  public let groupings: [String] = []
  /// See ``Projection``.
  public let takesPeriods = false
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let options = [
    ProjectionOption("days", value: "number", standard: "28", "How many days to look at."),
    ProjectionOption("scale", value: "csat|nps|ces", standard: "csat", "Which scale is satisfaction."),
  ]
  /// See ``Projection``.
  public let charts = [
    ChartDescription(
      name: "targets", title: "2 target met, 1 better than before, −1 worse, −2 target missed", form: .heat,
      x: "measure", y: ["standing"], series: "stream", table: 1)
  ]

  /// The projection.
  public init() {}

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let days = Int64(min(try query.count("days", standard: 28), 36_500))
    let scale = SatisfactionScale(rawValue: try query.choice("scale", of: SatisfactionScale.allCases.map(\.rawValue)))
    let parts = try AnswerParts(query, view)
    let measures = HealthMeasure.all(scale ?? .csat)
    let events = SelectedEvents(HealthFigures.kinds + [.targetSet], parts.cut, view)
    let targets = try Targets(parts, view, among: events)
    let evidence = query.explains ? EvidenceCollector() : nil
    let gathered = try HealthFigures(
      parts, windowMicros: days * Timestamp.microsPerDay, scale: scale ?? .csat, evidence, among: events, view)
    var figures = gathered.sums
    let classifier = try RowClassifier(query, view)
    var lines: [(name: String, stream: UInt16)] = []
    for stream in 0..<figures[0].count where classifier.passes(stream: UInt16(stream)) {
      // Nothing in no stream, nothing to say of it.
      let isKnown = stream > 0 && (parts.definitions[UInt16(stream)] != nil || gathered.isKnown[stream])
      guard isKnown || figures.contains(where: { $0[stream].hasData }) else { continue }
      lines.append((view.streamName(UInt16(stream)) ?? "", UInt16(stream)))
    }
    lines.sort { $0.name < $1.name }
    var rows: [[Value]] = []
    var details: [[Value]] = []
    for (name, stream) in lines {
      let stated: Value = name.isEmpty ? .null : .text(name)
      var row = [stated]
      for measure in measures {
        let value = measure.value(&figures[0][Int(stream)], parts)
        let before = measure.value(&figures[1][Int(stream)], parts)
        row.append(measure.cell(value))
        let target = targets.target(of: measure.name, stream: stream)
        details.append([stated] + Self.detail(measure, value, before, target))
      }
      rows.append(row)
    }
    let keys = (0..<figures[0].count).map { [view.streamName(UInt16($0))] }
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: parts.notes,
      table: Table(
        title: title,
        columns: [Column(name: "stream", type: .text, description: "The value stream.")]
          + measures.map { Column(name: $0.column, type: $0.kind, unit: $0.unit, description: $0.text) },
        rows: rows),
      more: [Table(title: "Against targets and the days before", columns: Self.detailColumns, rows: details)],
      explanation: evidence.map { view.explanation($0, keys: keys) })
  }

  private static func detail(
    _ measure: HealthMeasure, _ value: Double?, _ before: Double?, _ target: MeasureTarget?
  ) -> [Value] {
    let change = value.flatMap { value in before.map { value - $0 } }
    let trend = change.map { $0 == 0 ? "same" : ($0 > 0) == measure.moreIsBetter ? "better" : "worse" }
    let isMet = target.map { target in
      value.map { target.distance(of: $0, atLeast: measure.moreIsBetter) >= 0 } ?? false
    }
    // For looking: a target that is met or missed says more than which way it goes.
    let standing: Int64? =
      value == nil ? nil : isMet.map { $0 ? 2 : -2 } ?? (trend == "better" ? 1 : trend == "worse" ? -1 : 0)
    return [
      .text(measure.name), measure.cell(value), .text(measure.unit), measure.cell(before), measure.cell(change),
      trend.map(Value.text) ?? .null, measure.cell(target?.value),
      target?.by.map(Value.text) ?? .null, isMet.map { .text($0 ? "yes" : "no") } ?? .null,
      standing.map(Value.integer) ?? .null,
    ]
  }

  private static let detailColumns = [
    Column(name: "stream", type: .text, description: "The value stream."),
    Column(name: "measure", type: .text, description: "The measure."),
    Column(name: "value", type: .number, description: "Its value, in the unit beside it."),
    Column(name: "unit", type: .text, description: "The unit; s is seconds, 1 a share from 0 to 1."),
    Column(name: "before", type: .number, description: "Its value as many days before."),
    Column(name: "change", type: .number, description: "value − before."),
    Column(name: "trend", type: .text, description: "Whether that is better, worse or the same."),
    Column(name: "target", type: .number, description: "The target in force."),
    Column(name: "by", type: .text, description: "The day by which it should be reached."),
    Column(name: "met", type: .text, description: "Whether the target is met; empty without one."),
    Column(
      name: "standing", type: .integer,
      description: "2 target met, −2 missed; without a target 1 better, −1 worse, 0 the same; empty without data."),
  ]
}

extension HealthSums {
  /// Whether anything happened at all.
  var hasData: Bool { delivered + wip + defects + deployments > 0 || satisfaction.count > 0 }
}
