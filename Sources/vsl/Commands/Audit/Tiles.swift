import ArgumentParser
import Audit
import EventLog
import Projections

/// `vsl tiles -o FOLDER`
struct Tiles: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes the log as static files that monitors of transparency logs read (C2SP tlog-tiles).",
    discussion: """
      The checkpoint, the tree in tiles of 256 hashes, the records in bundles of 256. Run it again to bring the folder up to date: full \
      tiles never change. Serve the folder with any web server. Who may read the records' bundles may read the events: --hashes-only \
      leaves them out.

      EXAMPLES
        vsl tiles -o /var/www/log --key payments.key
        vsl tiles -o public --key payments.key --hashes-only
      """)

  @Option(name: .shortAndLong, help: ArgumentHelp("The folder.", valueName: "folder"))
  var output: String
  @Flag(name: .long, help: "Without the records.")
  var hashesOnly = false
  @OptionGroup var key: KeyOptions
  @Option(
    name: .long, help: ArgumentHelp("A signed checkpoint of this log, instead of signing a new one.", valueName: "file")
  )
  var checkpoint: String?
  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    let log = try ledger.openToRead().log
    let snapshot = try log.snapshot()
    let signed =
      try checkpoint.map { try SignedCheckpoint(parsing: InputFile.read($0)) }
      ?? key.sign(snapshot, ledger: ledger.directory)
    let progress = Progress("Writing tiles")
    var writer = TileWriter(folder: output, withEntries: !hashesOnly)
    let outcome = try writer.write(signed, of: snapshot) {
      progress.update(done: Double($0), total: Double($1), count: Int($0), unit: "records")
    }
    progress.finish()
    if !hashesOnly { try Copies.add("tiles", to: output, of: log, through: signed.checkpoint.size) }
    Output.write(
      "Wrote \(outcome.written) files of \(signed.checkpoint.size) records into \(output), kept \(outcome.kept).\n")
  }
}
