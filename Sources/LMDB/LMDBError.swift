import CLMDB
import Glibc

/// What went wrong in LMDB or in this layer above it, where, and what to do next.
public struct LMDBError: Error, Equatable, Sendable {
  /// The cause.
  public enum Reason: Equatable, Sendable {
    /// LMDB or the system answered with this code: negative codes are LMDB's, positive ones are `errno`.
    case code(Int32)
    /// The file is shorter than its meta page says.
    case truncated(expectedBytes: Int, foundBytes: Int)
    /// The map has to grow, but this thread itself holds a read transaction: waiting for it would never end.
    case readHeldByThisThread
    /// The map has to grow, and another thread's read transaction did not end in time.
    case readersDidNotEnd(seconds: Int)
    /// This thread is inside a write transaction already.
    case nestedWrite
    /// A stored value does not have the form that its table gives it.
    case damagedValue(String)
  }

  /// The cause.
  public let reason: Reason
  /// What was tried, for instance `put` or `open`.
  public let operation: String
  /// The table it was tried on, when there was one.
  public let table: String?
  /// The file, when the operation was on the file.
  public let path: String?

  /// An error of this layer.
  public init(_ reason: Reason, operation: String, table: String? = nil, path: String? = nil) {
    self.reason = reason
    self.operation = operation
    self.table = table
    self.path = path
  }

  /// An error from a code that LMDB returned.
  @usableFromInline
  init(code: Int32, operation: String, table: String? = nil, path: String? = nil) {
    self.init(.code(code), operation: operation, table: table, path: path)
  }

  /// LMDB's or the system's code; nil when the cause is this layer's own.
  public var code: Int32? {
    if case .code(let code) = reason { code } else { nil }
  }

  /// True when the file is not LMDB's.
  public var isNoDatabase: Bool { code == MDB_INVALID }
  /// True when the map is too small for what is written: `Environment.write` grows it and tries again.
  public var isMapFull: Bool { code == MDB_MAP_FULL }
  /// True when the disk (or a quota) has no room left.
  public var isDiskFull: Bool { code == ENOSPC || code == EDQUOT }
  /// True when the file system or its permissions forbid what was tried.
  public var isPermissionDenied: Bool { code == EACCES || code == EROFS || code == EPERM }
  /// True when the file is damaged: cut off, or not what its own structure says.
  public var isDamaged: Bool {
    switch reason {
    case .truncated, .damagedValue: true
    // No tree is as deep as a cursor can go: its pages refer to each other in a circle.
    case .code(let code):
      code == MDB_CORRUPTED || code == MDB_PAGE_NOTFOUND || code == MDB_PANIC || code == MDB_CURSOR_FULL
    default: false
    }
  }

  /// The symbolic name of the code, for instance `MDB_MAP_FULL` or `ENOSPC`.
  public var name: String {
    switch reason {
    case .truncated: "TRUNCATED"
    case .readHeldByThisThread: "READ_HELD_BY_THIS_THREAD"
    case .readersDidNotEnd: "READERS_DID_NOT_END"
    case .nestedWrite: "NESTED_WRITE"
    case .damagedValue: "DAMAGED_VALUE"
    case .code(let code): LMDBCode.name(of: code)
    }
  }

  /// What to do next.
  public var advice: String {
    switch reason {
    case .truncated: "The end of the file is missing: restore it from a backup."
    case .readHeldByThisThread: "End this thread's read transaction before it writes."
    case .readersDidNotEnd: "End long reads, or re-open their transaction now and then, and try again."
    case .nestedWrite: "Finish the write transaction that this thread is in first."
    case .damagedValue: "The file is damaged: verify it, and restore it from a backup."
    case .code(let code): LMDBCode.advice(for: code)
    }
  }
}

extension LMDBError: CustomStringConvertible {
  /// One sentence of what and where, one of what to do next.
  public var description: String {
    var text = operation
    if let table { text += " on table \(table)" }
    if let path { text += " of \(path)" }
    text += " failed: "
    switch reason {
    case .truncated(let expected, let found):
      text += "truncated: expected at least \(expected) bytes, found \(found)"
    case .readHeldByThisThread: text += "the file has to grow while this thread holds a read transaction"
    case .readersDidNotEnd(let seconds):
      text += "the file has to grow, and reads of other threads did not end within \(seconds) s"
    case .nestedWrite: text += "this thread is already inside a write transaction"
    case .damagedValue(let what): text += what
    case .code(let code): text += "\(String(cString: mdb_strerror(code))) (\(LMDBCode.name(of: code)))"
    }
    return text + ". " + advice
  }
}
