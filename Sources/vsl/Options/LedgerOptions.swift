import ArgumentParser
import EventLog
import Glibc
import Projections

/// Where the ledger is.
struct LedgerOptions: ParsableArguments {
  @Option(
    name: .long, help: ArgumentHelp("The ledger's folder. (default: $VSL_LEDGER, else ./ledger)", valueName: "dir"))
  var ledger: String?

  /// The folder.
  var directory: String { ledger ?? Output.environment("VSL_LEDGER") ?? "ledger" }

  /// Opens the ledger, for reading only where nothing can be written.
  func open() throws -> Ledger {
    let canWrite = access(directory, W_OK) == 0 && access(directory + "/" + EventLog.fileName, W_OK) == 0
    return access(directory, F_OK) == 0 && !canWrite ? try openToRead() : try Ledger.open(at: directory)
  }

  /// Opens the ledger to read only.
  func openToRead() throws -> Ledger {
    var options = EventLogOptions()
    options.readOnly = true
    return try Ledger.open(at: directory, options: options)
  }
}
