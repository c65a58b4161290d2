import EventLog
import LMDB
import ValueStream

/// The checks that name no item and the deployments that list no change, of how many: found in one pass over the events of a cut.
struct Suspects {
  /// What stands, in the order of the log.
  private(set) var rows: [EventPosting] = []
  /// How many checks stand.
  private(set) var checkCount = 0
  /// How many deployments stand.
  private(set) var deploymentCount = 0

  private struct Lane {
    var rows: [EventPosting] = []
    var checkCount = 0
    var deploymentCount = 0
    /// Openings whose entry was taken back, or put back.
    var toggled: [UInt32] = []
  }

  /// Finds them, on all cores. O(postings up to the position).
  ///
  /// - Parameter withChanges: the positions of the deployments that list changes.
  init(_ parts: AnswerParts, _ classifier: RowClassifier, _ withChanges: PositionSet, _ view: borrowing LedgerView) {
    let cut = parts.cut
    let events = view.events
    let (check, deployment) = (EventKind.checkCompleted.rawValue, EventKind.deploymentCompleted.rawValue)
    let streamPasses = (0..<Int(view.log.symbolCount(in: .stream)) + 1).map { classifier.passes(stream: UInt16($0)) }
    func passes(_ row: EventPosting) -> Bool {
      Int(row.stamp.stream) < streamPasses.count && streamPasses[Int(row.stamp.stream)]
    }
    let blocks = events.blocks(in: cut)
    let laneCount = Cores.lanes(for: blocks.count * RowTable<EventPosting>.rowsPerBlock)
    let lanes = Cores.fold(blocks.count, laneCount: laneCount) {
      Lane()
    } _: { lane, range in
      for block in blocks[range] {
        for index in block.rows.indices {
          let row = block.rows[index]
          guard row.kind == check || row.kind == deployment, row.effectiveMicros <= cut.atMicros, passes(row) else {
            continue
          }
          if row.opening != UInt32(truncatingIfNeeded: block.firstRow + index) {
            lane.toggled.append(row.opening)
          } else if row.kind == check {
            lane.checkCount += 1
            if row.argument == 0 { lane.rows.append(row) }
          } else {
            lane.deploymentCount += 1
            if !withChanges.contains(row.stamp.position) { lane.rows.append(row) }
          }
        }
      }
    }
    let takenBack = SelectedEvents.takenBack(lanes.lazy.flatMap(\.toggled))
    for lane in lanes {
      checkCount += lane.checkCount
      deploymentCount += lane.deploymentCount
      rows += lane.rows
    }
    for opening in takenBack where Int(opening) < events.count {
      if events.row(at: Int(opening)).kind == check { checkCount -= 1 } else { deploymentCount -= 1 }
    }
    if !takenBack.isEmpty { rows.removeAll { takenBack.contains($0.opening) } }
  }
}
