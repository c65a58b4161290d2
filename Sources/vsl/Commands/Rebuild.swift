import ArgumentParser
import Projections
import Tables

/// `vsl rebuild`
struct Rebuild: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes the books anew from the log.",
    discussion: """
      The present books are read until the new ones take their place. The log is not touched.

      With --verify, the new books are compared with the live ones, row by row, and the digests of both are shown. Exit code 0: they are \
      the same; 1: they differ.

      EXAMPLES
        vsl rebuild
        vsl rebuild --verify --format json
      """)

  @Flag(name: .long, help: "Compare with the live books, byte for byte, instead of taking their place.")
  var verify = false
  @OptionGroup var output: FormatOptions
  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    let progress = Progress("Rebuilding")
    let started = Clock.nowMicros()
    let ledger = try ledger.open()
    if verify {
      try compare(ledger, progress)
      return
    }
    var last: UInt64 = 0
    try ledger.rebuild { position, end in
      last = position
      progress.update(done: Double(position), total: Double(end), count: Int(position), unit: "facts")
    }
    progress.finish()
    let rebuilt = Clock.nowMicros()
    try ledger.indexVisits()
    Output.write(
      "Rebuilt the books from \(last) facts in \(format(rebuilt - started)) s, and the index of visits in "
        + "\(format(Clock.nowMicros() - rebuilt)) s.\n")
  }

  private func compare(_ ledger: Ledger, _ progress: Progress) throws {
    let (books, findings) = try ledger.rebuildVerified { position, end in
      progress.update(done: Double(position), total: Double(end), count: Int(position), unit: "facts")
    }
    progress.finish()
    output.write(
      Table(
        title: findings.isEmpty
          ? "The books are what the log makes them" : "The books differ from what the log makes them",
        columns: [
          Column(name: "book", type: .text), Column(name: "rows", type: .integer), Column(name: "same", type: .text),
          Column(name: "live", type: .text), Column(name: "rebuilt", type: .text),
        ],
        rows: books.map { book in
          [
            .text(book.book), .integer(Int64(book.rows)), .text(book.liveDigest == book.rebuiltDigest ? "yes" : "no"),
            .text(book.liveDigest), .text(book.rebuiltDigest),
          ]
        }))
    if !findings.isEmpty {
      throw Failure(
        code: .damageFound,
        message: findings.prefix(20).joined(separator: "\n")
          + "\nRun `vsl rebuild`, which makes the books anew from the log.")
    }
  }

  private func format(_ micros: Int64) -> String {
    let millis = String(micros / 1000 + 1_000_000_000).dropFirst()
    let whole = millis.dropLast(3).drop { $0 == "0" }
    return (whole.isEmpty ? "0" : whole) + "." + millis.suffix(3)
  }
}
