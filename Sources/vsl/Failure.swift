import ArgumentParser
import Audit
import EventLog
import Glibc
import Interchange
import LMDB
import Projections
import Tables
import ValueStream

/// A failure with its exit code.
struct Failure: Error {
  /// See the codes in the program's help.
  enum Code: Int32 {
    case damageFound = 1
    case refused = 2
    case conflict = 3
    case unusable = 4
  }

  var code: Code
  var message: String

  /// Prints what went wrong and ends the program.
  static func exit(_ error: any Error, of root: any ParsableCommand.Type) -> Never {
    guard let failure = failure(error) else {
      // Help, version, completions, and what is wrong with the command line.
      root.exit(withError: error)
    }
    if !failure.message.isEmpty { Output.error("vsl: \(failure.message)\n") }
    Glibc.exit(failure.code.rawValue)
  }

  private static func failure(_ error: any Error) -> Failure? {
    switch error {
    case let error as Failure: error
    case let error as LedgerError: Failure(code: code(error), message: "\(error)")
    case let error as EventRefusal: Failure(code: .refused, message: error.description)
    case let error as QueryError: Failure(code: .refused, message: error.description)
    case let error as BookDamage: Failure(code: .unusable, message: error.description)
    case let error as LMDBError: Failure(code: .unusable, message: "\(error)")
    case let error as SQLiteError: Failure(code: error.code == nil ? .refused : .unusable, message: "\(error)")
    case let error as PersonalKeysError: Failure(code: .refused, message: "\(error)")
    case let error as SealingProblem: Failure(code: .refused, message: "\(error).")
    case let error as EventDraft.Problem: Failure(code: .refused, message: "\(error)")
    case let error as AuditError: Failure(code: code(error), message: "\(error)")
    case let error as ImportError: Failure(code: code(error), message: "\(error)")
    case is ExitCode, is CleanExit, is ValidationError: nil
    default:
      "\(type(of: error))".contains("Parser") || "\(type(of: error))".contains("Command")
        ? nil : Failure(code: .refused, message: "\(error)")
    }
  }

  private static func code(_ error: ImportError) -> Code {
    switch error {
    case .ledger(let error): code(error)
    case .refused(_, let refusal) where refusal.isConflict: .conflict
    default: .refused
    }
  }

  private static func code(_ error: AuditError) -> Code {
    switch error {
    case .wrongSignature, .notSigned, .notProven, .inconsistent: .damageFound
    default: .refused
    }
  }

  private static func code(_ error: LedgerError) -> Code {
    switch error {
    case .conflict, .versionConflict: .conflict
    case .sizeBeyondLog, .tooManyStreams, .sealingDiffers, .ledgerExists, .folderNotEmpty: .refused
    default: .unusable
    }
  }
}
