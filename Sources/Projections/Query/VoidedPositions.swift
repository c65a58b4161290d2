import EventLog
import ValueStream

/// The positions of all events that are voided in a cut: for passes over all facts, where a look-up for each would cost too much.
struct VoidedPositions {
  private var positions: PositionSet?

  /// Gathers them. One pass over the facts if the log has voids at all.
  init(_ view: borrowing LedgerView, asOf limit: UInt64) throws {
    guard view.log.hasVoids else { return }
    let facts = try view.log.facts()
    var candidates: Set<UInt64> = []
    for number in 0..<facts.blockCount {
      let block = facts.block(number)
      for (index, fact) in block.rows.enumerated() {
        let position = UInt64(block.firstRow + index + 1)
        guard position <= limit else { break }
        if fact.flags.contains(.voidedOnArrival) { candidates.insert(position) }
        if fact.kind == EventKind.eventVoided.rawValue, fact.measure != 0 { candidates.insert(fact.measure) }
      }
    }
    var positions = PositionSet(upTo: limit)
    for position in candidates where try Voids.isVoided(position, asOf: limit, view.log) { positions.insert(position) }
    self.positions = positions
  }

  /// Whether the event at a position is voided.
  @inline(__always)
  func contains(_ position: UInt64) -> Bool { positions?.contains(position) ?? false }
}
