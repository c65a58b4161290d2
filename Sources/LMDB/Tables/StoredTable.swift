import CLMDB

/// A named table of an environment.
public protocol StoredTable: Sendable {
  /// LMDB's handle.
  var dbi: MDB_dbi { get }
  /// The name it is stored under.
  var name: String { get }
}

/// How much a table holds.
public struct TableStatistics: Sendable, Equatable {
  /// Number of entries.
  public var entries: Int
  /// Pages of the tree and of large values.
  public var pages: Int
  /// Bytes of those pages.
  public var bytes: Int

  /// Sizes of nothing.
  public init(entries: Int = 0, pages: Int = 0, bytes: Int = 0) {
    self.entries = entries
    self.pages = pages
    self.bytes = bytes
  }

  /// The sum of two.
  public static func + (a: TableStatistics, b: TableStatistics) -> TableStatistics {
    TableStatistics(entries: a.entries + b.entries, pages: a.pages + b.pages, bytes: a.bytes + b.bytes)
  }
}

extension StoredTable {
  /// Sizes now. O(1).
  public func statistics(in transaction: borrowing some Transaction & ~Copyable) throws(LMDBError) -> TableStatistics {
    try tableStatistics(in: transaction)
  }

  /// What LMDB says of the table.
  func tableStatistics(in transaction: borrowing some Transaction & ~Copyable) throws(LMDBError) -> TableStatistics {
    var statistics = MDB_stat()
    let code = mdb_stat(transaction.handle, dbi, &statistics)
    guard code == MDB_SUCCESS else { throw LMDBError(code: code, operation: "statistics", table: name) }
    let pages = statistics.ms_branch_pages + statistics.ms_leaf_pages + statistics.ms_overflow_pages
    return TableStatistics(entries: statistics.ms_entries, pages: pages, bytes: pages * Int(statistics.ms_psize))
  }

  /// Number of entries. O(1).
  @inlinable
  public func count(in transaction: borrowing some Transaction & ~Copyable) throws(LMDBError) -> Int {
    var statistics = MDB_stat()
    let code = mdb_stat(transaction.handle, dbi, &statistics)
    guard code == MDB_SUCCESS else { throw LMDBError(code: code, operation: "count", table: name) }
    return statistics.ms_entries
  }

  /// Removes every entry. O(pages).
  public func removeAll(in transaction: borrowing WriteTransaction) throws(LMDBError) {
    let code = mdb_drop(transaction.handle, dbi, 0)
    guard code == MDB_SUCCESS else { throw LMDBError(code: code, operation: "remove all", table: name) }
  }
}

extension Environment {
  /// True when a table of this name exists. Must not be called inside a transaction.
  public func hasTable(_ name: String) throws(LMDBError) -> Bool {
    guard tablesLock.lock() else { throw LMDBError(.nestedWrite, operation: "open table", table: name) }
    defer { tablesLock.unlock() }
    if tables[name] != nil { return true }
    do {
      // The handle is not kept: the flags to open it with are its user's business.
      return try openExistingTable(name, flags: 0, keep: false) != nil
    } catch  where error.code == MDB_INCOMPATIBLE {
      return true
    }
  }

  /// The handle of a table; creates it unless the environment is read-only. Must not be called inside a transaction.
  func openTable(_ name: String, flags: UInt32) throws(LMDBError) -> MDB_dbi {
    // Handles may be opened by one transaction at a time, and the dictionary needs a guard as well.
    guard tablesLock.lock() else { throw LMDBError(.nestedWrite, operation: "open table", table: name) }
    defer { tablesLock.unlock() }
    if let known = tables[name] { return known }
    // A table that exists needs no write transaction, and so no wait for a writer.
    if let found = try openExistingTable(name, flags: flags) {
      tables[name] = found
      return found
    }
    guard !options.readOnly else {
      throw LMDBError(code: MDB_NOTFOUND, operation: "open table", table: name, path: options.path)
    }
    let created = try write(throwing: LMDBError.self) { transaction throws(LMDBError) -> MDB_dbi in
      var dbi: MDB_dbi = 0
      let code = mdb_dbi_open(transaction.handle, name, flags | UInt32(MDB_CREATE), &dbi)
      guard code == MDB_SUCCESS else { throw LMDBError(code: code, operation: "create table", table: name) }
      return dbi
    }
    tables[name] = created
    return created
  }

  private func openExistingTable(_ name: String, flags: UInt32, keep: Bool = true) throws(LMDBError) -> MDB_dbi? {
    let (transaction, thread) = try beginReading()
    defer { gate.leave(thread) }
    var dbi: MDB_dbi = 0
    let code = mdb_dbi_open(transaction, name, flags, &dbi)
    guard code == MDB_SUCCESS else {
      mdb_txn_abort(transaction)
      if code == MDB_NOTFOUND { return nil }
      throw LMDBError(code: code, operation: "open table", table: name, path: options.path)
    }
    guard keep else {
      mdb_txn_abort(transaction)
      return dbi
    }
    // Committing is what makes the handle known to later transactions; it writes nothing.
    let committed = mdb_txn_commit(transaction)
    guard committed == MDB_SUCCESS else { throw LMDBError(code: committed, operation: "open table", table: name) }
    return dbi
  }
}
