import ArgumentParser
import Projections
import Tables

/// `vsl verify`
struct Verify: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Checks the whole ledger: log, hashes, indexes, facts, books against a rebuild, and that the books balance.",
    discussion: """
      Reads everything and changes nothing. Exit code 0: all is right; 1: damage was found, and each finding is printed.

      EXAMPLES
        vsl verify
        vsl verify --format json
      """)

  @OptionGroup var output: FormatOptions
  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    let progress = Progress("Verifying")
    let started = Clock.nowMicros()
    let result = try ledger.open().verify { part, done, total in
      progress.update(done: Double(done), total: Double(total), count: Int(done), unit: "steps (\(part))")
    }
    progress.finish()
    let seconds = Double(Clock.nowMicros() - started) / 1e6
    if output.format == .table, result.isClean {
      Output.write(
        "Everything is right: \(result.size) events, root \(result.root), checked in \(Int(seconds * 1000)) ms.\n")
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
