import ArgumentParser
import Projections

/// `vsl rebuild`
struct Rebuild: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes the books anew from the log.",
    discussion: "The present books are read until the new ones take their place. The log is not touched.")

  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    let progress = Progress("Rebuilding")
    let started = Clock.nowMicros()
    let ledger = try ledger.open()
    var last: UInt64 = 0
    try ledger.rebuild { position, end in
      last = position
      progress.update(done: Double(position), total: Double(end), count: Int(position), unit: "facts")
    }
    progress.finish()
    let seconds = Double(Clock.nowMicros() - started) / 1e6
    Output.write("Rebuilt the books from \(last) facts in \(String(format(seconds))) s.\n")
  }

  private func format(_ seconds: Double) -> Substring {
    let millis = String(Int(seconds * 1000) + 1_000_000_000).dropFirst()
    let whole = millis.dropLast(3).drop { $0 == "0" }
    return (whole.isEmpty ? "0" : whole) + "." + millis.suffix(3)
  }
}
