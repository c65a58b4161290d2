import EventLog
import ValueStream

/// The positions of all events that are voided in a cut: for passes over all facts, where a look-up for each would cost too much.
struct VoidedPositions {
  private var positions: PositionSet?

  /// Gathers them. O(voids).
  init(_ view: borrowing LedgerView, asOf limit: UInt64) throws {
    guard view.log.hasVoids else { return }
    var targets: [UInt64] = []
    try view.log.forEachVoided { targets.append($0) }
    let positions = PositionSet(upTo: limit)
    for target in targets where try target <= limit && Voids.isVoided(target, asOf: limit, view.log) {
      positions.insert(target)
    }
    self.positions = positions
  }

  /// Whether the event at a position is voided.
  func contains(_ position: UInt64) -> Bool { positions?.contains(position) ?? false }

  /// A bit for each of the 64 positions that share all but the lowest six bits with one, from the lowest on.
  func word(of position: UInt64) -> UInt64 { positions?.word(of: position) ?? 0 }
}
