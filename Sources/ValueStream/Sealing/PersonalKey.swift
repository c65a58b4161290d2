import Crypto
import EventLog
import Foundation

/// Whose content a key seals.
public struct KeyOwner: Hashable, Sendable, CustomStringConvertible {
  /// `person`, or the class of a subject such as `item`.
  public let kind: String
  /// The person's name or the subject's id, as events write it.
  public let name: String

  /// An owner.
  public init(kind: String, name: String) {
    self.kind = kind
    self.name = name
  }

  /// The kind of owners who are people.
  public static let personKind = "person"

  /// `person:ana`
  public var description: String { "\(kind):\(name)" }
}

/// A key that seals the content of one person or item.
public struct PersonalKey: Sendable {
  /// 16 random bytes in base64url. It stands in the records, and says nothing of the owner.
  public let id: String
  /// Whose content it seals.
  public let owner: KeyOwner
  let secret: SymmetricKey

  /// A new key of 256 random bits.
  init(for owner: KeyOwner) {
    id = Base64URL.encode(SymmetricKey(size: .bits128).withUnsafeBytes { Array($0) })
    self.owner = owner
    secret = SymmetricKey(size: .bits256)
  }

  /// One line of a file of keys, without its end: id, check, secret, kind, name as JSON.
  var line: [UInt8] {
    var rest = Array(
      "\(Base64URL.encode(secret.withUnsafeBytes { Array($0) })) \(owner.kind.replacing(" ", with: "-")) ".utf8)
    JSONText.appendString(owner.name, to: &rest)
    return Array("\(id) \(Self.check(id, rest)) ".utf8) + rest
  }

  /// Reads a line; nil when it is damaged.
  init?(line: ArraySlice<UInt8>, parser: JSONParser) {
    let parts = line.split(separator: 0x20, maxSplits: 4, omittingEmptySubsequences: false)
    guard parts.count == 5, parts[0].count == SealedForm.keyIDLength else { return nil }
    let id = String(decoding: parts[0], as: UTF8.self)
    let rest = Array(line[parts[2].startIndex...])
    guard String(decoding: parts[1], as: UTF8.self) == Self.check(id, rest),
      let secret = Base64URL.decode(String(decoding: parts[2], as: UTF8.self)), secret.count == 32,
      let name = try? parser.parse(String(decoding: parts[4], as: UTF8.self)).string
    else { return nil }
    self.id = id
    owner = KeyOwner(kind: String(decoding: parts[3], as: UTF8.self).replacing("-", with: " "), name: name)
    self.secret = SymmetricKey(data: secret)
  }

  private static func check(_ id: String, _ rest: [UInt8]) -> String {
    let hash = SHA256.hash(data: Array(id.utf8) + rest)
    return Base64URL.encode(Array(hash.prefix(6)))
  }
}

/// Base64 with `-` and `_`, without padding (RFC 4648 §5).
enum Base64URL {
  static func encode(_ bytes: some DataProtocol) -> String {
    Data(bytes).base64EncodedString().replacing("+", with: "-").replacing("/", with: "_").replacing("=", with: "")
  }

  static func decode(_ text: String) -> [UInt8]? {
    let padding = String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
    return Data(base64Encoded: text.replacing("-", with: "+").replacing("_", with: "/") + padding).map { Array($0) }
  }
}
