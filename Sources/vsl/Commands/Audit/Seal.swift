import ArgumentParser
import Audit
import EventLog
import Foundation
import ValueStream

/// `vsl seal`
struct Seal: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Encrypts personal fields of all events from now on, so that they can be erased.",
    discussion: """
      Each person and each item gets a key in a file outside of the ledger, which is made if it is not there. In the records stand-ins \
      (vsl:sealed:ID) take the place of names and texts; the content itself is beside them, encrypted. Numbers stay the same: one person \
      has one stand-in. `vsl erase` destroys a key, and with it the content, in every copy of the ledger; hashes and proofs stay right.

      Sealed are who works on an item (the actor of item.entered and work.logged), the titles of items, and the fields that are named \
      here: members of data, or JSON pointers. Run it again to add fields. Sealing cannot be ended, and what was recorded before stays \
      as it is.

      Keep a copy of the file of keys, apart from copies of the ledger: without it nobody can read the content.

      EXAMPLES
        vsl seal --personal-keys ~/keys/payments.personal
        vsl seal --personal-keys ~/keys/payments.personal --person reporter --personal comment
      """)

  @Option(
    name: .long,
    help: ArgumentHelp(
      "A field that names a person, sealed with that person's key. May be repeated.", valueName: "field"))
  var person: [String] = []
  @Option(
    name: .long,
    help: ArgumentHelp(
      "A field that is sealed with the key of the event's subject, such as the item. May be repeated.",
      valueName: "field"))
  var personal: [String] = []
  @Option(name: .long, help: "The source of the event that says so.")
  var source: String = "/cli"
  @OptionGroup var keys: PersonalKeyOptions
  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    let log = try ledger.open().log
    guard !log.isReadOnly else { throw LedgerError.readOnly(path: log.directory) }
    let known = try SealingRules(of: log)
    let keys = try openOrCreate(log, known)
    var rules = known ?? SealingRules(store: keys.storeID)
    _ = try EventSealer(rules: rules, keys: keys)
    for field in person { try rules.add(SealedField(field, owner: .person)) }
    for field in personal { try rules.add(SealedField(field, owner: .subject)) }
    guard rules != known else {
      Output.write("It seals these fields already. \(Self.fields(rules))\n")
      return
    }
    let now = Clock.nowMicros()
    let draft = try rules.draft(id: EventIdentity.random(), source: source, timeMicros: now)
    let batch = EventBatch()
    let preparer = try EventPreparer(for: log, keys: keys)
    try draft.line.withUnsafeBytes { try preparer.prepare($0, line: 1, into: batch) }
    // Nothing of it is personal; the rules that it is held to are those that it replaces.
    let receipt = try log.append(batch, nowMicros: now)
    Output.write("From position \(receipt.lastPosition) on, personal fields are sealed. \(Self.fields(rules))\n")
    Output.write("The keys are in \(keys.path). Keep a copy of it, apart from copies of the ledger.\n")
    if receipt.lastPosition > 1, known == nil {
      Output.write(
        "Events up to position \(receipt.lastPosition - 1) stay as they are; what is in them cannot be erased.\n")
    }
  }

  private func openOrCreate(_ log: EventLog, _ known: SealingRules?) throws -> PersonalKeys {
    if let path = keys.path, known == nil, !FileManager.default.fileExists(atPath: path) {
      let made = try PersonalKeys.create(at: path)
      do {
        // Opened once more, to refuse a place inside of the ledger.
        return try PersonalKeys(path: path, ledger: log.directory)
      } catch {
        unlink(made.path)
        throw error
      }
    }
    return try keys.demand(for: log)
  }

  private static func fields(_ rules: SealingRules) -> String {
    var places: [String: [String]] = [:]
    for definition in Vocabulary.standard.definitions {
      for field in definition.personalFields { places[field.pointer, default: []].append(definition.shortName) }
    }
    let own = places.sorted { $0.key < $1.key }.map { "\($0.key) of \($0.value.joined(separator: ", "))" }
    return "Sealed: \((own + rules.fields.map { "\($0.pointer) (\($0.owner))" }).joined(separator: "; "))."
  }
}
