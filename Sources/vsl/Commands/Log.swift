import ArgumentParser
import EventLog
import Glibc
import Projections
import Tables
import ValueStream

/// `vsl log`
struct Log: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Replays the events themselves, in the order they were recorded.",
    discussion: """
      --format ndjson prints every record as it was sent; other formats a line of its most important parts.

      EXAMPLES
        vsl log --last 20
        vsl log --type item.entered --subject PAY-123
        vsl log --from-position 1000 --to-position 2000 --format ndjson
        vsl log --recorded-from 2026-03-01 --recorded-to 2026-04-01
        vsl log --subject PAY-123 --unseal --personal-keys payments.personal
        vsl log --follow
      """)

  @Option(name: .long, help: "From this position on.")
  var fromPosition: UInt64?
  @Option(name: .long, help: "Up to this position.")
  var toPosition: UInt64?
  @Option(name: .long, help: "Only the last so many.")
  var last: Int?
  @Flag(name: .long, help: "Newest first.")
  var reverse = false
  @Option(name: .long, help: "Only this type, for example item.entered. May be repeated.")
  var type: [String] = []
  @Option(name: .long, help: "Only this subject: an item's id, or CLASS:ID with a class such as defect.")
  var subject: String?
  @Option(name: .long, help: ArgumentHelp("Only what happened from this time on.", valueName: "time"))
  var from: String?
  @Option(name: .long, help: ArgumentHelp("Only what happened before this time.", valueName: "time"))
  var to: String?
  @Option(name: .long, help: ArgumentHelp("Only what was recorded from this time on.", valueName: "time"))
  var recordedFrom: String?
  @Option(name: .long, help: ArgumentHelp("Only what was recorded before this time.", valueName: "time"))
  var recordedTo: String?
  @Flag(name: .long, help: "Go on with new events as they come, until interrupted.")
  var follow = false
  @Flag(name: .long, help: "Show sealed content in clear, as far as its keys exist.")
  var unseal = false
  @OptionGroup var output: FormatOptions
  @OptionGroup var keys: PersonalKeyOptions
  @OptionGroup var ledger: LedgerOptions

  func validate() throws {
    if follow && (reverse || toPosition != nil) {
      throw ValidationError("--follow goes forward without end: leave out --reverse and --to-position.")
    }
    if let last, last < 0 { throw ValidationError("--last wants a count from 0 up.") }
  }

  func run() throws {
    let log = try ledger.open().log
    var printer = RecordPrinter(format: output.format)
    if unseal {
      printer.unsealer = EventUnsealer(keys: try keys.demand(for: log))
      try Copies.add("log --unseal", to: nil, of: log, through: log.snapshot().size, isUnsealed: true)
    }
    printer.begin()
    var next = try print(log, from: fromPosition ?? 1, skippingToLast: true, &printer)
    guard follow else {
      printer.end()
      return
    }
    Output.flush()
    while true {
      usleep(200_000)
      guard try log.snapshot().size >= next else { continue }
      next = try print(log, from: next, skippingToLast: false, &printer)
      Output.flush()
    }
  }

  /// Prints what matches from a position on; returns the position behind the last one looked at.
  private func print(
    _ log: EventLog, from first: UInt64, skippingToLast: Bool, _ printer: inout RecordPrinter
  ) throws -> UInt64 {
    let snapshot = try log.snapshot()
    var first = first
    var through = min(toPosition ?? snapshot.size, snapshot.size)
    if recordedFrom != nil || recordedTo != nil {
      let range = try snapshot.positions(
        recordedFrom: recordedFrom.map { try CutOptions.time($0, option: "--recorded-from") },
        before: recordedTo.map { try CutOptions.time($0, option: "--recorded-to") })
      first = max(first, range.lowerBound)
      through = min(through, range.upperBound - 1)
    }
    var filter = RecordFilter()
    if !type.isEmpty { filter.kinds = KindSet(try type.map { try EventDefinition.named($0).kind.rawValue }) }
    filter.occurredFrom = try from.map { try CutOptions.time($0, option: "--from") }
    filter.occurredBefore = try to.map { try CutOptions.time($0, option: "--to") }
    filter.subject = try subject.map { try symbol(of: $0, snapshot) }
    var positions: [UInt64] = []
    let backwards = reverse || (last != nil && skippingToLast)
    if first <= through {
      let limit = last ?? .max
      try snapshot.forEachFact(matching: filter, from: first, through: through, reversed: backwards) { position, _ in
        guard positions.count < limit || !skippingToLast else { return false }
        if backwards {
          positions.append(position)
        } else if let record = try snapshot.record(at: position) {
          printer.print(record)
        }
        return true
      }
    }
    for position in reverse ? positions : positions.reversed() {
      if let record = try snapshot.record(at: position) { printer.print(record) }
    }
    return snapshot.size + 1
  }

  private func symbol(of subject: String, _ snapshot: borrowing LogSnapshot) throws -> UInt32 {
    var classes = [SubjectClass.item]
    var id = subject
    if let colon = subject.firstIndex(of: ":"),
      let named = SubjectClass.allCases.first(where: { $0.name == subject[..<colon] })
    {
      classes = [named]
      id = String(subject[subject.index(after: colon)...])
    } else {
      classes += SubjectClass.allCases.filter { $0 != .item }
    }
    for subjectClass in classes {
      let bytes = [subjectClass.rawValue] + Array(id.utf8)
      if let found = try bytes.withUnsafeBytes({ try snapshot.symbolID($0, in: .subject) }) { return found }
    }
    throw Failure(code: .refused, message: "There is no subject \"\(subject)\" in this ledger.")
  }
}
