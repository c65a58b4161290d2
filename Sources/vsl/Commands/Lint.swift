import ArgumentParser
import Projections
import Tables

/// `vsl lint METRIC`
struct Lint: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows where a metric's figures depend on a convention: asks under each other one, and compares.",
    discussion: """
      Takes the options of `vsl show`. One row for each figure that would be another under another policy. No rows: no convention that \
      was tried makes a difference.

      EXAMPLES
        vsl lint lead-time --stream payments
        vsl lint dora --period month
      """)

  @Argument(help: ArgumentHelp("The metric.", valueName: "metric"), completion: .list(Catalogue.all.map(\.name)))
  var metric: String
  @OptionGroup var question: QueryOptions
  @OptionGroup var cut: CutOptions
  @OptionGroup var output: AnswerFormatOptions
  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    let projection = try Catalogue.projection(named: metric)
    let view = try ledger.open().view()
    var query = try question.query(in: cut)
    let present = try query.policy ?? view.policyInForce(for: query)
    query.policy = present
    let answer = try projection.checkedAnswer(query, from: view)
    var rows: [[Value]] = []
    var columns: [Column] = []
    for (name, policy) in present.alternatives {
      query.policy = policy
      let difference = AnswerDifference.make(answer, try projection.checkedAnswer(query, from: view))
      columns = difference.table.columns
      rows += difference.table.rows.map { [.text(name)] + $0 }
    }
    let tried = present.alternatives.map(\.name).joined(separator: ", ")
    try output.write(
      Answer(
        metric: "lint \(metric)", parameters: answer.parameters, position: answer.position, root: answer.root,
        notes: ["Tried: \(tried)."] + (rows.isEmpty ? ["None of them changes a figure."] : []),
        table: Table(
          title: "What \(metric) depends on",
          columns: [Column(name: "policy", type: .text, description: "The other convention.")] + columns, rows: rows)))
  }
}
