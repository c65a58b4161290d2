import Tables
import ValueStream

/// Where on their way customers are pleased, and what is being done there.
public struct CustomerJourney: Projection {
  /// See ``Projection``.
  public let name = "journey"
  /// See ``Projection``.
  public let title = "Customer journey"
  /// See ``Projection``.
  public let definition = """
    For each step of the customer's journey that feedback names: the answers of the last days (--set days=N), the figures of each scale (see \
    satisfaction) and their change since as many days before, the open items and the open defects that touch the step. An item touches a \
    step when its label `step` names it or when feedback at that step names the item; a defect does when its item does.
    """
  /// See ``Projection``.
  public let groupings = ["stream"]
  /// See ``Projection``.
  public let takesPeriods = false
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let takesWorkingTime = false
  /// See ``Projection``.
  public let options = [
    ProjectionOption("days", value: "number", standard: "28", "How many days of feedback to look at.")
  ]
  /// See ``Projection``.
  public let charts = [
    ChartDescription(name: "csat", title: "Satisfaction by step", form: .bars, x: "step", y: ["csat"]),
    ChartDescription(
      name: "work", title: "Open items and defects by step", form: .bars, x: "step", y: ["openItems", "openDefects"]),
  ]

  /// The projection.
  public init() {}

  private struct Key: Hashable {
    var stream: UInt16
    var step: String
  }

  private struct Step {
    var now = [SatisfactionScore](repeating: SatisfactionScore(), count: SatisfactionScale.allCases.count)
    var before = [SatisfactionScore](repeating: SatisfactionScore(), count: SatisfactionScale.allCases.count)
    var items = 0
    var defects = 0
    var answers: Int64 { now.reduce(0) { $0 + $1.count } }
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let days = Int64(min(try query.count("days", standard: 28), 36_500)) * Timestamp.microsPerDay
    let parts = try AnswerParts(query, view)
    let byStream = !query.groupings.isEmpty
    let at = parts.cut.atMicros
    let classifier = try RowClassifier(query, view)
    var steps: [Key: Step] = [:]
    var touched: [UInt32: Set<String>] = [:]
    var without = 0
    func key(_ stream: UInt16, _ step: String) -> Key { Key(stream: byStream ? stream : 0, step: step) }
    let evidence = query.explains ? EvidenceCollector() : nil
    var keys: [Key] = []
    var groups: [Key: Int] = [:]
    try EventRows([.feedbackReceived], query, parts.cut, view).forEach(view) { event in
      guard let step = event.words[.step] else {
        without += 1
        return
      }
      let key = key(event.row.stamp.stream, step)
      if event.item != 0 { touched[event.item, default: []].insert(step) }
      if steps[key] == nil {
        groups[key] = keys.count
        keys.append(key)
        steps[key] = Step()
      }
      guard let score = event.number, let scale = event.words[.scale].flatMap(SatisfactionScale.init),
        let place = SatisfactionScale.allCases.firstIndex(of: scale)
      else { return }
      if event.row.effectiveMicros > at - days {
        steps[key]?.now[place].add(score, scale)
        evidence?.add(
          EvidenceCollector.Entry(
            subject: event.row.subject, position: event.row.stamp.position, effectiveMicros: event.row.effectiveMicros,
            amount: score, note: scale.rawValue), to: groups[key] ?? 0)
      } else if event.row.effectiveMicros > at - 2 * days {
        steps[key]?.before[place].add(score, scale)
      }
    }
    let labels = view.attributeSets.map { encoding in
      AttributeEntry.decode(encoding).first { $0.labelKey == "step" }?.value
    }
    func touching(_ item: UInt32, _ set: UInt32) -> Set<String> {
      var names = touched[item] ?? []
      if Int(set) < labels.count, let label = labels[Int(set)] { names.insert(label) }
      return names
    }
    OpenNow(parts, parts.cut, view).forEach { piece in
      guard classifier.passes(stream: piece.stream, attributes: piece.attributes, item: piece.item) else { return }
      for step in touching(piece.item, piece.attributes) { steps[key(piece.stream, step)]?.items += 1 }
    }
    let lives = DefectLives(parts, view) {
      classifier.passes(stream: $0.stamp.stream, attributes: $0.attributes, item: $0.item)
    }
    for life in lives.episodes where life.fixedMicros == nil {
      for step in touching(life.posting.item, life.posting.attributes) {
        steps[key(life.posting.stamp.stream, step)]?.defects += 1
      }
    }
    var notes = parts.notes
    if without > 0 { notes.append("\(without) answers name no step and are left out.") }
    var rows: [(names: [String?], step: Step)] = []
    for (key, step) in steps {
      rows.append(((byStream ? [view.streamName(key.stream)] : []) + [key.step], step))
    }
    rows.sort { $0.names.lazy.map { $0 ?? "" }.lexicographicallyPrecedes($1.names.lazy.map { $0 ?? "" }) }
    let names = keys.map { (byStream ? [view.streamName($0.stream)] : []) + [$0.step] }
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: notes,
      table: Table(
        title: title, columns: parts.groupingColumns + Self.columns,
        rows: rows.map { row in row.names.map { $0.map(Value.text) ?? .null } + Self.cells(row.step) }),
      explanation: evidence.map { view.explanation($0, keys: names) })
  }

  private static func cells(_ step: Step) -> [Value] {
    var cells: [Value] = [.integer(step.answers)]
    for (place, scale) in SatisfactionScale.allCases.enumerated() {
      let now = step.now[place].figure(scale)
      let before = step.before[place].figure(scale)
      cells.append(now.map(Value.number) ?? .null)
      cells.append(now.flatMap { now in before.map { .number(now - $0) } } ?? .null)
    }
    return cells + [.integer(Int64(step.items)), .integer(Int64(step.defects))]
  }

  private static let columns =
    [
      Column(name: "step", type: .text, description: "The step of the customer's journey."),
      Column(name: "n", type: .integer, unit: "answers", description: "Answers of the last days."),
    ]
    + SatisfactionScale.allCases.flatMap { scale in
      [
        Column(
          name: scale.rawValue, type: .number, unit: scale.unit,
          description: "\(scale.rawValue.uppercased()) of the last days."),
        Column(
          name: "\(scale.rawValue)Change", type: .number, unit: scale.unit,
          description: "Its change since as many days before."),
      ]
    } + [
      Column(name: "openItems", type: .integer, unit: "items", description: "Open items that touch the step."),
      Column(name: "openDefects", type: .integer, unit: "defects", description: "Open defects that touch the step."),
    ]
}
