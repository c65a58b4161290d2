import ArgumentParser
import Audit
import EventLog
import Foundation
import Projections
import ValueStream

/// `vsl erase SUBJECT`
struct Erase: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Erases the sealed content of a person or an item for ever: destroys its key.",
    discussion: """
      SUBJECT is person:NAME, item:ID (or another class, such as feedback:ID), key:ID, or a stand-in vsl:sealed:ID. The records stay, and \
      with them all hashes, proofs and numbers, but nobody can read the content any more, in whatever copy of the ledger. The erasure is \
      appended to the log, the books are made anew, and a certificate says which events it was, what was purged, which copies are known, \
      and which events hold the same texts in clear; it names nobody. With --key it is signed.

      It cannot be undone. --dry-run shows what would be erased.

      EXAMPLES
        vsl erase person:ana --dry-run
        vsl erase person:ana --reason "request of 2026-01-28" --key payments.key -o certificate.txt
        vsl erase item:PAY-123 -o certificate.txt
      """)

  @Argument(help: ArgumentHelp("Whose content.", valueName: "subject"))
  var subject: String
  @Option(name: .long, help: "Why; kept in the log for ever, so name nobody.")
  var reason: String?
  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The file of the certificate. (default: standard output)", valueName: "file"),
    completion: .file())
  var output: String?
  @Flag(name: .long, help: "Only show what would be erased.")
  var dryRun = false
  @OptionGroup var personal: PersonalKeyOptions
  @OptionGroup var key: KeyOptions
  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    let ledger = try ledger.open()
    guard !ledger.log.isReadOnly || dryRun else { throw LedgerError.readOnly(path: ledger.directory) }
    let subject = try ErasureSubject(subject)
    // Before anything is destroyed: a key that cannot sign is a slip of the command line.
    let signer = key.isGiven ? try key.read(ledger: ledger.directory) : nil
    let keys = try personal.demand(for: ledger.log)
    let erasure = try ContentErasure(ledger: ledger, keys: keys)
    let progress = Progress("Reading")
    let plan = try erasure.plan(subject) {
      progress.update(done: Double($0), total: Double($1), count: Int($0), unit: "records")
    }
    progress.finish()
    guard !dryRun else {
      Output.write(
        "Would make the sealed content of \(plan.positions.count) events unreadable for ever (key \(plan.keyID)).\n")
      if !plan.clearPositions.isEmpty {
        Output.write(
          "\(plan.clearPositions.count) events hold the same texts in clear, and would go on doing so: \(Self.list(plan.clearPositions)).\n"
        )
      }
      return
    }
    let certificate = try erasure.erase(plan, reason: reason, nowMicros: Clock.nowMicros())
    var note = try certificate.note
    if let signer { try note.sign(with: signer) }
    try OutputFile.write(signer == nil ? certificate.text : note.encoded, to: output)
    if let output {
      Output.write(
        "Erased the content of \(plan.positions.count) events; position \(certificate.value("recorded at position") ?? "") says so. "
          + "The certificate is in \(output).\n")
    }
    if !plan.clearPositions.isEmpty {
      Output.error(
        "vsl: \(plan.clearPositions.count) events hold the same texts in clear: \(Self.list(plan.clearPositions)). They were recorded "
          + "before the ledger sealed that field, or in a field that it does not seal (vsl seal --help).\n")
    }
  }

  private static func list(_ positions: [UInt64]) -> String {
    positions.prefix(20).map(String.init).joined(separator: ", ") + (positions.count > 20 ? " …" : "")
  }
}

/// `vsl verify-erasure CERTIFICATE`
struct VerifyErasure: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Checks a certificate of erasure against the ledger and the file of keys.",
    discussion: """
      The log must go on from the state that the certificate names and record the erasure where it says; the file of keys, when it is \
      named, must not hold the key. Exit code 1 when one of it is not so.

      EXAMPLES
        vsl verify-erasure certificate.txt --public-key payments.key.pub --personal-keys payments.personal
      """)

  @Argument(help: ArgumentHelp("The certificate's file.", valueName: "certificate"), completion: .file())
  var certificate: String
  @OptionGroup var trusted: PublicKeyOptions
  @OptionGroup var personal: PersonalKeyOptions
  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    let bytes = try InputFile.read(certificate)
    let trustedKeys = try trusted.read()
    var text = String(decoding: bytes, as: UTF8.self)
    var signers: [String] = []
    // A certificate that nobody signed has no line of a signature.
    let isSigned = text.contains("\n\n")
    if isSigned || !trustedKeys.isEmpty {
      let note = try SignedNote(parsing: bytes)
      if !trustedKeys.isEmpty { signers = try note.verified(by: trustedKeys).map(\.key.id.name) }
      text = note.text
    }
    let log = try ledger.openToRead().log
    let keys = personal.path == nil ? nil : try personal.demand(for: log)
    let checked = try ErasureCertificate(text: text)
    try checked.verify(in: log, keys: keys)
    Output.write(
      "The log records the erasure of \(checked.value("key") ?? "") at position \(checked.value("recorded at position") ?? "").\n"
    )
    Output.write(
      keys == nil ? "The file of keys was not checked: name it with --personal-keys.\n" : "The key is gone.\n")
    Output.write(
      signers.isEmpty
        ? (isSigned ? "The signature was not checked: name the key with --public-key.\n" : "Nobody signed it.\n")
        : "Signed by \(signers.joined(separator: ", ")).\n")
  }
}
