import ValueStream

/// The stages of each stream in their order, without those that deliver: as the definition in force at the cut's instant has them, or,
/// without a definition, in the order of their first use.
struct StagePlaces {
  private var lists: [UInt16: [UInt32]] = [:]
  private var places: [UInt16: [UInt32: Int]] = [:]
  private let defined: Set<UInt16>

  /// Looks the streams up. Only streams without a definition cost a pass over the visits.
  init(_ parts: AnswerParts, _ view: borrowing LedgerView, _ spans: VisitSpans) {
    let streams = 0...UInt16(truncatingIfNeeded: view.log.symbolCount(in: .stream))
    var defined: Set<UInt16> = []
    for stream in streams {
      guard let definition = parts.rules.definition(of: stream, at: parts.cut.atMicros) else { continue }
      defined.insert(stream)
      lists[stream] = definition.stages.filter { !$0.role.contains(.done) }.map(\.number)
    }
    self.defined = defined
    if defined.count < streams.count { learn(parts, view, spans) }
    for (stream, list) in lists {
      var places: [UInt32: Int] = [:]
      for (place, stage) in list.enumerated() { places[stage] = place }
      self.places[stream] = places
    }
  }

  private mutating func learn(_ parts: AnswerParts, _ view: borrowing LedgerView, _ spans: VisitSpans) {
    var first: [UInt16: [UInt32: Int64]] = [:]
    spans.forEach(in: view.visits) { span in
      guard !defined.contains(span.stream) else { return }
      let known = first[span.stream]?[span.stage] ?? .max
      if span.fromMicros < known { first[span.stream, default: [:]][span.stage] = span.fromMicros }
    }
    for (stream, stages) in first {
      // Of two used first at one instant the name decides, so that the order of arrival does not.
      var named: [(micros: Int64, name: String, stage: UInt32)] = []
      for (stage, micros) in stages { named.append((micros, view.stages.name(stage) ?? "", stage)) }
      lists[stream] = named.sorted { ($0.micros, $0.name) < ($1.micros, $1.name) }.map(\.stage)
    }
  }

  /// Whether a definition gives the order.
  func isDefined(_ stream: UInt16) -> Bool { defined.contains(stream) }

  /// The stages of a stream, in order.
  func stages(of stream: UInt16) -> [UInt32] { lists[stream] ?? [] }

  /// The place of a stage; nil when the stream's definition does not name it, or names it as one that delivers.
  func place(of stage: UInt32, in stream: UInt16) -> Int? { places[stream]?[stage] }
}
