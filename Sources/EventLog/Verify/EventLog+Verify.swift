import LMDB

extension EventLog {
  /// Checks the whole log against itself: every record against its leaf, the nodes, the order of recorded times, the identity index
  /// and that no identity is there twice, and the indexes of subjects, references and voids against the facts.
  ///
  /// What the facts and symbols say is not checked against the events: that takes reading them, which is a higher layer's business.
  /// `progress` is told how many steps are done, of how many. Appends go on meanwhile; what they add is not looked at. O(n log n),
  /// in memory of a bit a record and 16 MiB.
  public func verifyLog(
    progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
  ) throws(LedgerError) -> VerificationReport {
    try LedgerError.wrap {
      var report = VerificationReport()
      let size = try withSnapshot { $0.size }
      let total = size * 3
      report.size = size
      try RecordVerifier(log: self).run(&report) { progress($0, total) }
      try IdentityVerifier(log: self).run(&report) { progress(size + $0, total) }
      try IndexVerifier(log: self).run(&report) { progress(size * 2 + $0, total) }
      progress(total, total)
      return report
    }
  }
}
