/// The form that sealed content has in a record: at its place a stand-in, which names the key alone, and the content itself, encrypted,
/// in an extension attribute of the event.
public enum SealedForm {
  /// The extension attribute that holds the encrypted content.
  public static let memberName = "vslsealed"
  /// What a stand-in begins with.
  public static let prefix = "vsl:sealed:"
  /// Characters of a key's id: 16 bytes in base64url.
  public static let keyIDLength = 22

  /// The text that stands in for content sealed with a key.
  public static func standIn(for keyID: String) -> String { prefix + keyID }

  /// Whether a text is a stand-in, and of no other form.
  public static func isStandIn(_ text: UnsafeRawBufferPointer) -> Bool {
    guard text.count == prefix.utf8.count + keyIDLength else { return false }
    for (place, byte) in prefix.utf8.enumerated() where text[place] != byte { return false }
    return text.dropFirst(prefix.utf8.count).allSatisfy(isBase64URL)
  }

  private static func isBase64URL(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "a")...UInt8(ascii: "z"),
      UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "_"):
      true
    default: false
    }
  }
}

extension JSONNode {
  /// Whether an event holds sealed content.
  public var isSealed: Bool { member("vslsealed")?.isString == true }

  /// Whether the value is the text that stands in for sealed content.
  public var isStandIn: Bool { isString && SealedForm.isStandIn(uncheckedString) }
}
