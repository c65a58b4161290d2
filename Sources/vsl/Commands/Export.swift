import ArgumentParser
import EventLog
import Projections
import Tables

/// `vsl export`
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Exports the events as they were recorded, or the answer of a metric, to a file or standard output.",
    discussion: """
      `vsl export events` writes every record as it was sent, one a line: importing it elsewhere gives the same events. `vsl export \
      METRIC` writes the answer of `vsl show METRIC` with the same options.

      EXAMPLES
        vsl export events -o events.ndjson
        vsl export lead-time --by team --format csv -o lead-time.csv
      """)

  @Argument(
    help: ArgumentHelp("events, or a metric.", valueName: "what"),
    completion: .list(["events"] + Catalogue.all.map(\.name)))
  var what: String
  @Option(
    name: .shortAndLong, help: ArgumentHelp("The file. (default: standard output)", valueName: "file"),
    completion: .file())
  var output: String?
  @Option(name: .long, help: "How to write it. (default: ndjson for events, csv for metrics)")
  var format: OutputFormat?
  @OptionGroup var question: QueryOptions
  @OptionGroup var cut: CutOptions
  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    let ledger = try ledger.open()
    if let output { try Output.redirect(to: output) }
    if what == "events" {
      var query = Query(nowMicros: Clock.nowMicros())
      try cut.apply(to: &query)
      let through = try ledger.view().cut(for: query).position
      var printer = RecordPrinter(format: format ?? .ndjson)
      printer.begin()
      if through > 0 {
        try ledger.log.scan(through: through) { record in
          printer.print(record)
          return true
        }
      }
      printer.end()
    } else {
      let projection = try Catalogue.projection(named: what)
      let answer = try projection.checkedAnswer(try question.query(in: cut), from: ledger.view())
      Output.write(answer.rendered(as: format ?? .csv, style: Output.style))
    }
  }
}
