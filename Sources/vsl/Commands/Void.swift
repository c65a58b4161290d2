import ArgumentParser
import EventLog
import Projections
import ValueStream

/// `vsl void POSITION …`
struct VoidEvents: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "void",
    abstract: "Voids events: from now on they have no effect. The records stay.",
    discussion: """
      Appends a void for each position, all in one transaction. What was known before stays answerable with --known-at. Voiding a void \
      restores its event. Prints the position of each void.

      EXAMPLES
        vsl void 4711 --reason "entered twice"
        vsl log --subject PAY-123 ; vsl void 120 121
      """)

  @Argument(help: ArgumentHelp("Positions of the events.", valueName: "position"))
  var positions: [UInt64]
  @OptionGroup var why: CorrectionOptions
  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    let log = try ledger.open().log
    let correction = try Correction(log: log, keys: nil)
    for position in positions { try correction.void(position, reason: why.reason, source: why.source) }
    try correction.append()
  }
}

/// `vsl correct POSITION MEMBER=VALUE …`
struct Correct: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Corrects an event: voids it and appends it anew with changes, in one transaction.",
    discussion: """
      The new event is like the old one but for what is given: members of data (NAME=VALUE; NAME= takes one away), --at, --subject, \
      --stream. The old record stays, and so does every answer as of before. Prints the positions of the void and of the new event.

      EXAMPLES
        vsl correct 4711 stage=review
        vsl correct 4711 --at 2026-03-02T09:00:00Z --reason "the clock was wrong"
        vsl correct 4711 --subject PAY-124
      """)

  @Argument(help: ArgumentHelp("The position of the event.", valueName: "position"))
  var position: UInt64
  @Argument(help: ArgumentHelp("Members to change.", valueName: "member=value"))
  var members: [String] = []
  @Option(name: .long, help: ArgumentHelp("When it really happened.", valueName: "time"))
  var at: String?
  @Option(name: .long, help: "What it was really about.")
  var subject: String?
  @Option(name: .long, help: "The value stream it really belongs to.")
  var stream: String?
  @OptionGroup var why: CorrectionOptions
  @OptionGroup var keys: PersonalKeyOptions
  @OptionGroup var ledger: LedgerOptions

  func validate() throws {
    if members.isEmpty && at == nil && subject == nil && stream == nil {
      throw ValidationError(
        "Nothing would change. Give a member (stage=review), --at, --subject or --stream; or void the event.")
    }
  }

  func run() throws {
    let log = try ledger.open().log
    let correction = try Correction(log: log, keys: keys.open(for: log))
    try correction.void(position, reason: why.reason, source: why.source)
    try correction.copy(position) { draft in
      for word in members { try draft.change(word: word) }
      if let at { draft.timeMicros = try CutOptions.time(at, option: "--at") }
      if let subject { draft.subject = subject }
      if let stream { draft.stream = stream }
    }
    try correction.append()
  }
}

/// Why something is corrected, and by whom.
struct CorrectionOptions: ParsableArguments {
  @Option(name: .long, help: "Why; kept with the void.")
  var reason: String?
  @Option(name: .long, help: "The source of the void.")
  var source: String = "/cli"
}

/// Gathers voids and new events, and appends them together.
final class Correction {
  private let log: EventLog
  private let batch = EventBatch()
  private let preparer: EventPreparer
  private let unsealer: EventUnsealer?

  init(log: EventLog, keys: PersonalKeys?) throws {
    self.log = log
    preparer = try EventPreparer(for: log, keys: keys)
    unsealer = keys.map { EventUnsealer(keys: $0) }
  }

  /// Adds the void of the event at a position.
  func void(_ position: UInt64, reason: String?, source: String) throws {
    try withRecord(at: position) { bytes in
      try add(
        try EventDraft.voiding(
          bytes, id: "void-\(position)-\(EventIdentity.random())", source: source, timeMicros: Clock.nowMicros(),
          reason: reason))
    }
  }

  /// Adds a changed copy of the event at a position.
  func copy(_ position: UInt64, _ change: (inout EventDraft) throws -> Void) throws {
    try withRecord(at: position) { bytes in
      let id: (String) -> String = { "\($0)~\(EventIdentity.random())" }
      // Sealed content is bound to its event: it is read, and sealed anew for the copy.
      let unsealed = unsealer?.unseal(bytes)
      var draft =
        try unsealed.map { try $0.withUnsafeBytes { try EventDraft.copying($0, id: id) } }
        ?? EventDraft.copying(bytes, id: id)
      if unsealer == nil, draft.wasSealed {
        throw Failure(
          code: .refused,
          message: "The event at position \(position) holds sealed content, which its correction is to hold as well. "
            + "Name the file of the keys with --personal-keys.")
      }
      try change(&draft)
      try add(draft)
    }
  }

  /// Appends all of it, or nothing, and prints the positions.
  func append() throws {
    let receipt = try log.append(batch, nowMicros: Clock.nowMicros())
    for position in receipt.positions { Output.write("\(position)\n") }
  }

  private func withRecord(at position: UInt64, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
    let snapshot = try log.snapshot()
    guard let record = try snapshot.record(at: position) else {
      throw Failure(
        code: .refused, message: "There is no event at position \(position); the newest is at \(snapshot.size).")
    }
    do {
      try body(record.bytes)
    } catch let problem as EventDraft.Problem {
      throw Failure(code: .refused, message: "position \(position): \(problem.description)")
    }
  }

  private func add(_ draft: EventDraft) throws {
    try draft.line.withUnsafeBytes { try preparer.prepare($0, line: batch.count + 1, into: batch) }
  }
}
