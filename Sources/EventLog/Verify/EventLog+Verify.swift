import Dispatch
import LMDB

/// Looks at records while the log is verified, so that they are read once. Each is used by one core.
public protocol RecordVisitor: AnyObject {
  /// Looks at a record; they come in order of position. `facts` are of the same snapshot.
  func visit(_ record: Record, _ facts: RowReader<Fact>, _ snapshot: borrowing LogSnapshot) throws
}

extension EventLog {
  /// Checks the whole log against itself: every record against its leaf, the nodes, the order of recorded times, the identity index
  /// and that no identity is there twice, and the indexes of subjects, references and voids against the facts.
  ///
  /// What the facts and symbols say is not checked against the events: that takes reading them, which is a higher layer's business. Its
  /// `visitors`, made by `makeVisitors` for so many parts of the positions up to the size, see every record. Works on all cores. `progress` is told how many steps are done, of how many. Appends go on meanwhile; what they add is not looked at.
  /// O(n log n), in memory of a few bits a record and 16 MiB.
  public func verifyLog(
    progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in },
    makeVisitors: (_ size: UInt64, _ partCount: Int) throws -> [any RecordVisitor] = { _, _ in [] }
  ) throws(LedgerError) -> VerificationReport {
    try LedgerError.wrap {
      var report = VerificationReport()
      let size = try withSnapshot { $0.size }
      // Reading the records takes most of the time.
      let total = size / 3 * 4
      report.size = size
      let laneCount = Cores.lanes(for: Int(size))
      let visitors = try makeVisitors(size, laneCount)
      try verifyTree(&report, laneCount, visitors) { progress($0, total) }
      try verifyIndexes(&report)
      report.root = try withSnapshot { try $0.root(size: size) }
      progress(total, total)
      return report
    }
  }

  /// Identities in parts, and the other indexes beside them.
  private func verifyIndexes(_ report: inout VerificationReport) throws {
    let size = report.size
    guard size > 0 else { return }
    let identities = IdentityVerifier(log: self, size: size)
    var lanes = [VerificationLane](
      repeating: VerificationLane(report: VerificationReport()), count: identities.partCount + 1)
    lanes.withUnsafeMutableBufferPointer { lanes in
      let lanes = Unchecked(lanes)
      // The others take the longest of all: they begin first.
      Cores.run(lanes.value.count) { task in
        lanes.value[task].attempt { report in
          report.size = size
          if task == 0 {
            try IndexVerifier(log: self).run(&report)
          } else {
            try identities.run(part: task - 1, &report)
          }
        }
      }
    }
    for lane in lanes.dropFirst() + lanes.prefix(1) { try report.take(lane) }
  }

  private func verifyTree(
    _ report: inout VerificationReport, _ laneCount: Int, _ visitors: [any RecordVisitor], progress: (UInt64) -> Void
  ) throws {
    let size = report.size
    guard size > 0 else { return }
    let visitors = Unchecked(visitors)
    let bounds = (0...laneCount).map { Int(size) * $0 / laneCount }
    let lanes = withoutActuallyEscaping(progress) { progress in
      let progress = Unchecked(progress)
      return Cores.fold(Int(size), laneCount: laneCount, bounds: bounds) {
        VerificationLane(report: VerificationReport())
      } _: { lane, range in
        guard !range.isEmpty else { return }
        let visitor = bounds.firstIndex(of: range.lowerBound).flatMap { visitors.value.dropFirst($0).first }
        let positions = UInt64(range.lowerBound) + 1...UInt64(range.upperBound)
        lane.attempt {
          try LeafVerifier(log: self, visitor: visitor).run(positions, &$0) { position in
            // One lane speaks for all.
            if range.lowerBound == 0 { progress.value(min(size, position * UInt64(laneCount))) }
          }
          try NodeVerifier(log: self).run(positions, &$0)
        }
      }
    }
    for lane in lanes { try report.take(lane) }
  }
}

/// What one core found, or why it could not go on.
struct VerificationLane {
  var report: VerificationReport
  var failure: (any Error)?

  mutating func attempt(_ body: (inout VerificationReport) throws -> Void) {
    do { try body(&report) } catch { failure = error }
  }
}
