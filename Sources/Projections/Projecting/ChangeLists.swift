import EventLog
import LMDB
import ValueStream

/// The changes that deployments list, for the projector to write beside its postings (``DeployedChange``).
///
/// Facts do not hold lists. Where much of the log is new, the lists are gathered from its references in one pass; else each is read from the
/// deployment's event. Both give the same rows.
struct ChangeLists {
  /// One pass over all references costs less than to read the events, where so large a part of the log is new: 1 ÷ this.
  private static let newShare: UInt64 = 16

  /// The position up to which lists were added.
  private var position: UInt64
  /// Those of all deployments from where it began through a position, and how many of them were added.
  private let gathered: [DeployedChange]
  private let gatheredThrough: UInt64
  private var addedCount = 0
  private var reader: EventReader?

  /// Prepares for the deployments behind a position.
  ///
  /// - Parameter laneCount: how many cores may work at it; all when nil.
  init(_ log: EventLog, _ source: borrowing FactSource, after position: UInt64, laneCount: Int? = nil) throws {
    self.position = position
    let size = source.log.size
    let gathers = size - position >= size / Self.newShare
    gathered = gathers ? try Self.gather(log, source, after: position, laneCount) : []
    gatheredThrough = gathers ? size : position
  }

  /// Adds the lists of the deployments behind those that were added before, through a position whose facts are there. O(changes), and O(facts)
  /// of those that were not gathered.
  mutating func add(
    through end: UInt64, _ source: borrowing FactSource, to changes: inout [DeployedChange]
  ) throws {
    let first = addedCount
    while addedCount < gathered.count, gathered[addedCount].position <= end { addedCount += 1 }
    changes += gathered[first..<addedCount]
    position = max(position, min(end, gatheredThrough))
    while position < end {
      let block = source.block(containingRow: Int(position))
      let count = min(block.rows.count, Int(end) - block.firstRow)
      for index in Int(position) - block.firstRow..<count
      where block.rows[index].kind == EventKind.deploymentCompleted.rawValue {
        if reader == nil { reader = EventReader() }
        try reader?.addChanges(at: UInt64(block.firstRow + index) + 1, source.log, to: &changes)
      }
      position = UInt64(block.firstRow + count)
    }
  }

  /// The lists of all deployments up to a position, on one core: for books that are made or compared as a whole.
  static func all(of log: EventLog, through end: UInt64) throws -> [DeployedChange] {
    let source = try FactSource(log.snapshot())
    var lists = try ChangeLists(log, source, after: 0, laneCount: 1)
    var changes: [DeployedChange] = []
    try lists.add(through: end, source, to: &changes)
    return changes
  }

  /// The lists of all deployments behind a position. O(facts + references of the log).
  private static func gather(
    _ log: EventLog, _ source: borrowing FactSource, after position: UInt64, _ laneCount: Int?
  ) throws -> [DeployedChange] {
    let size = source.log.size
    let laneCount = laneCount ?? Cores.lanes(for: Int(size))
    let blocks = source.facts.blocks(through: Int(size))
    let found = Cores.fold(blocks.count, laneCount: laneCount) {
      [UInt64]()
    } _: { found, range in
      for block in blocks[range] {
        for index in block.rows.indices
        where block.rows[index].kind == EventKind.deploymentCompleted.rawValue {
          let own = UInt64(block.firstRow + index) + 1
          if own > position { found.append(own) }
        }
      }
    }
    let known = PositionSet(upTo: size)
    for position in found.joined() { known.insert(position) }
    let deployments = PositionRanks(known)
    let subjectCount = Int(source.log.symbolCount(in: .subject)) + 1
    let lanes = Cores.fold(subjectCount, laneCount: laneCount) {
      Result<[DeployedChange], any Error>.success([])
    } _: { lane, subjects in
      // A snapshot of its own for each core. What it has that is newer is of no deployment that was found.
      lane = Result {
        let snapshot = try log.snapshot()
        var listed: [DeployedChange] = []
        guard let first = subjects.first, let last = subjects.last else { return listed }
        try snapshot.forEachReference(to: UInt64(first)...UInt64(last)) { subject, position in
          if deployments.rank(of: position) != nil {
            listed.append(DeployedChange(position: position, change: subject))
          }
        }
        return listed
      }
    }
    // References come by subject: put in the order of positions, those of each deployment stay in that order.
    let listed = try lanes.map { try $0.get() }
    var next = [Int](repeating: 0, count: deployments.count + 1)
    for one in listed.joined() { if let rank = deployments.rank(of: one.position) { next[rank + 1] += 1 } }
    for rank in 0..<deployments.count { next[rank + 1] += next[rank] }
    var sorted = [DeployedChange](repeating: DeployedChange(position: 0, change: 0), count: next[deployments.count])
    for one in listed.joined() {
      guard let rank = deployments.rank(of: one.position) else { continue }
      sorted[next[rank]] = one
      next[rank] += 1
    }
    return sorted
  }
}

/// Reads what single events list, as it was read when they were appended.
private final class EventReader {
  private let preparer = EventPreparer(isStrict: false)
  private let batch = EventBatch()

  /// Adds the changes that an event lists, ascending, each once. A damaged event lists none: `vsl verify` finds it.
  func addChanges(at position: UInt64, _ log: borrowing LogSnapshot, to rows: inout [DeployedChange]) throws {
    guard let record = try log.record(at: position) else { return }
    batch.removeAll()
    guard (try? preparer.prepare(record.bytes, line: Int(position), into: batch)) != nil,
      let event = batch.events.first
    else { return }
    var changes: Set<UInt32> = []
    for reference in batch.references(of: event) {
      if let change = try log.symbolID(batch.bytes(of: reference), in: .subject) { changes.insert(change) }
    }
    for change in changes.sorted() { rows.append(DeployedChange(position: position, change: change)) }
  }
}
