import ArgumentParser
import EventLog
import Glibc
import Interchange
import Projections
import ValueStream

/// `vsl append`
struct Append: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Appends one event from arguments, or CloudEvents from standard input.",
    discussion: """
      With arguments: TYPE SUBJECT [MEMBER=VALUE …]. Without: CloudEvents on standard input, one a line or as an array; all of them \
      are appended in one transaction, or none. Prints the position of each event. Returns when the events are safe on disk.

      EXAMPLES
        vsl append item.entered PAY-123 stage=review actor=ana --stream payments --at 2026-01-02T03:04:05Z
        vsl append item.created PAY-124 kind=bug labels.quarter=2026-Q1 --stream payments
        vsl append event.voided evt-17 source=/board/payments id=evt-17
        curl -s https://example.org/events | vsl append
      """)

  @Argument(help: ArgumentHelp("The type of the event, for example item.entered.", valueName: "type"))
  var type: String?
  @Argument(help: ArgumentHelp("What the event is about.", valueName: "subject"))
  var subject: String?
  @Argument(help: ArgumentHelp("Members of the event's data. `vsl types TYPE` lists them.", valueName: "member=value"))
  var members: [String] = []
  @Option(name: .long, help: "The value stream.")
  var stream: String?
  @Option(name: .long, help: ArgumentHelp("When it happened. (default: now)", valueName: "time"))
  var at: String?
  @Option(
    name: .long,
    help: "The event's id: the same source, id, time and content again append nothing. (default: a random one)")
  var id: String?
  @Option(name: .long, help: "The event's source.")
  var source: String = "/cli"
  @Option(
    name: .long,
    help: ArgumentHelp("Append only if the subject has had this many events so far.", valueName: "count"))
  var expectVersion: Int?
  @OptionGroup var keys: PersonalKeyOptions
  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    let log = try ledger.open().log
    let batch = EventBatch()
    var expecting: [ExpectedVersion] = []
    if let type {
      let definition = try EventDefinition.named(type)
      guard let subject else {
        throw ValidationError("A subject is missing. \(definition.subjectSummary) Example: vsl append \(type) SUBJECT")
      }
      try prepare(definition, subject, into: batch, keys.preparer(for: log))
      if let expectVersion {
        expecting = [
          ExpectedVersion(
            subject: [definition.subjectClass.rawValue] + Array(subject.utf8), version: expectVersion)
        ]
      }
    } else {
      guard expectVersion == nil else { throw ValidationError("--expect-version goes with an event from arguments.") }
      try readInput(into: batch, keys.preparer(for: log))
    }
    guard batch.count > 0 else { throw Failure(code: .refused, message: "Standard input holds no events.") }
    let before = try log.snapshot().size
    let receipt = try log.append(batch, expecting: expecting, nowMicros: Clock.nowMicros())
    var newest = before
    for position in receipt.positions {
      Output.write(position <= newest ? "\(position) (there already)\n" : "\(position)\n")
      newest = max(newest, position)
    }
  }

  private func prepare(
    _ definition: EventDefinition, _ subject: String, into batch: EventBatch, _ preparer: EventPreparer
  ) throws {
    let now = Clock.nowMicros()
    var event = EventDraft(
      definition, id: id ?? EventIdentity.random(), source: source, subject: subject,
      timeMicros: try at.map { try CutOptions.time($0, option: "--at") } ?? now, stream: stream)
    for word in members {
      do {
        try event.add(word: word)
      } catch {
        throw Failure(code: .refused, message: error.description)
      }
    }
    try event.line.withUnsafeBytes { try preparer.prepare($0, line: 1, into: batch) }
  }

  private func readInput(into batch: EventBatch, _ preparer: EventPreparer) throws {
    if isatty(STDIN_FILENO) == 1 {
      throw ValidationError("Name an event (vsl append TYPE SUBJECT …), or pass CloudEvents on standard input.")
    }
    try StandardInput.prepareAll(into: batch, preparer)
  }
}

/// Ids of events that the command line makes up.
enum EventIdentity {
  /// 128 random bits, so that no two are the same.
  static func random() -> String {
    var generator = SystemRandomNumberGenerator()
    return (0..<2).map { _ in String(generator.next(), radix: 36) }.joined()
  }
}
