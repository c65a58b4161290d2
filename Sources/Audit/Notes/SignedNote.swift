import Foundation

/// A text with signatures below it (C2SP signed-note, the format of Go's checksum database and of transparency logs).
///
/// The text ends with a line feed; a blank line follows, then a line for each signature. Signatures by unknown keys are kept and ignored.
public struct SignedNote: Sendable, Equatable {
  /// A line of a signature.
  public struct Signature: Sendable, Equatable {
    /// Whose it says it is.
    public var id: NoteKeyID
    /// What follows the key's number.
    public var bytes: [UInt8]
  }

  /// The text, with its last line feed.
  public var text: String
  /// The signatures, in order.
  public var signatures: [Signature]

  /// More are refused, so that a hostile note cannot keep a verifier busy.
  public static let mostSignatures = 100
  /// A longer note is refused.
  public static let mostBytes = 1 << 20
  private static let dash = "\u{2014} "

  /// A note without signatures. The text must end with a line feed and hold no other control characters.
  public init(text: String) throws(AuditError) {
    guard text.utf8.last == 0x0A else { throw Self.malformed("the text does not end with a line feed") }
    guard !text.utf8.contains(where: { $0 < 0x20 && $0 != 0x0A }) else {
      throw Self.malformed("it holds a control character")
    }
    self.text = text
    signatures = []
  }

  /// Reads a note. Nothing is verified yet.
  public init(parsing bytes: some Collection<UInt8>) throws(AuditError) {
    guard bytes.count <= Self.mostBytes else { throw Self.malformed("it is longer than \(Self.mostBytes) bytes") }
    guard let all = String(validating: bytes, as: UTF8.self) else { throw Self.malformed("it is not UTF-8") }
    let octets = Array(all.utf8)
    // The last blank line parts text and signatures.
    var split: Int?
    for index in stride(from: octets.count - 2, through: 0, by: -1)
    where octets[index] == 0x0A && octets[index + 1] == 0x0A {
      split = index
      break
    }
    guard let split else { throw Self.malformed("there is no blank line before signatures") }
    try self.init(text: String(decoding: octets[...split], as: UTF8.self))
    let rest = octets[(split + 2)...]
    guard rest.last == 0x0A else { throw Self.malformed("the last signature does not end with a line feed") }
    for line in rest.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false) {
      guard signatures.count < Self.mostSignatures else {
        throw Self.malformed("it has more than \(Self.mostSignatures) signatures")
      }
      signatures.append(try Self.signature(String(decoding: line, as: UTF8.self)))
    }
  }

  private static func signature(_ line: String) throws(AuditError) -> Signature {
    // Scalars, not characters: what follows the dash must not be able to join it.
    guard line.utf8.starts(with: dash.utf8) else { throw malformed("a line of a signature does not begin with \"— \"") }
    let parts = line.utf8.dropFirst(dash.utf8.count).split(separator: 0x20, omittingEmptySubsequences: false)
    guard parts.count == 2, let name = String(parts[0]), NoteKeyID.isName(name), let text = String(parts[1]),
      let data = Data(base64Encoded: text), data.base64EncodedString() == text, data.count >= 5
    else { throw malformed("a line of a signature is not \"— NAME BASE64\"") }
    return Signature(
      id: NoteKeyID(name: name, number: data.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }),
      bytes: Array(data.dropFirst(4)))
  }

  /// The note as text.
  public var encoded: String {
    text + "\n"
      + signatures.map { signature in
        let number = withUnsafeBytes(of: signature.id.number.bigEndian) { Array($0) }
        return "\(Self.dash)\(signature.id.name) \(Data(number + signature.bytes).base64EncodedString())\n"
      }.joined()
  }

  /// Adds the signature of a log's key. One by the same key is replaced.
  public mutating func sign(with key: SignerKey) throws(AuditError) {
    guard key.verifier.kind == .ed25519 else {
      throw .badKey(
        reason:
          "\(key.verifier.id.name) is the key of a witness: it cosigns (`vsl cosign`), and signs nothing of its own.")
    }
    add(Signature(id: key.verifier.id, bytes: try key.signature(of: Array(text.utf8))))
  }

  /// Adds a witness's signature: that it saw this checkpoint, and when (seconds since 1970).
  public mutating func cosign(with key: SignerKey, atSeconds: UInt64) throws(AuditError) {
    guard key.verifier.kind == .cosignature else {
      throw .badKey(
        reason: "\(key.verifier.id.name) is the key of a log, not of a witness. Make one with `vsl key new --witness`.")
    }
    let signature = try key.signature(of: Self.cosigned(text, atSeconds))
    add(Signature(id: key.verifier.id, bytes: withUnsafeBytes(of: atSeconds.bigEndian) { Array($0) } + signature))
  }

  private mutating func add(_ signature: Signature) {
    signatures.removeAll { $0.id == signature.id }
    signatures.append(signature)
  }

  private static func cosigned(_ text: String, _ seconds: UInt64) -> [UInt8] {
    Array("cosignature/v1\ntime \(seconds)\n\(text)".utf8)
  }

  /// A signature that was verified.
  public struct Verified: Sendable, Equatable {
    /// The key that it is right for.
    public var key: VerifierKey
    /// When a witness saw the note, in seconds since 1970; nil of a log's own signature.
    public var atSeconds: UInt64?
  }

  /// Verifies the signatures of known keys; those of others are passed over.
  ///
  /// - Returns: the signatures that are right, at least one.
  /// - Throws: ``AuditError/wrongSignature(key:)`` when a known key's is wrong, ``AuditError/notSigned(by:)`` when there is none of a known key.
  public func verified(by keys: [VerifierKey]) throws(AuditError) -> [Verified] {
    var found: [Verified] = []
    for signature in signatures {
      let known = Set(keys.filter { $0.id == signature.id })
      guard let key = known.first else { continue }
      guard known.count == 1 else {
        throw .badKey(
          reason: "Two different keys have the name and number of \(key.id.name): nobody can say which signed.")
      }
      guard !found.contains(where: { $0.key == key }) else { continue }
      found.append(try verify(signature, key))
    }
    guard !found.isEmpty else { throw .notSigned(by: keys.map(\.id.name)) }
    return found
  }

  private func verify(_ signature: Signature, _ key: VerifierKey) throws(AuditError) -> Verified {
    switch key.kind {
    case .ed25519:
      guard key.verifies(signature.bytes, of: Array(text.utf8)) else { throw .wrongSignature(key: key.id.name) }
      return Verified(key: key)
    case .cosignature:
      guard signature.bytes.count == 72 else { throw .wrongSignature(key: key.id.name) }
      let seconds = signature.bytes.prefix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
      guard key.verifies(signature.bytes[8...], of: Self.cosigned(text, seconds)) else {
        throw .wrongSignature(key: key.id.name)
      }
      return Verified(key: key, atSeconds: seconds)
    }
  }

  private static func malformed(_ reason: String) -> AuditError { .malformed(what: "signed note", reason: reason) }
}
