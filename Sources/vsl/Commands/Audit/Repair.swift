import ArgumentParser
import Audit
import EventLog
import Foundation
import Glibc
import LMDB
import Tables

/// `vsl repair --to FOLDER`
struct Repair: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes a new ledger of every intact record of a damaged one, and lists what is lost.",
    discussion: """
      The damaged ledger is not changed. A record is kept when it is what its stored hash says, with the time at which it was recorded; \
      all that is derived (indexes, facts, hashes, books) is made anew. When nothing is lost, the new ledger has the root of the old one. \
      When something is, positions move up, and old checkpoints no longer hold: the list of losses says which, with their hashes, so that \
      a copy found later can be proven to be the lost record. Exit code 0: nothing is lost; 1: something is.

      EXAMPLES
        vsl repair --to repaired
        vsl repair --ledger damaged --to repaired --lost lost.csv
      """)

  @Option(name: .long, help: ArgumentHelp("The new ledger's folder.", valueName: "folder"))
  var to: String
  @Option(name: .long, help: ArgumentHelp("A CSV file for the list of what is lost.", valueName: "file"))
  var lost: String?
  @OptionGroup var output: FormatOptions
  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    let file = ledger.directory + "/" + EventLog.fileName
    guard access(file, R_OK) == 0 else { throw LedgerError.notALedger(path: ledger.directory) }
    guard !FileManager.default.fileExists(atPath: to + "/" + EventLog.fileName) else {
      throw LedgerError.ledgerExists(path: to)
    }
    let temporary = NSTemporaryDirectory() + "/vsl-repair-\(getpid())-\(UInt32.random(in: 0 ... .max))"
    try FileManager.default.createDirectory(atPath: temporary, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: temporary) }
    let source = try Self.wholeFile(file, temporary)
    var repair = try LogRepair(source: source, folder: to, temporary: temporary) { request in
      let code = try ChildProcess.runAgain(SalvageRecords.arguments(request))
      guard ![SIGINT, SIGTERM, SIGKILL].contains(code - 128) else { throw ExitCode(code) }
      return code == 0
    }
    let progress = Progress("Salvaging")
    let outcome = try repair.run {
      progress.update(done: Double($0), total: Double($1), count: Int($0), unit: "records")
    }
    progress.finish()
    try report(outcome)
  }

  /// The file; a copy with room for the pages that are missing when its end was cut off, which LMDB would not open.
  private static func wholeFile(_ file: String, _ temporary: String) throws -> String {
    do {
      _ = try Environment(EnvironmentOptions(path: file, initialMapSize: 1 << 20, maxReaders: 16, readOnly: true))
    } catch let error {
      guard case .truncated(let expected, _) = error.reason else { return file }
      let copy = temporary + "/log.mdb"
      try FileManager.default.copyItem(atPath: file, toPath: copy)
      guard truncate(copy, off_t(expected)) == 0 else {
        throw AuditError.file(path: copy, reason: String(cString: strerror(errno)))
      }
      return copy
    }
    return file
  }

  private func report(_ outcome: LogRepair.Outcome) throws {
    let table = Table(
      title: "Lost records",
      columns: [Column(name: "position", type: .integer), Column(name: "reason", type: .text)],
      rows: outcome.losses.map { [.integer(Int64($0.position)), .text($0.reason)] })
    if let lost { try OutputFile.replace(lost, table.rendered(as: .csv, style: Output.style)) }
    let unproven =
      outcome.unproven == 0 ? "" : " \(outcome.unproven) of them could not be compared with a hash: none could be read."
    Output.write("Kept \(outcome.kept) of \(outcome.found) records in \(to). Root \(outcome.root).\(unproven)\n")
    guard outcome.isCountKnown else {
      throw Failure(
        code: .damageFound,
        message:
          "The file could not be opened, and its pages were searched. How many records it had cannot be told, nor was any compared "
          + "with its hash. Compare with a checkpoint or a backup: vsl verify --ledger \(to) --against FILE.")
    }
    guard !outcome.losses.isEmpty else { return }
    if lost == nil { output.write(table) }
    throw Failure(
      code: .damageFound,
      message:
        "\(outcome.losses.count) records are lost\(lost.map { ": see \($0)" } ?? ""). A backup may still hold them.")
  }
}

/// `vsl salvage-records`: what ``Repair`` runs to read, since damage may end it.
struct SalvageRecords: ParsableCommand {
  static let configuration = CommandConfiguration(commandName: "salvage-records", shouldDisplay: false)

  @Argument var log: String
  @Argument var file: String
  @Option var first: UInt64 = 1
  @Option var count: UInt64 = 0
  @Option var wanted: String?
  @Flag var notComparing = false

  /// The arguments that run it again.
  static func arguments(_ request: LogRepair.Request) -> [String] {
    switch request {
    case .positions(let log, let file, let first, let count, let comparing):
      ["salvage-records", log, file, "--first", "\(first)", "--count", "\(count)"]
        + (comparing ? [] : ["--not-comparing"])
    case .pages(let log, let file, let wanted, let comparing):
      ["salvage-records", log, file, "--wanted", wanted] + (comparing ? [] : ["--not-comparing"])
    }
  }

  func run() throws {
    if let wanted {
      try SalvageFile.scan(log: log, to: file, wanted: wanted, comparing: !notComparing)
    } else {
      try SalvageFile.run(log: log, to: file, from: first, count: count, comparing: !notComparing)
    }
  }
}
