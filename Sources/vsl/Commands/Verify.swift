import ArgumentParser
import Audit
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
  @OptionGroup var output: FormatOptions
  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    let progress = Progress("Verifying")
    let started = Clock.nowMicros()
    let opened = try ledger.open()
    let checkpoints = try against.map { try SignedCheckpoint(parsing: InputFile.read($0)) }
    let signers = try checkpoints.map { try trusted.check($0) }
    var result = try opened.verify { part, done, total in
      progress.update(done: Double(done), total: Double(total), count: Int(done), unit: "steps (\(part))")
    }
    progress.finish()
    for finding in try LogHistory.compare(opened.log.snapshot(), with: checkpoints.map(\.checkpoint)) {
      guard let problem = finding.problem else { continue }
      result.findings.append(("history", "against the checkpoint of \(finding.checkpoint.size) records: \(problem)"))
      result.findingCount += 1
    }
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
        title: result.isClean ? "Everything is right" : Self.counted(result.findingCount),
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

  private static func counted(_ findings: Int) -> String { findings == 1 ? "1 finding" : "\(findings) findings" }
}
