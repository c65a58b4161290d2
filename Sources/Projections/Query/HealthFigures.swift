import Tables
import ValueStream

/// The figures of value-stream health, of one stream in one window of time.
struct HealthSums {
  var leads: [Int64] = []
  var delivered = 0
  var wip = 0
  var processMicros: Int128 = 0
  var leadMicros: Int128 = 0
  var defects = 0
  var escaped = 0
  var deployments = 0
  var failed = 0
  var satisfaction = SatisfactionScore()
}

/// A measure of health: how it is called, shown and judged.
struct HealthMeasure {
  /// The name that targets are set under.
  var name: String
  /// The column of the line.
  var column: String
  var kind: Column.Kind
  var unit: String
  var moreIsBetter: Bool
  var text: String
  /// Its value; nil without data.
  var value: (inout HealthSums, AnswerParts) -> Double?

  /// A cell of its value.
  func cell(_ value: Double?) -> Value {
    guard let value else { return .null }
    switch kind {
    case .duration: return .duration(value)
    case .share: return .share(value)
    case .integer: return .integer(Int64(value))
    default: return .number(value)
    }
  }

  private static func ratio(_ part: Int, _ whole: Int) -> Double? {
    whole == 0 ? nil : Double(part) / Double(whole)
  }

  /// All of them, in the order of the line.
  static func all(_ scale: SatisfactionScale) -> [HealthMeasure] {
    [
      HealthMeasure(
        name: "lead-time", column: "leadTime", kind: .duration, unit: "s", moreIsBetter: false,
        text: "85 % of the items delivered took at most this."
      ) { sums, parts in
        DurationSummary(&sums.leads, percentiles: [85], method: parts.policy.percentileMethod)
          .map { Double($0.percentilesMicros[0]) / 1e6 }
      },
      HealthMeasure(
        name: "throughput", column: "throughput", kind: .integer, unit: "items", moreIsBetter: true,
        text: "Items delivered."
      ) { sums, _ in Double(sums.delivered) },
      HealthMeasure(
        name: "wip", column: "wip", kind: .integer, unit: "items", moreIsBetter: false,
        text: "Items in progress at the end."
      ) { sums, _ in Double(sums.wip) },
      HealthMeasure(
        name: "flow-efficiency", column: "flowEfficiency", kind: .share, unit: "1", moreIsBetter: true,
        text: "Process time ÷ lead time of the items delivered."
      ) { sums, _ in sums.leadMicros == 0 ? nil : Double(sums.processMicros) / Double(sums.leadMicros) },
      HealthMeasure(
        name: "defect-rate", column: "defectRate", kind: .number, unit: "defects/item", moreIsBetter: false,
        text: "Defects found ÷ items delivered."
      ) { sums, _ in ratio(sums.defects, sums.delivered) },
      HealthMeasure(
        name: "escape-rate", column: "escapeRate", kind: .share, unit: "1", moreIsBetter: false,
        text: "Escaped defects ÷ defects found."
      ) { sums, _ in ratio(sums.escaped, sums.defects) },
      HealthMeasure(
        name: "change-failure-rate", column: "changeFailureRate", kind: .share, unit: "1", moreIsBetter: false,
        text: "Failed production deployments ÷ all."
      ) { sums, _ in ratio(sums.failed, sums.deployments) },
      HealthMeasure(
        name: "satisfaction", column: "satisfaction", kind: .number, unit: scale.unit,
        moreIsBetter: true, text: "\(scale.rawValue.uppercased()) of the customers' answers."
      ) { sums, _ in sums.satisfaction.figure(scale) },
    ]
  }
}

/// Sums of health by window (0 the last one, 1 the one before) and stream. One pass over each book, whatever the number of streams.
struct HealthFigures {
  private(set) var sums: [[HealthSums]]
  /// The streams that any item that passes came into.
  private(set) var isKnown: [Bool]

  /// The kinds of events that it looks at.
  static var kinds: [EventKind] { DeliveryFacts.kinds + [.feedbackReceived] }

