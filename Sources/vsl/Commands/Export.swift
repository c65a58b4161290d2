import ArgumentParser
import EventLog
import Projections
import Tables

/// `vsl export`
struct Export: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Exports the events as they were recorded, or the answers of metrics, to a file or standard output.",
    discussion: """
      `vsl export events` writes every record as it was sent, one a line: importing it elsewhere gives the same events. `vsl export \
      METRIC` writes the answer of `vsl show METRIC` with the same options. With --format sqlite any number of metrics go into one \
      database, all of them when none is named; it replaces FILE when it is complete, and not before. Of all metrics, those that cannot \
      be asked so are left out: the table omitted says which and why.

      EXAMPLES
        vsl export events -o events.ndjson
        vsl export lead-time --by team --format csv -o lead-time.csv
        vsl export lead-time --by team --format parquet -o lead-time.parquet
        vsl export --format sqlite -o metrics.db
      """)

  @Argument(
    help: ArgumentHelp("events, or a metric; with --format sqlite any number of metrics.", valueName: "what"),
    completion: .list(["events"] + Catalogue.all.map(\.name)))
  var what: [String] = []
  @Option(
    name: .shortAndLong, help: ArgumentHelp("The file. (default: standard output)", valueName: "file"),
    completion: .file())
  var output: String?
  @Option(
    name: .long,
    help: ArgumentHelp(
      "How to write it: \(ExportFormat.allValueStrings.joined(separator: ", ")). (default: ndjson for events, csv for metrics)"
    ))
  var format: ExportFormat?
  @OptionGroup var question: QueryOptions
  @OptionGroup var cut: CutOptions
  @OptionGroup var ledger: LedgerOptions

  func validate() throws {
    if format == .sqlite {
      if output == nil { throw ValidationError("--format sqlite writes a database: name its file with -o FILE.") }
      if what.contains("events") {
        throw ValidationError("--format sqlite is for metrics. vsl export events -o FILE exports the events.")
      }
    } else if what.count != 1 {
      throw ValidationError(
        "Name one thing to export: events, \(Catalogue.all.map(\.name).joined(separator: ", ")). "
          + "Only --format sqlite takes more, or none for all metrics.")
    } else if what == ["events"], case .one(let format) = format, format.rowFormat == nil {
      throw ValidationError(
        "Events cannot be written as \(format.rawValue). "
          + "They can as \(RowFormat.allCases.map(\.rawValue).joined(separator: ", ")).")
    }
  }

  func run() throws {
    switch format {
    case .sqlite: try exportDatabase()
    case .one(let format) where what == ["events"]: try exportEvents(format.rowFormat ?? .ndjson)
    case nil where what == ["events"]: try exportEvents(.ndjson)
    case .one(let format): try exportAnswer(format)
    case nil: try exportAnswer(.csv)
    }
  }

  private func exportEvents(_ format: RowFormat) throws {
    let ledger = try ledger.open()
    if let output { try Output.redirect(to: output) }
    var query = Query(nowMicros: Clock.nowMicros())
    try cut.apply(to: &query)
    let through = try ledger.view().cut(for: query).position
    var printer = RecordPrinter(format: format)
    printer.begin()
    if through > 0 {
      try ledger.log.scan(through: through) { record in
        printer.print(record)
        return true
      }
    }
    printer.end()
    try Copies.add("export", to: output, of: ledger.log, through: through)
  }

  private func exportAnswer(_ format: OutputFormat) throws {
    let projection = try Catalogue.projection(named: what[0])
    let answer = try projection.checkedAnswer(try question.query(in: cut), from: ledger.open().view())
    // Not before there is an answer: a refused question leaves the file as it is.
    if let output { try Output.redirect(to: output) }
    try Output.write(answer, as: format)
  }

  /// All answers come from one view, so that they show the same state of the ledger.
  private func exportDatabase() throws {
    let named = try what.map { try Catalogue.projection(named: $0) }
    let query = try question.query(in: cut)
    let view = try ledger.open().view()
    let writer = try SQLiteWriter(path: output ?? "", command: CommandText.present)
    for projection in named {
      try writer.add(projection.checkedAnswer(query, from: view), definition: projection.definition)
    }
    if named.isEmpty { try addAll(query, view, to: writer) }
    try writer.finish()
  }

  /// Adds the answers of all metrics that can be asked so.
  private func addAll(_ query: Query, _ view: borrowing LedgerView, to writer: SQLiteWriter) throws {
    var refusals: [(metric: String, error: QueryError)] = []
    for projection in Catalogue.all {
      let answer: Answer
      do {
        answer = try projection.checkedAnswer(projection.own(query), from: view)
      } catch let error as QueryError {
        refusals.append((projection.name, error))
        continue
      }
      try writer.add(answer, definition: projection.definition)
    }
    if refusals.count == Catalogue.all.count, let first = refusals.first { throw first.error }
    for (metric, error) in refusals {
      try writer.add(omitted: metric, because: error.description)
      Output.error("\(metric) is left out: \(error)\n")
    }
  }
}
