import CSQLite
import Glibc

/// What went wrong while a database was written, where, and what to do next.
public struct SQLiteError: Error, Equatable, Sendable {
  /// The cause.
  public enum Reason: Equatable, Sendable {
    /// SQLite answered with this extended result code, and said this.
    case code(Int32, message: String)
    /// The system answered with this `errno`.
    case system(Int32)
    /// Another program is writing the same file now.
    case writtenByAnother
    /// Beside the file that would be replaced lies a journal: a program has it open, or ended before it was done. SQLite
    /// would apply it to the new file and so damage it.
    case journalInTheWay(path: String)
    /// A table cannot be kept as it is.
    case table(TableError)
    /// ``SQLiteWriter/finish()`` was called before, or an earlier call failed.
    case finished
  }

  /// The cause.
  public let reason: Reason
  /// What was tried, for instance `create table lead_time`.
  public let operation: String
  /// The file.
  public let path: String

  /// An error of a file.
  public init(_ reason: Reason, operation: String, path: String) {
    self.reason = reason
    self.operation = operation
    self.path = path
  }

  /// SQLite's extended result code, when the cause is SQLite's.
  public var code: Int32? {
    if case .code(let code, _) = reason { code } else { nil }
  }

  /// What to do next.
  public var advice: String {
    switch reason {
    case .code(let code, _):
      switch code & 0xFF {
      case SQLITE_FULL: "Free space on the disk, or name a file on another one."
      case SQLITE_IOERR, SQLITE_CANTOPEN, SQLITE_READONLY, SQLITE_PERM:
        "Check that the folder exists, can be written to, and that its disk works."
      case SQLITE_BUSY, SQLITE_LOCKED: "Let the other program finish, and try again."
      case SQLITE_TOOBIG: "A text is too long for SQLite (a billion bytes): export as CSV or JSON."
      case SQLITE_NOMEM: "Free memory, and try again."
      default: "This is a defect of the program: report it with this message, and export as CSV or JSON."
      }
    case .system(let code):
      switch code {
      case ENOSPC, EDQUOT: "Free space on the disk, or name a file on another one."
      case ENOENT: "Make the folder first."
      case EACCES, EPERM, EROFS: "Name a file where you may write."
      case EISDIR, ENOTEMPTY, EEXIST: "Name a file, not a folder."
      default: "Name another file."
      }
    case .writtenByAnother: "Let it finish, or name another file."
    case .journalInTheWay(let journal):
      "Close the program that has the database open. If there is none, open and close it once with sqlite3, "
        + "or remove \(journal) together with the database."
    case .table(let error): "\(error)"
    case .finished: "Make a new writer."
    }
  }
}

extension SQLiteError: CustomStringConvertible {
  /// One sentence of what and where, one of what to do next.
  public var description: String {
    let what =
      switch reason {
      case .code(let code, let message): "\(message) (SQLite's code \(code))"
      case .system(let code): String(cString: strerror(code))
      case .writtenByAnother: "another program is writing it"
      case .journalInTheWay(let journal): "\(journal) is in the way"
      case .table: "a table cannot be kept in it"
      case .finished: "the writer is finished"
      }
    return "\(operation) for \(path) failed: \(what). \(advice)"
  }
}
