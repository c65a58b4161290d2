import ArgumentParser
import Projections

/// `vsl diff METRIC --known-at A --known-at B`
struct Diff: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows what changed in a metric between two positions or times, item by item.",
    discussion: """
      With --known-at twice: what the ledger learned between the two, about one and the same instant (--at, else the later cut's). With \
      --at twice: what happened between the two. A cut that is given once holds for both sides; the later side is now when only one \
      --known-at is given.

      EXAMPLES
        vsl diff lead-time --known-at 12000 --known-at 20000
        vsl diff queues --at 2026-03-01 --at 2026-04-01 --stream payments
        vsl diff defects --period month --known-at 2026-04-01T00:00:00Z
      """)

  @Argument(help: ArgumentHelp("The metric.", valueName: "metric"), completion: .list(Catalogue.all.map(\.name)))
  var metric: String
  @OptionGroup var question: QueryOptions
  @Option(name: .long, help: ArgumentHelp("What the ledger knew; once or twice.", valueName: "position|time"))
  var knownAt: [String] = []
  @Option(name: .long, help: ArgumentHelp("What the world looked like; once or twice.", valueName: "time"))
  var at: [String] = []
  @OptionGroup var output: AnswerFormatOptions
  @OptionGroup var ledger: LedgerOptions

  func validate() throws {
    if knownAt.count > 2 || at.count > 2 { throw ValidationError("--known-at and --at are given at most twice each.") }
    if knownAt.isEmpty && at.count < 2 {
      throw ValidationError("Two cuts are needed: give --known-at once or twice, or --at twice.")
    }
  }

  func run() throws {
    let projection = try Catalogue.projection(named: metric)
    let view = try ledger.open().view()
    var after = try question.query(in: nil)
    after.explains = true
    after.knownAt = try knownAt.count == 2 ? CutOptions.bound(knownAt[1]) : nil
    after.atMicros = try at.last.map { try CutOptions.time($0, option: "--at") }
    if knownAt.count == 1, at.count == 2 { after.knownAt = try CutOptions.bound(knownAt[0]) }
    // Both sides are about one instant unless two were given, so that only knowledge differs.
    if after.atMicros == nil { after.atMicros = try view.cut(for: after).atMicros }
    var before = after
    if let first = knownAt.first { before.knownAt = try CutOptions.bound(first) }
    if at.count == 2 { before.atMicros = try CutOptions.time(at[0], option: "--at") }
    try output.write(
      AnswerDifference.make(
        try projection.checkedAnswer(before, from: view), try projection.checkedAnswer(after, from: view)))
  }
}
