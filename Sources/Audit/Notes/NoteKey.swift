import Crypto
import EventLog
import Foundation

/// What a key of a signed note is for (C2SP signed-note, "signature types").
public enum NoteKeyKind: UInt8, Sendable {
  /// Signs the text of notes: a log's own key.
  case ed25519 = 0x01
  /// Signs that a checkpoint was seen, and when: a witness's key (C2SP tlog-cosignature).
  case cosignature = 0x04
}

/// The name and number by which a note's signature says whose it is.
public struct NoteKeyID: Hashable, Sendable {
  /// Who signs.
  public let name: String
  /// The first four bytes of SHA-256(name ‖ 0x0A ‖ kind ‖ public key), big-endian.
  public let number: UInt32

  /// Names are not empty and hold neither spaces nor plus signs.
  static func isName(_ name: String) -> Bool {
    !name.isEmpty && !name.unicodeScalars.contains { $0.properties.isWhitespace || $0 == "+" || $0.value < 0x20 }
  }

  init(name: String, number: UInt32) {
    self.name = name
    self.number = number
  }

  init(name: String, kind: NoteKeyKind, publicKey: some Sequence<UInt8>) {
    var hasher = SHA256()
    hasher.update(data: Array(name.utf8) + [0x0A, kind.rawValue])
    hasher.update(data: Array(publicKey))
    self.init(name: name, number: hasher.finalize().prefix(4).reduce(0) { $0 << 8 | UInt32($1) })
  }

  /// The number in eight hexadecimal digits.
  var digits: String {
    let text = String(number, radix: 16)
    return String(repeating: "0", count: 8 - text.count) + text
  }
}

/// A public key that verifies notes: `NAME+NUMBER+BASE64`, as Go's sumdb/note and C2SP write it.
public struct VerifierKey: Hashable, Sendable {
  /// Whose it is.
  public let id: NoteKeyID
  /// What it verifies.
  public let kind: NoteKeyKind
  /// 32 bytes.
  public let publicKey: [UInt8]

  init(name: String, kind: NoteKeyKind, publicKey: [UInt8]) {
    id = NoteKeyID(name: name, kind: kind, publicKey: publicKey)
    self.kind = kind
    self.publicKey = publicKey
  }

  /// Reads a key; throws ``AuditError/badKey(reason:)``.
  public init(_ text: String) throws(AuditError) {
    let parts = text.split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, NoteKeyID.isName(String(parts[0])), parts[1].utf8.count == 8,
      let number = UInt32(parts[1], radix: 16), let data = Data(base64Encoded: String(parts[2])), data.count == 33,
      let kind = data.first.flatMap(NoteKeyKind.init(rawValue:))
    else {
      throw .badKey(
        reason: "\"\(text.prefix(80))\" is no public key of Ed25519: it must be NAME+8 hexadecimal digits+base64.")
    }
    self.init(name: String(parts[0]), kind: kind, publicKey: Array(data.dropFirst()))
    guard id.number == number else {
      throw .badKey(reason: "The public key of \(id.name) does not belong to its number \(parts[1]): it was mistyped.")
    }
  }

  /// The key as text.
  public var text: String {
    "\(id.name)+\(id.digits)+\(Data([kind.rawValue] + publicKey).base64EncodedString())"
  }

  /// Whether a signature of this key is right for some bytes.
  func verifies(_ signature: some DataProtocol, of message: some DataProtocol) -> Bool {
    guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey) else { return false }
    return key.isValidSignature(signature, for: message)
  }
}

/// A secret key that signs notes: `PRIVATE+KEY+NAME+NUMBER+BASE64`, as Go's sumdb/note writes it.
public struct SignerKey: Sendable {
  /// The public key that belongs to it.
  public let verifier: VerifierKey
  private let key: Curve25519.Signing.PrivateKey
  private static let prefix = "PRIVATE+KEY+"

  /// Makes a new key.
  public init(name: String, kind: NoteKeyKind = .ed25519) throws(AuditError) {
    guard NoteKeyID.isName(name) else {
      throw .badKey(
        reason: "\"\(name)\" cannot be a key's name: it must not be empty, and hold neither spaces nor plus signs. "
          + "Use the address by which the log is known, such as example.com/payments.")
    }
    self.init(name: name, kind: kind, key: Curve25519.Signing.PrivateKey())
  }

  private init(name: String, kind: NoteKeyKind, key: Curve25519.Signing.PrivateKey) {
    self.key = key
    verifier = VerifierKey(name: name, kind: kind, publicKey: Array(key.publicKey.rawRepresentation))
  }

  /// Reads a key; the error never quotes it.
  public init(_ text: String) throws(AuditError) {
    let refusal = AuditError.badKey(
      reason:
        "This is no secret key: it must be PRIVATE+KEY+NAME+8 hexadecimal digits+base64, as `vsl key new` writes it."
    )
    guard text.hasPrefix(Self.prefix) else { throw refusal }
    let parts = text.dropFirst(Self.prefix.count).split(separator: "+", maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 3, NoteKeyID.isName(String(parts[0])), let number = UInt32(parts[1], radix: 16),
      let data = Data(base64Encoded: String(parts[2])), data.count == 33,
      let kind = data.first.flatMap(NoteKeyKind.init(rawValue:)),
      let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: data.dropFirst())
    else { throw refusal }
    self.init(name: String(parts[0]), kind: kind, key: key)
    guard verifier.id.number == number else { throw refusal }
  }

  /// The key as text: a secret.
  public var secretText: String {
    let data = Data([verifier.kind.rawValue]) + key.rawRepresentation
    return "\(Self.prefix)\(verifier.id.name)+\(verifier.id.digits)+\(data.base64EncodedString())"
  }

  /// Signs some bytes.
  func signature(of message: some DataProtocol) throws(AuditError) -> [UInt8] {
    do {
      return Array(try key.signature(for: message))
    } catch {
      throw .badKey(reason: "The key of \(verifier.id.name) could not sign: \(error).")
    }
  }
}
