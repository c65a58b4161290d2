import LMDB
import Synchronization

/// Looks at records while the log is verified, so that they are read once. Each is used by one core.
public protocol RecordVisitor: AnyObject {
  /// Looks at a record; they come in order of position, not without gaps. `facts` are of the same snapshot.
  func visit(_ record: Record, _ facts: RowReader<Fact>, _ snapshot: borrowing LogSnapshot) throws
}

extension EventLog {
  /// Checks the whole log against itself: every record against its leaf, the nodes, the order of recorded times, the identity index
  /// and that no identity is there twice, and the indexes of subjects, references and voids against the facts.
  ///
  /// What the facts and symbols say is not checked against the events: that takes reading them, which is a higher layer's business. What
  /// `makeVisitor` makes sees the records, up to a size, that one core reads; each core asks for its own when it comes to the records,
  /// maybe at the same time. `meanwhile` is what else there is to do, for which there is a core. `progress` is told how many records are
  /// done, of how many. Appends go on meanwhile; what they add is not looked at. O(n log n), in memory of a few bits a record and 64 MiB.
  ///
  /// - Parameter checksReferences: whether to check that what facts refer to is listed; not needed by who checks all that is listed.
  public func verifyLog(
    checksReferences: Bool = true,
    progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in },
    makeVisitor: () throws -> (any RecordVisitor)? = { nil },
    meanwhile: (_ size: UInt64) -> Void = { _ in }
  ) throws(LedgerError) -> VerificationReport {
    try LedgerError.wrap {
      let (size, believed) = try withSnapshot { ($0.size, try $0.believableSize()) }
      guard size == believed else { return try verifyUnbelievable(size, believed, progress: progress) }
      var report = try verify(
        size, Cores.lanes(for: Int(size)), IndexVerifier(log: self, checksReferences: checksReferences), makeVisitor,
        progress: progress, meanwhile: { meanwhile(size) })
      checkTransactions(&report)
      progress(size, size)
      return report
    }
  }

  /// The key of the last record is damaged: so many positions are not there, and would take for ever. What can be there is checked.
  private func verifyUnbelievable(
    _ size: UInt64, _ believed: UInt64, progress: (UInt64, UInt64) -> Void
  ) throws -> VerificationReport {
    var report = try verify(
      believed, Cores.lanes(for: Int(believed)), IndexVerifier(log: self), { nil }, progress: progress, meanwhile: {})
    report.add(.countMismatch, size, "the last record is said to be this one, but there are \(believed) at most")
    return report
  }

  /// A damaged number of the last transaction would let the one before it be read: a whole log, only older.
  private func checkTransactions(_ report: inout VerificationReport) {
    guard let pages = environment.metaPages else {
      return report.add(.unreadable, 0, "the first pages of the file could not be read")
    }
    let (first, second) = (pages.first.transaction, pages.second.transaction)
    let isInTurn = first % 2 == 0 && second % 2 == 1 && (first &+ 1 == second || second &+ 1 == first)
    // 4 and 5 look as right when they were made 6 and 5, but for what the transactions freed. 6 and 5 made 4 and 5 cannot be told: LMDB leaves
    // a page so by itself when it could not be written, with the number of two transactions before.
    let isMoved = [pages.first, pages.second].contains { page in
      page.lastFreeing.map { $0 &+ 2 == page.transaction } ?? false
    }
    guard !isInTurn || isMoved else { return }
    report.add(
      .unreadable, 0,
      "the file's last two transactions have the numbers \(first) and \(second), which \(isInTurn ? "they had not when they were written" : "do not follow each other"): records may be missing at the end"
    )
  }

  /// Records that one core checks before it takes others.
  private static var recordsATask: UInt64 { 1 << 15 }

  private func verify(
    _ size: UInt64, _ laneCount: Int, _ indexes: IndexVerifier, _ makeVisitor: () throws -> (any RecordVisitor)?,
    progress: (UInt64, UInt64) -> Void, meanwhile: () -> Void
  ) throws -> VerificationReport {
    // Of the records one a core, behind them one for the indexes.
    var lanes = (0..<laneCount + 1).map { _ in VerificationLane(size: size) }
    // The long tasks, and then the records by parts, so that all cores end at about the same time.
    let longTasks = 2
    let taskCount = longTasks + Int((size + Self.recordsATask - 1) / Self.recordsATask)
    lanes.withUnsafeMutableBufferPointer { lanes in
      let shared = Unchecked(lanes)
      withoutActuallyEscaping(progress) { progress in
        let done = Mutex(Unchecked((records: UInt64(0), tell: progress)))
        Cores.share(taskCount, laneCount: laneCount) { task, lane in
          switch task {
          case 0: meanwhile()
          case 1: shared.value[laneCount].attempt { try indexes.run(&$0.report) }
          default:
            let first = UInt64(task - longTasks) * Self.recordsATask + 1
            let last = min(size, first + Self.recordsATask - 1)
            shared.value[lane].attempt { lane in
              if lane.visitor == nil { lane.visitor = try makeVisitor() }
              try RecordVerifier(log: self, visitor: lane.visitor).run(first...last, &lane.report)
            }
            done.withLock { state in
              let records = state.value.records + (last - first + 1)
              state = Unchecked((records, state.value.tell))
              // The end is told when all else is done too.
              if records < size { state.value.tell(records, size) }
            }
          }
        }
      }
    }
    return try .combining(lanes.dropLast(), lanes.suffix(1))
  }
}

/// What one core found, or why it could not go on.
struct VerificationLane {
  var report: VerificationReport
  var failure: (any Error)?
  /// Looks at the records that this core reads.
  var visitor: (any RecordVisitor)?

  init(size: UInt64) {
    report = VerificationReport()
    report.size = size
  }

  /// Does a part, unless an earlier one could not be done.
  mutating func attempt(_ body: (inout VerificationLane) throws -> Void) {
    guard failure == nil else { return }
    do { try body(&self) } catch { failure = error }
  }
}
