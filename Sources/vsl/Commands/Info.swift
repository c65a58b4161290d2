import ArgumentParser
import LMDB
import Projections
import Tables
import ValueStream

/// `vsl info`
struct Info: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows what a ledger holds: events, times, Merkle root, tables and their sizes.")

  @OptionGroup var output: FormatOptions
  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    let ledger = try ledger.open()
    let statistics = try ledger.statistics()
    var facts: [(String, Value)] = [
      ("ledger", .text(ledger.directory)),
      ("id", .text(ledger.log.ledgerID.map { hex($0) }.joined())),
      ("created", .timestamp(ledger.log.createdMicros)),
      ("vocabulary", .text(ledger.log.vocabularyMode == .strict ? "strict" : "open")),
      (
        "personal fields",
        .text(try SealingRules(of: ledger.log).map { "sealed with the keys of \($0.store)" } ?? "in clear")
      ),
      ("events", .integer(Int64(statistics.size))),
    ]
    if let last = statistics.lastRecordedMicros { facts.append(("last recorded", .timestamp(last))) }
    facts.append(("root", .text(statistics.root)))
    let bytes = statistics.tables.reduce(0) { $0 + $1.bytes }
    facts.append(("bytes", .integer(Int64(bytes))))
    if statistics.size > 0 {
      facts.append(("bytes an event", .number((Double(bytes) / Double(statistics.size)).rounded())))
    }
    if output.format == .table || output.format == .markdown {
      Output.write(
        Table(
          title: "Ledger", columns: [Column(name: "what", type: .text), Column(name: "value", type: .text)],
          rows: facts.map { [.text($0.0), .text(text($0.1))] }
        ).rendered(as: output.format, style: Output.style))
      Output.write("\n")
    }
    let tables = Table(
      title: "Tables",
      columns: [
        Column(name: "file", type: .text), Column(name: "table", type: .text),
        Column(name: "entries", type: .integer), Column(name: "bytes", type: .integer, unit: "B"),
        Column(name: "bytesPerEvent", type: .number, unit: "B"), Column(name: "share", type: .share),
      ],
      rows: statistics.tables.map { table in
        [
          .text(table.file), .text(table.name), .integer(Int64(table.entries)), .integer(Int64(table.bytes)),
          statistics.size == 0 ? .null : .number((Double(table.bytes) / Double(statistics.size) * 10).rounded() / 10),
          bytes == 0 ? .null : .share(Double(table.bytes) / Double(bytes)),
        ]
      })
    guard output.format == .json else {
      output.write(tables)
      return
    }
    try Output.write(
      Answer(
        metric: "info", parameters: facts.map { ($0.0, text($0.1)) }, position: statistics.size, root: statistics.root,
        notes: [], table: tables), as: .json)
  }

  private func hex(_ byte: UInt8) -> String { (byte < 16 ? "0" : "") + String(byte, radix: 16) }

  private func text(_ value: Value) -> String {
    switch value {
    case .text(let text): text
    case .integer(let number): String(number)
    case .number(let number): String(Int(number))
    case .timestamp(let micros): Timestamp.format(micros)
    default: ""
    }
  }
}
