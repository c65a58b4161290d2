import ArgumentParser
import Audit
import EventLog
import Glibc
import LMDB
import Projections
import Tables

/// `vsl verify`
struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Checks the whole ledger: log, hashes, indexes, facts, books against a rebuild, and that the books balance.",
    discussion: """
      Reads everything and changes nothing. Exit code 0: all is right; 1: damage was found, and each finding is printed.

      A ledger that was replaced as a whole, or whose end was cut off, is right in itself. Only a checkpoint that was kept elsewhere shows \
      it: --against compares with one, or with several to find where the histories part.

      EXAMPLES
        vsl verify
        vsl verify --against january.txt --against june.txt --public-key payments.key.pub
        vsl verify --format json
      """)

  @Option(
    name: .long,
    help: ArgumentHelp("A signed checkpoint that the log must go on from. May be repeated.", valueName: "file"))
  var against: [String] = []
  @OptionGroup var trusted: PublicKeyOptions
  @Flag(name: .long, help: ArgumentHelp("Read in this process.", visibility: .private))
  var inThisProcess = false
  @Flag(name: .long, help: ArgumentHelp("Read the books last.", visibility: .private))
  var booksAfterwards = false
  @OptionGroup var output: FormatOptions
  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    guard inThisProcess else { return try runInChild() }
    let progress = Progress("Verifying")
    let started = Clock.nowMicros()
    let checkpoints = try against.map { try SignedCheckpoint(parsing: InputFile.read($0)) }
    let signers = try checkpoints.map { try trusted.check($0) }
    let result: LedgerVerification
    do {
      result = try check(checkpoints.map(\.checkpoint), progress)
    } catch {
      // What cannot be read is what is looked for here, not a failure.
      guard Self.isDamage(error) else { throw error }
      result = Self.finding(error)
    }
    progress.finish()
    try report(result, checkpoints, signers, since: started)
  }

  private func check(_ checkpoints: [Checkpoint], _ progress: Progress) throws -> LedgerVerification {
    let ledger = try ledger.open()
    var result = try ledger.verify(booksAfterwards: booksAfterwards) { done, total in
      progress.update(done: Double(done), total: Double(total), count: Int(done), unit: "events")
    }
    for finding in try LogHistory.compare(ledger.log.snapshot(), with: checkpoints) {
      guard let problem = finding.problem else { continue }
      result.findings.append(("history", "against the checkpoint of \(finding.checkpoint.size) records: \(problem)"))
      result.findingCount += 1
    }
    return result
  }

  private func report(
    _ result: LedgerVerification, _ checkpoints: [SignedCheckpoint], _ signers: [String], since started: Int64
  ) throws {
    let seconds = Double(Clock.nowMicros() - started) / 1e6
    if output.format == .table, result.isClean {
      Output.write(
        "Everything is right: \(result.size) events, root \(result.root), checked in \(Int(seconds * 1000)) ms.\n")
      for (checkpoint, signers) in zip(checkpoints, signers) {
        Output.write(
          "It goes on from the checkpoint of \(checkpoint.checkpoint.origin) with \(checkpoint.checkpoint.size) records. \(signers)\n"
        )
      }
      return
    }
    output.write(
      Table(
        title: result.isClean
          ? "Everything is right: \(result.size) events, root \(result.root)" : Self.counted(result.findingCount),
        columns: [Column(name: "part", type: .text), Column(name: "finding", type: .text)],
        rows: result.findings.map { [.text($0.part), .text($0.description)] }))
    if !result.isClean {
      throw Failure(
        code: .damageFound,
        message: """
          \(Self.counted(result.findingCount)) in \(result.size) events. If only the books are wrong, run `vsl rebuild`. If the log is \
          wrong, restore a backup and compare the Merkle root.
          """)
    }
  }

  private static func finding(_ error: any Error) -> LedgerVerification {
    var result = LedgerVerification()
    result.findings = [("file", "\(error)")]
    result.findingCount = 1
    return result
  }

  private static func isDamage(_ error: any Error) -> Bool {
    switch error {
    case let error as LMDBError: isDamage(error)
    case LedgerError.damaged: true
    case LedgerError.storage(let error): isDamage(error)
    case is BookDamage: true
    default: false
    }
  }

  /// After a first error of a damaged file LMDB says of its transaction that it must be aborted.
  private static func isDamage(_ error: LMDBError) -> Bool { error.isDamaged || error.name == "MDB_BAD_TXN" }

  /// Reads in a process of its own: damage in the file can end the one that reads it.
  private func runInChild() throws {
    let arguments = Array(CommandLine.arguments.dropFirst()) + ["--in-this-process"]
    var code = try ChildProcess.runAgain(arguments)
    // It may have been damaged facts that the books are made of: what is wrong with them can be said when they are read first.
    if Self.isCrash(code) { code = try ChildProcess.runAgain(arguments + ["--books-afterwards"]) }
    guard Self.isCrash(code) else {
      if code != 0 { throw ExitCode(code) }
      return
    }
    output.write(
      Table(
        title: Self.counted(1),
        columns: [Column(name: "part", type: .text), Column(name: "finding", type: .text)],
        rows: [
          [
            .text("file"),
            .text(
              "reading it ended the process that read (signal \(code - 128)): the structure of the file is damaged"),
          ]
        ]))
    throw Failure(
      code: .damageFound,
      message:
        "The file is damaged so that it cannot be read through. Restore a backup, or save what can be saved: vsl repair."
    )
  }

  /// Whether a process was ended by what it read. Interrupted by somebody, or out of memory: that says nothing of the file.
  private static func isCrash(_ code: Int32) -> Bool {
    code >= 128 && ![SIGINT, SIGTERM, SIGKILL, SIGHUP, SIGPIPE].contains(code - 128)
  }

  private static func counted(_ findings: Int) -> String { findings == 1 ? "1 finding" : "\(findings) findings" }
}
