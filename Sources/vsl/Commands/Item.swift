import ArgumentParser
import Projections
import Tables
import ValueStream

/// `vsl item ITEM`
struct Item: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows the timeline of one item, stage by stage.",
    discussion: """
      EXAMPLES
        vsl item PAY-123
        vsl item PAY-123 --at 2026-03-01
        vsl item PAY-123 --format json
      """)

  @Argument(help: ArgumentHelp("The item's id.", valueName: "item"))
  var item: String
  @OptionGroup var cut: CutOptions
  @OptionGroup var output: AnswerFormatOptions
  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    let view = try ledger.open().view()
    var query = Query(nowMicros: Clock.nowMicros())
    try cut.apply(to: &query)
    let cut = try view.cut(for: query)
    let timeline = try view.timeline(of: item, in: cut)
    try output.write(ItemAnswer.make(timeline, cut, from: view))
  }
}
