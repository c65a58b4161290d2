import ArgumentParser
import Projections

/// `vsl streams`
struct Streams: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the value streams with their stages, as defined at a point in time.")

  @OptionGroup var cut: CutOptions
  @OptionGroup var output: AnswerFormatOptions
  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    let view = try ledger.open().view()
    var query = Query(nowMicros: Clock.nowMicros())
    try cut.apply(to: &query)
    try output.write(StreamsAnswer.make(query, from: view))
  }
}
