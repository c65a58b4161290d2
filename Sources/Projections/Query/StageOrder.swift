import ValueStream

/// The order in which people expect stages: streams by name, stages as the definition in force has them, then by name.
struct StageOrder {
  private var places: [String: [String: Int]] = [:]
  private var roles: [String: [String: StageRole]] = [:]

  init(_ parts: AnswerParts, _ view: borrowing LedgerView) {
    for stream in 0...UInt16(truncatingIfNeeded: view.log.symbolCount(in: .stream)) {
      let name = view.streamName(stream) ?? ""
      for (place, stage) in (parts.rules.definition(of: stream, at: parts.cut.atMicros)?.stages ?? []).enumerated() {
        guard let stageName = view.stages.name(stage.number) else { continue }
        places[name, default: [:]][stageName] = place
        roles[name, default: [:]][stageName] = stage.role
      }
    }
  }

  /// Whether a row comes before another by period, stream, place of the stage, and the rest of its names.
  ///
  /// The first two names are those of the stream and the stage.
  func precedes<Sum>(_ left: Figures<Sum>.Row, _ right: Figures<Sum>.Row) -> Bool {
    if left.period != right.period { return left.period < right.period }
    let one = left.names.map { $0 ?? "" }
    let other = right.names.map { $0 ?? "" }
    if one[0] != other[0] { return one[0] < other[0] }
    let place = places[one[0]]?[one[1]] ?? .max
    let otherPlace = places[other[0]]?[other[1]] ?? .max
    return place == otherPlace ? one.lexicographicallyPrecedes(other) : place < otherPlace
  }

  /// The place of a stage in its stream's definition; the last one for a stage that it does not name.
  func place(_ stream: String, _ stage: String) -> Int { places[stream]?[stage] ?? .max }

  /// The first place that any stream's definition gives to a stage; the last one for one that none names.
  func place(ofStage stage: String?) -> Int { places.values.compactMap { $0[stage ?? ""] }.min() ?? .max }

  /// `queue` or `work`, as the definition says; `work` without one.
  func kind(_ stream: String?, _ stage: String?) -> String {
    roles[stream ?? ""]?[stage ?? ""]?.contains(.queue) ?? false ? "queue" : "work"
  }
}
