import Crypto
import EventLog

/// Encrypts the personal fields of events before they are recorded.
///
/// Each field's value becomes a stand-in that names a key and nothing else. The value itself goes, with its place, encrypted (AES-256-GCM,
/// bound to the event's source and id) into the attribute ``SealedForm/memberName``. All else of the event's text stays byte for byte, so
/// that the event can be had back exactly while the key exists. One a thread.
public final class EventSealer {
  /// The rules.
  public let rules: SealingRules
  /// The keys; nil when they are not at hand: then events with personal fields are refused.
  public let keys: PersonalKeys?

  let encodedRules: [UInt8]

  /// Makes a sealer. Refuses a file of keys that is not the one that the rules name.
  public init(rules: SealingRules, keys: PersonalKeys?) throws(PersonalKeysError) {
    if let keys, keys.storeID != rules.store {
      throw PersonalKeysError(
        path: keys.path,
        reason:
          "this file has the id \(keys.storeID), and the ledger seals with the keys of \(rules.store). Name that file")
    }
    self.rules = rules
    self.keys = keys
    encodedRules = rules.encoded
  }

  /// Seals an event.
  ///
  /// - Parameters:
  ///   - root: the event, valid by its schema.
  ///   - text: what it was parsed from.
  ///   - definition: its type; nil for types that the vocabulary does not know.
  /// - Returns: the sealed event's text; nil when it has no personal field in clear.
  func seal(
    _ root: JSONNode, text: UnsafeRawBufferPointer, definition: EventDefinition?, line: Int
  ) throws(EventRefusal) -> [UInt8]? {
    var replacements: [(range: Range<Int>, standIn: String)] = []
    var sealed: [String] = []
    for field in (definition?.personalFields ?? []) + rules.fields {
      guard let value = root.value(at: field.path), !value.isNull, !value.isStandIn,
        let range = root.span(of: field.path, in: text)
      else { continue }
      let key = try key(for: field, value, root, definition, line)
      sealed.append(try encrypt(UnsafeRawBufferPointer(rebasing: text[range]), of: field, with: key, root, line))
      replacements.append((range, SealedForm.standIn(for: key.id)))
    }
    guard !replacements.isEmpty else { return nil }
    return assemble(text, root, replacements.sorted { $0.range.lowerBound < $1.range.lowerBound }, sealed)
  }

  private func key(
    for field: SealedField, _ value: JSONNode, _ root: JSONNode, _ definition: EventDefinition?, _ line: Int
  ) throws(EventRefusal) -> PersonalKey {
    func refusal(_ message: String) -> EventRefusal {
      EventRefusal(line: line, pointer: field.pointer, rule: "sealing", value: "", message: message)
    }
    guard let keys else {
      throw refusal("the ledger seals this field, and the file of its keys is not named (--personal-keys FILE)")
    }
    let owner: KeyOwner
    switch field.owner {
    case .person:
      guard let name = value.string else { throw refusal("names a person and must be a text to be sealed") }
      owner = KeyOwner(kind: KeyOwner.personKind, name: name)
    case .subject:
      let name = root.member("subject")?.string ?? root.member("id")?.string ?? ""
      owner = KeyOwner(kind: (definition?.subjectClass ?? .opaque).name, name: name)
    }
    do {
      return try keys.makeKey(of: owner)
    } catch {
      throw refusal("its key cannot be made: \(error.description)")
    }
  }

  private func encrypt(
    _ value: UnsafeRawBufferPointer, of field: SealedField, with key: PersonalKey, _ root: JSONNode, _ line: Int
  ) throws(EventRefusal) -> String {
    var content: [UInt8] = [UInt8(ascii: "[")]
    JSONText.appendString(field.pointer, to: &content)
    content.append(UInt8(ascii: ","))
    content.append(contentsOf: value)
    content.append(UInt8(ascii: "]"))
    // Spaces, so that the length does not tell one short name from another.
    content += [UInt8](repeating: 0x20, count: (32 - content.count % 32) % 32)
    do {
      let box = try AES.GCM.seal(content, using: key.secret, authenticating: SealedContent.binding(root))
      guard let combined = box.combined else { throw CryptoKitError.incorrectParameterSize }
      return key.id + "." + Base64URL.encode(combined)
    } catch {
      throw EventRefusal(
        line: line, pointer: field.pointer, rule: "sealing", value: "", message: "could not be encrypted: \(error)")
    }
  }

  private func assemble(
    _ text: UnsafeRawBufferPointer, _ root: JSONNode, _ replacements: [(range: Range<Int>, standIn: String)],
    _ sealed: [String]
  ) -> [UInt8] {
    var parts: [(range: Range<Int>, with: [UInt8])] = replacements.map { ($0.range, Array("\"\($0.standIn)\"".utf8)) }
    let content = sealed.joined(separator: ",")
    if let range = root.span(of: [SealedForm.memberName], in: text) {
      let before = root.member("vslsealed")?.string.map { $0 + "," } ?? ""
      parts.append((range, Array("\"\(before)\(content)\"".utf8)))
      parts.sort { $0.range.lowerBound < $1.range.lowerBound }
    } else {
      var end = text.count
      while end > 0, text[end - 1] != UInt8(ascii: "}") { end -= 1 }
      parts.append((end - 1..<end - 1, Array(",\"\(SealedForm.memberName)\":\"\(content)\"".utf8)))
    }
    return SealedContent.replacing(parts, in: text)
  }
}
