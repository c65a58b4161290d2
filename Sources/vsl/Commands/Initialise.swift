import ArgumentParser
import EventLog
import Projections

/// `vsl init`
struct Initialise: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Makes a new, empty ledger in a folder that is empty or does not exist.")

  @Flag(
    name: .long,
    help: "Also take event types outside of the vocabulary: kept and replayed, of no effect on the numbers.")
  var open = false
  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    var options = EventLogOptions()
    options.vocabularyMode = open ? .open : .strict
    _ = try Ledger.create(at: ledger.directory, options: options)
    Output.write("Made a ledger in \(ledger.directory).\n")
  }
}
