import LMDB

extension EventLog {
  /// Checks the whole log against itself: every record against its leaf, the nodes, the order of recorded times, the identity index
  /// and that no identity is there twice, and the indexes of subjects, references and voids against the facts.
  ///
  /// What the facts and symbols say is not checked against the events: that takes reading them, which is a higher layer's business.
  /// Works on all cores. `progress` is told how many steps are done, of how many. Appends go on meanwhile; what they add is not looked at.
  /// O(n log n), in memory of a few bits a record and 16 MiB.
  public func verifyLog(
    progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
  ) throws(LedgerError) -> VerificationReport {
    try LedgerError.wrap {
      var report = VerificationReport()
      let size = try withSnapshot { $0.size }
      let total = size * 3
      report.size = size
      try verifyTree(&report) { progress($0, total) }
      try IdentityVerifier(log: self).run(&report) { progress(size + $0, total) }
      try IndexVerifier(log: self).run(&report) { progress(size * 2 + $0, total) }
      report.root = try withSnapshot { try $0.root(size: size) }
      progress(total, total)
      return report
    }
  }

  private func verifyTree(_ report: inout VerificationReport, progress: (UInt64) -> Void) throws {
    let size = report.size
    guard size > 0 else { return }
    let laneCount = Cores.lanes(for: Int(size))
    let lanes = withoutActuallyEscaping(progress) { progress in
      let progress = Unchecked(progress)
      return Cores.fold(Int(size), laneCount: laneCount) {
        VerificationLane(report: VerificationReport())
      } _: { lane, range in
        guard !range.isEmpty else { return }
        let positions = UInt64(range.lowerBound) + 1...UInt64(range.upperBound)
        lane.attempt {
          try LeafVerifier(log: self).run(positions, &$0) { position in
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