  /// Gathers.
  ///
  /// - Parameters:
  ///   - windowMicros: how long a window is; the last one ends with the cut's instant.
  ///   - evidence: takes what counts in the last window, by stream.
  ///   - selected: events of the cut among which those of ``kinds`` are.
  init(
    _ parts: AnswerParts, windowMicros: Int64, scale: SatisfactionScale, _ evidence: EvidenceCollector?,
    among selected: SelectedEvents, _ view: borrowing LedgerView
  ) throws {
    let cut = parts.cut
    let streamCount = Int(view.log.symbolCount(in: .stream)) + 1
    var sums = [[HealthSums]](
      repeating: [HealthSums](repeating: HealthSums(), count: streamCount), count: 2)
    let classifier = try RowClassifier(parts.query, view)
    func window(_ micros: Int64) -> Int? {
      if micros > cut.atMicros - windowMicros { return 0 }
      return micros > cut.atMicros - 2 * windowMicros ? 1 : nil
    }
    func note(_ row: some Posting, _ window: Int, _ text: String) {
      guard window == 0 else { return }
      evidence?.add(
        EvidenceCollector.Entry(
          subject: row.subject, position: row.stamp.position, effectiveMicros: row.effectiveMicros, note: text),
        to: Int(row.stamp.stream))
    }

    var isKnown = [Bool](repeating: false, count: streamCount)
    StandingEntries(view.books.arrivals, cut).forEach(in: view.books.arrivals) { row in
      if Int(row.stamp.stream) < streamCount,
        classifier.passes(stream: row.stamp.stream, attributes: row.attributes, item: row.item)
      {
        isKnown[Int(row.stamp.stream)] = true
      }
    }
    self.isKnown = isKnown

    func passes(_ row: CompletionPosting) -> Int? {
      guard let window = window(row.effectiveMicros), !row.stamp.flags.contains(.cancelled),
        Int(row.stamp.stream) < streamCount,
        classifier.passes(stream: row.stamp.stream, attributes: row.attributes, item: row.item)
      else { return nil }
      return window
    }
    parts.completed(view).forEach(in: view.books.completions) { row in
      guard let window = passes(row) else { return }
      sums[window][Int(row.stamp.stream)].delivered += 1
      note(row, window, "delivered")
      guard row.createdMicros != ItemState.unknown else { return }
      sums[window][Int(row.stamp.stream)].leads.append(
        parts.clock.span(row.stamp.stream, from: row.createdMicros, to: row.effectiveMicros))
    }
    // An item's process time is that of all of its life: efficiency knows its last delivery alone.
    var withLead: [(row: CompletionPosting, window: Int)] = []
    StandingEntries(view.books.completions, cut).forEach(in: view.books.completions) { row in
      if let window = passes(row), row.createdMicros != ItemState.unknown { withLead.append((row, window)) }
    }
    let times = ItemTimes(of: withLead.lazy.map(\.row.item), parts, view)
    for (row, window) in withLead {
      let lead = parts.clock.span(row.stamp.stream, from: row.createdMicros, to: row.effectiveMicros)
      let process = times[row.item].processMicros
      guard lead >= 0, process <= lead else { continue }
      sums[window][Int(row.stamp.stream)].processMicros += Int128(process)
      sums[window][Int(row.stamp.stream)].leadMicros += Int128(lead)
    }

    for window in 0...1 {
      let instant = cut.atMicros - Int64(window) * windowMicros
      OpenNow(parts, Cut(position: cut.position, atMicros: instant), view).forEach { piece in
        guard Int(piece.stream) < streamCount,
          classifier.passes(stream: piece.stream, attributes: piece.attributes, item: piece.item)
        else { return }
        sums[window][Int(piece.stream)].wip += 1
        note(piece.posting, window, "in progress")
      }
    }

    StandingEntries(view.books.defects, cut).forEach(in: view.books.defects) { row in
      guard let window = window(row.effectiveMicros), Int(row.stamp.stream) < streamCount,
        classifier.passes(stream: row.stamp.stream, attributes: row.attributes, item: row.item)
      else { return }
      let isEscaped = row.stamp.flags.contains(.escaped)
      sums[window][Int(row.stamp.stream)].defects += 1
      if isEscaped { sums[window][Int(row.stamp.stream)].escaped += 1 }
      note(row, window, isEscaped ? "defect, escaped" : "defect")
    }

    for deployment in try DeliveryFacts(parts, view, withChanges: false, among: selected).deployments {
      let row = deployment.row
      guard let window = window(deployment.micros), Int(row.stamp.stream) < streamCount else { continue }
      sums[window][Int(row.stamp.stream)].deployments += 1
      if deployment.join != nil { sums[window][Int(row.stamp.stream)].failed += 1 }
      note(row, window, deployment.join == nil ? "deployed" : "deployed, failed")
    }

    try EventRows([.feedbackReceived], parts.query, cut, view, among: selected).forEach(view) { event in
      guard let window = window(event.row.effectiveMicros), event.words[.scale] == scale.rawValue,
        Int(event.row.stamp.stream) < streamCount, let score = event.number
      else { return }
      sums[window][Int(event.row.stamp.stream)].satisfaction.add(score, scale)
      note(event.row, window, "feedback")
    }
    self.sums = sums
  }
}
