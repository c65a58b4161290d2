import LMDB

extension EventLog {
  /// Appends a batch in one durable transaction: when it returns, all of it is on the disk; when it throws, nothing is.
  ///
  /// - An event whose source and id are in the log under the same hour of its time, with the same content, is a duplicate: it is not
  ///   written again, and its first position is returned. With other content, the batch is refused.
  /// - `expecting` demands numbers of events of subjects before the batch. A batch of nothing but duplicates is not held to it.
  /// - The recorded time is `nowMicros` (microseconds since 1970), or the log's last when that is later. A batch whose leaves are
  ///   hashed already keeps the `recordedMicros` it was hashed with, unless the log's last is later.
  ///
  /// The calling thread must hold no snapshot. The batch must not be used by another thread meanwhile. O(n log n).
  public func append(
    _ batch: EventBatch, expecting: [ExpectedVersion] = [], nowMicros: Int64
  ) throws(LedgerError) -> AppendReceipt {
    guard !isReadOnly else { throw .readOnly(path: directory) }
    return try LedgerError.wrap {
      try appender.append { appender in
        try environment.write { transaction in
          try appender.append(batch, expecting: expecting, nowMicros: nowMicros, in: transaction)
        }
      }
    }
  }
}

/// The appender, lent to one thread at a time.
///
/// `@unchecked Sendable`: the appender is reached through ``append(_:)`` alone, with the lock held.
final class GuardedAppender: @unchecked Sendable {
  private let appender: Appender
  private let lock = WriterLock()

  init(_ appender: Appender) { self.appender = appender }

  /// Runs `body`, whose return means that the transaction was committed.
  func append(_ body: (Appender) throws -> AppendReceipt) throws -> AppendReceipt {
    guard lock.lock() else { throw LMDBError(.nestedWrite, operation: "append") }
    defer { lock.unlock() }
    let receipt = try body(appender)
    appender.didCommit()
    return receipt
  }
}
