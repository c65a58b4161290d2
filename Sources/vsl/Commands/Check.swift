import ArgumentParser
import Projections
import Tables

/// `vsl check`
struct Check: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists what in the data makes numbers doubtful, with counts and positions.",
    discussion: """
      The same as `vsl show data-quality`. It looks at what the events say; `vsl verify` looks at how they are stored.

      EXAMPLES
        vsl check
        vsl check --stream payments --set idle=14
        vsl check --strict --format json    # exit code 1 when anything is found: for scripts and CI
      """)

  @OptionGroup var question: QueryOptions
  @OptionGroup var cut: CutOptions
  @Flag(help: "End with exit code 1 when anything is found.")
  var strict = false
  @OptionGroup var output: AnswerFormatOptions
  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    let answer = try DataQuality().checkedAnswer(try question.query(in: cut), from: ledger.open().view())
    try output.write(answer)
    guard strict, let place = answer.table.columns.firstIndex(where: { $0.name == "count" }) else { return }
    let found = answer.table.rows.count { row in if case .integer(let count) = row[place] { count > 0 } else { false } }
    if found > 0 {
      throw Failure(
        code: .damageFound,
        message:
          "\(found) of \(answer.table.rows.count) checks found something. `vsl explain data-quality` lists the events.")
    }
  }
}
