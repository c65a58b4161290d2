import EventLog
import Tables
import ValueStream

/// The single values behind a metric, each with its instant: what an experiment compares before and after.
struct MetricSamples {
  /// One value.
  struct Sample {
    var micros: Int64
    var value: Double
  }

  /// The metrics that have single values, besides the names of measured outcomes.
  static let names = ["lead-time", "cycle-time", "throughput", "defects", "coverage", "csat", "nps", "ces"]

  /// What the values are in.
  var unit: String
  /// Whether a value is the count of a whole day, so that days without any are zeros.
  var countsPerDay = false
  /// In no order.
  var samples: [Sample] = []

  /// Gathers the values of a metric among what the question's filter lets pass, in one stream or (0) in all; nil for a name that is
  /// neither a metric with single values nor a measured outcome.
  init?(of metric: String, stream: UInt16, _ parts: AnswerParts, _ view: borrowing LedgerView) throws {
    let classifier = try RowClassifier(parts.query, view)
    var found: [Sample] = []
    func isMeant(_ own: UInt16) -> Bool { stream == 0 || own == stream }
    switch metric {
    case "lead-time", "cycle-time", "throughput":
      unit = metric == "throughput" ? "items/day" : "days"
      countsPerDay = metric == "throughput"
      parts.completed(view).forEach(in: view.books.completions) { row in
        guard !row.stamp.flags.contains(.cancelled), isMeant(row.stamp.stream),
          classifier.passes(stream: row.stamp.stream, attributes: row.attributes, item: row.item)
        else { return }
        let from = metric == "cycle-time" ? row.committedMicros : row.createdMicros
        if metric == "throughput" {
          found.append(Sample(micros: row.effectiveMicros, value: 1))
        } else if from != ItemState.unknown {
          let micros = parts.clock.span(row.stamp.stream, from: from, to: row.effectiveMicros)
          found.append(Sample(micros: row.effectiveMicros, value: Double(micros) / Double(Timestamp.microsPerDay)))
        }
      }
    case "defects":
      unit = "defects/day"
      countsPerDay = true
      StandingEntries(view.books.defects, parts.cut).forEach(in: view.books.defects) { row in
        guard isMeant(row.stamp.stream),
          classifier.passes(stream: row.stamp.stream, attributes: row.attributes, item: row.item)
        else { return }
        found.append(Sample(micros: row.effectiveMicros, value: 1))
      }
    default:
      let kind: EventKind =
        switch metric {
        case "coverage": .checkCompleted
        case "csat", "nps", "ces": .feedbackReceived
        default: .outcomeMeasured
        }
      var subject: UInt32?
      if kind == .outcomeMeasured {
        let name = [SubjectClass.outcome.rawValue] + Array(metric.utf8)
        subject = try view.log.symbolID(String(decoding: name, as: UTF8.self), in: .subject)
        guard subject != nil else { return nil }
      }
      var unit = kind == .outcomeMeasured ? "" : metric
      try EventRows([kind], parts.query, parts.cut, view).forEach(view) { event in
        guard isMeant(event.row.stamp.stream), subject == nil || event.row.subject == subject,
          kind != .feedbackReceived || event.words[.scale] == metric, let value = event.number
        else { return }
        if let own = event.words[.unit] { unit = own }
        found.append(Sample(micros: event.row.effectiveMicros, value: value))
      }
      self.unit = unit
    }
    samples = found
  }

  /// The values from one instant to before another; of a metric that counts per day, one for each whole day from the first on.
  func values(from: Int64, to: Int64) -> [Double] {
    guard from < to else { return [] }
    guard countsPerDay else { return samples.filter { $0.micros >= from && $0.micros < to }.map(\.value) }
    let days = Int((to - from) / Timestamp.microsPerDay)
    var counts = [Double](repeating: 0, count: days)
    for sample in samples where sample.micros >= from {
      let day = Int((sample.micros - from) / Timestamp.microsPerDay)
      if day < days { counts[day] += sample.value }
    }
    return counts
  }
}
