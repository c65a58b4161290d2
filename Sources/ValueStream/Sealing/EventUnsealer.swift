import Crypto
import EventLog

/// Gives events their sealed content back, as far as its keys exist. One a thread.
public final class EventUnsealer {
  private let keys: PersonalKeys
  private let parser = JSONParser()
  private let contentParser = JSONParser()

  /// Makes an unsealer.
  public init(keys: PersonalKeys) { self.keys = keys }

  /// A sealed value that could be read.
  public struct Value {
    /// Whose it is.
    public var owner: KeyOwner
    /// The key's id.
    public var keyID: String
    /// Where it stood, a JSON pointer.
    public var pointer: String
    /// The value as JSON.
    public var json: [UInt8]
  }

  /// The event as it was before it was sealed, byte for byte when all of its keys exist; what cannot be read stays sealed. nil when nothing
  /// of it is sealed, or nothing could be read.
  public func unseal(_ event: UnsafeRawBufferPointer) -> [UInt8]? {
    guard let root = try? parser.parse(copying: event), let sealed = root.member("vslsealed")?.string,
      let member = root.span(of: [SealedForm.memberName], in: event)
    else { return nil }
    var parts: [(range: Range<Int>, with: [UInt8])] = []
    var kept: [String] = []
    for entry in SealedContent.entries(sealed) {
      if let value = value(of: entry, root), let field = SealedField(pointer: value.pointer, owner: .subject),
        let standIn = root.value(at: field.path), standIn.string == SealedForm.standIn(for: entry.keyID),
        let range = root.span(of: field.path, in: event)
      {
        parts.append((range, value.json))
      } else {
        kept.append("\(entry.keyID).\(entry.content)")
      }
    }
    guard !parts.isEmpty else { return nil }
    parts.append(
      kept.isEmpty ? (wholeMember(member, event), []) : (member, Array("\"\(kept.joined(separator: ","))\"".utf8)))
    parts.sort { $0.range.lowerBound < $1.range.lowerBound }
    return SealedContent.replacing(parts, in: event)
  }

  /// The values of an event that can be read.
  public func values(_ event: UnsafeRawBufferPointer) -> [Value] {
    guard let root = try? parser.parse(copying: event), let sealed = root.member("vslsealed")?.string else { return [] }
    return SealedContent.entries(sealed).compactMap { value(of: $0, root) }
  }

  private func value(of entry: SealedContent.Entry, _ root: JSONNode) -> Value? {
    guard let key = keys.key(id: entry.keyID), let bytes = Base64URL.decode(entry.content),
      let box = try? AES.GCM.SealedBox(combined: bytes),
      let content = try? AES.GCM.open(box, using: key.secret, authenticating: SealedContent.binding(root))
    else { return nil }
    return Array(content).withUnsafeBytes { text in
      guard let list = try? contentParser.parse(copying: text), list.isArray else { return nil }
      let elements = Array(list.elements)
      guard elements.count == 2, let pointer = elements[0].string else { return nil }
      // The value's own text lies between the comma behind the pointer and the bracket at the end.
      var encoded: [UInt8] = []
      JSONText.appendString(pointer, to: &encoded)
      let start = 1 + encoded.count + 1
      guard let end = text.lastIndex(of: UInt8(ascii: "]")), start < end else { return nil }
      return Value(owner: key.owner, keyID: entry.keyID, pointer: pointer, json: Array(text[start..<end]))
    }
  }

  /// The member with its name and the comma before it, or behind it when it is the first.
  private func wholeMember(_ value: Range<Int>, _ text: UnsafeRawBufferPointer) -> Range<Int> {
    var start = value.lowerBound
    while start > 0, text[start - 1] != UInt8(ascii: ",") && text[start - 1] != UInt8(ascii: "{") { start -= 1 }
    if start > 0, text[start - 1] == UInt8(ascii: ",") { return start - 1..<value.upperBound }
    var end = value.upperBound
    while end < text.count, text[end] == UInt8(ascii: ",") || text[end] <= 0x20 { end += 1 }
    return start..<end
  }
}
