import CLMDB

/// A consistent view of all tables as of the moment it began; ends when it goes out of scope.
///
/// Bytes read in it point into the file's map and are valid while it lives. It pins the pages of its view: a long scan re-opens it now
/// and then. It may move to another thread, but only one thread may use it at a time.
public struct ReadTransaction: ~Copyable, Transaction, @unchecked Sendable {
  // Sendable is safe: `MDB_NOTLS` ties the reader slot to this object and not to a thread, and being non-copyable it has one owner.
  /// LMDB's handle; valid while the transaction lives.
  public let handle: OpaquePointer
  private let environment: Environment
  private let thread: UInt

  init(environment: Environment) throws(LMDBError) {
    self.environment = environment
    (handle, thread) = try environment.beginReading()
  }

  deinit {
    mdb_txn_abort(handle)
    environment.gate.leave(thread)
  }
}

extension Environment {
  /// Begins a read transaction.
  public func beginRead() throws(LMDBError) -> ReadTransaction {
    try ReadTransaction(environment: self)
  }

  /// Runs `body` in a read transaction of its own.
  public func read<R>(_ body: (borrowing ReadTransaction) throws -> R) throws -> R {
    let transaction = try beginRead()
    return try body(transaction)
  }

  /// Counts a reader in and begins a transaction, after taking over a map that another process grew, and after clearing slots of
  /// dead readers when all are taken.
  func beginReading() throws(LMDBError) -> (OpaquePointer, UInt) {
    var cleared = false
    while true {
      let thread = gate.enter()
      var transaction: OpaquePointer?
      let code = mdb_txn_begin(handle, nil, UInt32(MDB_RDONLY), &transaction)
      if code == MDB_SUCCESS, let transaction { return (transaction, thread) }
      gate.leave(thread)
      switch code {
      case MDB_MAP_RESIZED:
        guard writer.lock() else { throw LMDBError(.nestedWrite, operation: "begin read", path: options.path) }
        defer { writer.unlock() }
        try adoptMap()
      case MDB_READERS_FULL where !cleared:
        cleared = true
        try clearDeadReaders()
      default:
        throw LMDBError(code: code, operation: "begin read", path: options.path)
      }
    }
  }
}
