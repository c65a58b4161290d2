import EventLog
import ValueStream

extension LogSnapshot {
  /// The definition that the event at a position makes; nil when it makes none.
  func streamDefinition(at position: UInt64) throws -> StreamDefinition? {
    guard let record = try record(at: position) else { return nil }
    return try? StreamDefinition(eventBytes: record.bytes)
  }
}

extension StreamDefinition {
  /// Every stage that the definition names, in order.
  var stageNames: [String] { stages.map(\.name) + (commitment.map { [$0] } ?? []) }

  /// The definition in the numbers of the books.
  func rules(occurredMicros: Int64, position: UInt64, stageNumber: ([UInt8]) -> UInt32) -> StageRules {
    StageRules(
      occurredMicros: occurredMicros, position: position,
      stages: stages.map { stage in
        let role: StageRole =
          switch stage.kind {
          case .queue: .queue
          case .work: .work
          case .done: .done
          }
        return StageRules.Stage(number: stageNumber(Array(stage.name.utf8)), role: role, wipLimit: stage.wipLimit)
      },
      commitment: commitment.map { stageNumber(Array($0.utf8)) }, timeZone: timezone)
  }
}
