import CLMDB

/// A transaction that changes tables: all of it is committed, or nothing. Lent to the body of ``Environment/write(_:)``.
///
/// Bytes read in it are valid until its next change.
public struct WriteTransaction: ~Copyable, Transaction {
  /// LMDB's handle; valid while the transaction lives.
  public let handle: OpaquePointer

  init(handle: OpaquePointer) { self.handle = handle }
}

/// An error type that can carry an ``LMDBError``: lets ``Environment/write(throwing:_:)`` see whether the map was full.
public protocol LMDBErrorCarrier: Error {
  /// An error that carries `error`.
  init(_ error: LMDBError)
  /// The error carried, if any.
  var lmdbError: LMDBError? { get }
}

extension LMDBError: LMDBErrorCarrier {
  /// The error itself.
  public init(_ error: LMDBError) { self = error }
  /// The error itself.
  public var lmdbError: LMDBError? { self }
}

extension Environment {
  /// Runs `body` in a write transaction and commits it; when `body` throws, nothing is written.
  ///
  /// When the map proves too small, the transaction is aborted, the map doubled, and **`body` runs again**: what it changes outside
  /// of the transaction, it must be able to change again. The calling thread must hold no read transaction (see ``Environment``)
  /// and must not be inside another write.
  public func write<R>(_ body: (borrowing WriteTransaction) throws -> R) throws -> R {
    guard writer.lock() else { throw LMDBError(.nestedWrite, operation: "begin write", path: options.path) }
    defer { writer.unlock() }
    while true {
      let mapSize = information.mapSize
      do {
        return try attempt(body)
      } catch let error as any LMDBErrorCarrier where error.lmdbError?.isMapFull == true {
        try growMap(beyond: mapSize)
      }
    }
  }

  /// Like ``write(_:)`` for bodies with a typed error.
  public func write<R, E: LMDBErrorCarrier>(
    throwing: E.Type, _ body: (borrowing WriteTransaction) throws(E) -> R
  ) throws(E) -> R {
    do {
      return try write { (transaction: borrowing WriteTransaction) throws -> R in try body(transaction) }
    } catch let error as E {
      throw error
    } catch let error as LMDBError {
      throw E(error)
    } catch {
      // `write` throws what `body` throws, which is an E, or its own LMDBError.
      throw E(LMDBError(.damagedValue("\(error)"), operation: "write", path: options.path))
    }
  }

  private func attempt<R>(_ body: (borrowing WriteTransaction) throws -> R) throws -> R {
    let transaction = try beginWriting()
    let result: R
    do {
      result = try body(WriteTransaction(handle: transaction))
    } catch {
      mdb_txn_abort(transaction)
      throw error
    }
    // Commit frees the transaction, whether it succeeds or not.
    let code = mdb_txn_commit(transaction)
    guard code == MDB_SUCCESS else { throw LMDBError(code: code, operation: "commit", path: options.path) }
    return result
  }

  /// Begins a transaction, after taking over a map that another process grew. The caller holds `writer`.
  private func beginWriting() throws(LMDBError) -> OpaquePointer {
    while true {
      var transaction: OpaquePointer?
      let code = mdb_txn_begin(handle, nil, 0, &transaction)
      if code == MDB_SUCCESS, let transaction { return transaction }
      guard code == MDB_MAP_RESIZED else {
        throw LMDBError(code: code, operation: "begin write", path: options.path)
      }
      try adoptMap()
    }
  }
}
