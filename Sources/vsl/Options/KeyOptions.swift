import ArgumentParser
import Audit
import EventLog
import Foundation

/// The secret key to sign with.
struct KeyOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The file of the secret key, as `vsl key new` writes it. (default: the key itself in $VSL_SIGNING_KEY)",
      valueName: "file"))
  var key: String?

  /// Reads the key.
  ///
  /// - Parameter ledger: the ledger's folder, in which the key must not lie.
  func read(ledger: String?) throws -> SignerKey {
    if let key { return try KeyFile.read(key, ledger: ledger) }
    guard let text = Output.environment("VSL_SIGNING_KEY") else {
      throw Failure(
        code: .refused,
        message: "There is no key to sign with. Make one with `vsl key new`, then name its file with --key, "
          + "or put the key itself into $VSL_SIGNING_KEY.")
    }
    return try SignerKey(text)
  }

  /// Whether a key was given.
  var isGiven: Bool { key != nil || Output.environment("VSL_SIGNING_KEY") != nil }

  /// Where the last checkpoint that a key in a file signed is kept, so that it never signs one that does not go on from it.
  private var memory: String? { key.map { $0 + ".last" } }

  /// Signs a state of a log. Refuses when it does not go on from what the key signed last.
  func sign(_ log: borrowing LogSnapshot, size: UInt64? = nil, after: String? = nil, ledger: String) throws
    -> SignedCheckpoint
  {
    let signer = try read(ledger: ledger)
    var last: SignedCheckpoint?
    if let after { last = try SignedCheckpoint(parsing: InputFile.read(after)) }
    if let memory, let bytes = FileManager.default.contents(atPath: memory) {
      let remembered = try SignedCheckpoint(parsing: bytes)
      _ = try LogHistory.sign(log, size: size, key: signer, after: remembered)
      if (last?.checkpoint.size ?? 0) < remembered.checkpoint.size { last = remembered }
    }
    let signed = try LogHistory.sign(log, size: size, key: signer, after: last)
    if let memory, (last?.checkpoint.size ?? 0) <= signed.checkpoint.size {
      try OutputFile.replace(memory, signed.note.encoded)
    }
    return signed
  }
}

/// The public keys that are trusted.
struct PublicKeyOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "A public key that is trusted: NAME+NUMBER+BASE64, or a file that holds one a line. May be repeated.",
      valueName: "key"))
  var publicKey: [String] = []
  @Option(name: .long, help: "How many of the trusted witnesses must have cosigned.")
  var witnesses: Int = 0

  /// The keys.
  func read() throws -> [VerifierKey] {
    var keys: [VerifierKey] = []
    for text in publicKey {
      if text.contains("+"), !FileManager.default.fileExists(atPath: text) {
        keys.append(try VerifierKey(text))
        continue
      }
      for line in String(decoding: try InputFile.read(text), as: UTF8.self).split(whereSeparator: \.isNewline)
      where !line.hasPrefix("#") && !line.allSatisfy(\.isWhitespace) {
        keys.append(try VerifierKey(line.trimmingCharacters(in: .whitespaces)))
      }
    }
    return keys
  }

  /// Checks a checkpoint's signatures and says in a sentence what was found.
  func check(_ checkpoint: SignedCheckpoint) throws -> String {
    let keys = try read()
    guard !keys.isEmpty else {
      guard witnesses == 0 else { throw AuditError.notSigned(by: []) }
      return "The signature was not checked: name the log's key with --public-key."
    }
    let found = try checkpoint.verified(by: keys, witnesses: witnesses)
    let names = found.map { verified in
      verified.atSeconds.map { "witness \(verified.key.id.name) (\(Self.time($0)))" } ?? verified.key.id.name
    }
    return "Signed by \(names.joined(separator: ", "))."
  }

  private static func time(_ seconds: UInt64) -> String {
    Int64(exactly: seconds).flatMap { $0 < 253_402_300_800 ? EventTimes.text(seconds: $0) : nil } ?? "\(seconds) s"
  }
}
