import ArgumentParser
import Projections

/// `vsl explain METRIC`
struct Explain: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Says what each figure of a metric is made of: the items, and the positions of their events.",
    discussion: """
      Takes the same options as `vsl show`. One row for each item (defect, deployment …) that a row of the answer counts, and for each \
      that was left out, with the reason.

      EXAMPLES
        vsl explain lead-time --stream payments --from 2026-03-01 --to 2026-04-01
        vsl explain queues --stage review --format json
        vsl explain defects --period month --known-at 12000
      """)

  @Argument(help: ArgumentHelp("The metric.", valueName: "metric"), completion: .list(Catalogue.all.map(\.name)))
  var metric: String
  @OptionGroup var question: QueryOptions
  @OptionGroup var cut: CutOptions
  @OptionGroup var output: AnswerFormatOptions
  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    let projection = try Catalogue.projection(named: metric)
    var query = try question.query(in: cut)
    query.explains = true
    let view = try ledger.open().view()
    try output.write(try ExplanationAnswer.make(try projection.checkedAnswer(query, from: view)))
  }
}
