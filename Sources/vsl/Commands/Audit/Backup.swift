import ArgumentParser
import Audit
import EventLog
import Projections

/// `vsl backup`
struct Backup: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Copies a ledger in use, and checks the copy.",
    discussion: """
      A folder gets a compact copy of the log and its checkpoint, signed when there is a key. With --records a file gets the records with \
      their recorded times; run again, it appends those that came since: an incremental backup. Both are complete: books and indexes are \
      made anew. `vsl restore` takes either, or a folder and the files that go on from it.

      EXAMPLES
        vsl backup -o /backup/2026-11 --key payments.key
        vsl backup --records /backup/payments.records
      """)

  @Option(name: .shortAndLong, help: ArgumentHelp("A new folder for a whole copy.", valueName: "folder"))
  var output: String?
  @Option(name: .long, help: ArgumentHelp("A file of records, to be begun or continued.", valueName: "file"))
  var records: String?
  @OptionGroup var key: KeyOptions
  @OptionGroup var ledger: LedgerOptions

  func validate() throws {
    guard (output == nil) != (records == nil) else {
      throw ValidationError("Say where to: -o FOLDER for a whole copy, or --records FILE for a file of records.")
    }
  }

  func run() throws {
    let log = try ledger.openToRead().log
    let progress = Progress("Backing up")
    if let records {
      let outcome = try RecordExport.append(log, to: records) {
        progress.update(done: Double($0), total: Double($1), count: Int($0), unit: "records")
      }
      progress.finish()
      try Copies.add("backup", to: records, of: log, through: outcome.last)
      let count = outcome.last + 1 - outcome.first
      Output.write("Appended \(count) records to \(records), which holds \(outcome.last) now. Root \(outcome.root).\n")
      if key.isGiven {
        let signed = try key.sign(log.snapshot(), size: outcome.last, ledger: ledger.directory)
        try OutputFile.replace(records + ".checkpoint", signed.note.encoded)
      }
      return
    }
    guard let output else { return }
    let key = key
    let directory = ledger.directory
    let sign: ((EventLog) throws -> SignedCheckpoint)? =
      key.isGiven ? { copy in try key.sign(copy.snapshot(), ledger: directory) } : nil
    let checkpoint = try LogBackup.copy(log, to: output, sign: sign) {
      progress.update(done: Double($0), total: Double($1), count: Int($0), unit: "steps")
    }
    progress.finish()
    try Copies.add("backup", to: output, of: log, through: checkpoint.size)
    Output.write(
      "Copied \(checkpoint.size) records to \(output) and checked each. Root \(checkpoint.root)\(key.isGiven ? ", signed" : "").\n"
    )
  }
}

/// `vsl restore SOURCE …`
struct Restore: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes a ledger from backups, and refuses what does not verify.",
    discussion: """
      Takes a folder of `vsl backup -o`, files of `vsl backup --records`, or a folder and then the files that go on from it. Every record is \
      hashed anew: the same root comes out as before, or nothing. --against demands that the ledger goes on from a checkpoint that was kept \
      elsewhere.

      EXAMPLES
        vsl restore /backup/2026-11 --public-key payments.key.pub --ledger ledger
        vsl restore /backup/payments.records --against checkpoint.txt --public-key payments.key.pub --ledger ledger
      """)

  @Argument(help: "Backups, oldest first.")
  var sources: [String]
  @Option(name: .long, help: ArgumentHelp("A signed checkpoint that must hold.", valueName: "file"))
  var against: String?
  @OptionGroup var trusted: PublicKeyOptions
  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    let keys = try trusted.read()
    let checkpoint = try against.map { try SignedCheckpoint(parsing: InputFile.read($0)) }
    if let checkpoint { _ = try trusted.check(checkpoint) }
    let progress = Progress("Restoring")
    let outcome = try LogRestore.restore(
      sources, to: ledger.directory, keys: keys, checkpoint: checkpoint?.checkpoint
    ) {
      progress.update(done: Double($0), total: Double($1), count: Int($0), unit: "steps")
    }
    progress.finish()
    Output.write("Restored \(outcome.size) records into \(ledger.directory). Root \(outcome.root).\n")
  }
}
