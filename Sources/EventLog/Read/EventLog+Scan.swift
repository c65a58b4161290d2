import Glibc

extension EventLog {
  /// Gives `body` the records from one position through another, in order, until it returns false, for scans that may take long: the
  /// snapshot is renewed after so many records or milliseconds, so that no scan keeps the file from reusing its free pages.
  ///
  /// Records are never changed or removed, so that renewing does not show. The end is the log's last position at the beginning unless
  /// given. A record's bytes are valid inside of `body` only. `body` must not append.
  public func scan(
    from first: UInt64 = 1, through last: UInt64? = nil, renewAfterRecords: Int = 20_000,
    renewAfterMilliseconds: Int = 100, _ body: (Record) throws -> Bool
  ) throws {
    var next = max(first, 1)
    var last = last
    var goesOn = true
    while goesOn {
      let snapshot = try snapshot()
      let end = min(last ?? snapshot.size, snapshot.size)
      last = end
      guard next <= end else { return }
      let deadline = Self.monotonicMilliseconds() + renewAfterMilliseconds
      var read = 0
      try snapshot.forEachRecord(from: next, through: end) { record in
        next = record.position + 1
        read += 1
        guard try body(record) else {
          goesOn = false
          return false
        }
        return read < renewAfterRecords && (read & 63 != 0 || Self.monotonicMilliseconds() < deadline)
      }
      // A record that is missing would make the loop spin.
      guard read > 0 else { throw LedgerError.damaged(what: "the record is missing", position: next) }
    }
  }

  private static func monotonicMilliseconds() -> Int {
    var now = timespec()
    clock_gettime(CLOCK_MONOTONIC, &now)
    return now.tv_sec * 1000 + now.tv_nsec / 1_000_000
  }
}
