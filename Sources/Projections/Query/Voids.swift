import EventLog

/// Which events count: the ones that no effective event voids.
enum Voids {
  /// How deep a chain of voids of voids is followed; a void beyond it counts as not voided.
  static let deepestChain = 1000

  /// Whether the event at a position is voided, as the log stood at `limit`. A voided void has no effect.
  static func isVoided(_ position: UInt64, asOf limit: UInt64, _ log: borrowing LogSnapshot, depth: Int = 0) throws
    -> Bool
  {
    guard log.hasVoids, depth < deepestChain else { return false }
    var voids: [UInt64] = []
    try log.voids(of: position, into: &voids)
    for void in voids where void <= limit {
      if try !isVoided(void, asOf: limit, log, depth: depth + 1) { return true }
    }
    return false
  }
}
