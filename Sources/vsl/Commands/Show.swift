import ArgumentParser
import Charts
import Projections

/// `vsl show METRIC`
struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Answers a question with a table.",
    discussion: """
      METRICS (`vsl metrics NAME` has the definition, options and columns of one)
      \(Catalogue.all.map { "  \($0.name): \($0.title)" }.joined(separator: "\n"))

      EXAMPLES
        vsl show health
        vsl show queues
        vsl show lead-time --stream payments --by team --period month
        vsl show defects --period week --timezone Europe/Berlin
        vsl show lead-time --known-at 12000 --at 2026-03-01T00:00:00Z --format json
        vsl show lead-time --format vega-lite > lead-time.vl.json
      """)

  @Argument(
    help: ArgumentHelp("The metric.", valueName: "metric"),
    completion: .list(Catalogue.all.map(\.name)))
  var metric: String
  @OptionGroup var question: QueryOptions
  @OptionGroup var cut: CutOptions
  @OptionGroup var output: ShowFormatOptions
  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    let projection = try Catalogue.projection(named: metric)
    let query = try question.query(in: cut)
    let view = try ledger.open().view()
    switch output.format {
    case .answer(let format): try Output.write(projection.checkedAnswer(query, from: view), as: format)
    case .vegaLite:
      let chart = try projection.chart(named: output.chart, for: query)
      try Output.write(Picture(chart, of: projection, query, from: view).specification(ChartOptions()))
    }
  }
}
