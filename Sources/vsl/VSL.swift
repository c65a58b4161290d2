import ArgumentParser
import Glibc

/// The command line of Value Stream Ledger.
@main
struct VSL: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vsl",
    abstract: "Value Stream Ledger: the system of record for how value flows through an organisation.",
    discussion: """
      A ledger is a folder. Events are appended to its log and never changed; every number is computed from them, for any point in \
      time: --known-at says what the ledger knew, --at what the world looked like.

      EXAMPLES
        vsl init
        vsl append item.created PAY-123 kind=feature team=core --stream payments
        vsl import events.ndjson
        vsl show lead-time --stream payments --period month
        vsl show queues --known-at 12000 --at 2026-03-01
        vsl report --stream payments -o report.html
        vsl verify

      EXIT CODES
        0  done
        1  verify found damage
        2  refused: an event, a question or a file that is not as it must be
        3  conflict: another event has the identity, or the expected version does not hold; an import that skips refused events \
           ends with 3 when all of them were such conflicts, else with 2
        4  the ledger cannot be used: none there, damaged, of a newer format, read-only, disk full
        64 the command line is wrong
      """,
    version: "vsl 0.1.0",
    groupedSubcommands: [
      CommandGroup(
        name: "Record",
        subcommands: [
          Initialise.self, Append.self, Import.self, VoidEvents.self, Correct.self, Simulate.self, Types.self,
        ]),
      CommandGroup(name: "Replay", subcommands: [Log.self, Item.self, Streams.self]),
      CommandGroup(
        name: "Measure", subcommands: [Show.self, Chart.self, WriteReport.self, Diff.self, Metrics.self, Export.self]),
      CommandGroup(
        name: "Audit",
        subcommands: [
          Check.self, Explain.self, Lint.self, Publish.self, Restated.self, Info.self, Verify.self, Rebuild.self,
          Seal.self,
          Erase.self, VerifyErasure.self,
        ]),
      CommandGroup(name: "Keep", subcommands: [Backup.self, Restore.self, Repair.self, SalvageRecords.self]),
      CommandGroup(
        name: "Prove",
        subcommands: [
          Key.self, MakeCheckpoint.self, Cosign.self, Prove.self, VerifyProof.self, Tiles.self, Evidence.self,
          VerifyEvidence.self,
        ]),
    ])

  static func main() {
    // A reader that goes away (`vsl log | head`) ends the program like any other tool, without a message.
    signal(SIGPIPE, SIG_DFL)
    do {
      var command = try parseAsRoot()
      try command.run()
      try Output.finish()
    } catch {
      Output.flush()
      Failure.exit(error, of: Self.self)
    }
  }
}
