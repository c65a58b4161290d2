import EventLog
import ValueStream

/// Whose sealed content is meant: `person:ana`, `item:PAY-1`, `key:ID`, or the stand-in `vsl:sealed:ID`.
public enum ErasureSubject: Equatable, Sendable {
  /// A person, or the subject of events.
  case owner(KeyOwner)
  /// The key with an id.
  case key(String)

  /// Reads a subject.
  public init(_ text: String) throws(AuditError) {
    if text.hasPrefix(SealedForm.prefix) {
      self = .key(String(text.dropFirst(SealedForm.prefix.utf8.count)))
      return
    }
    let kinds = [KeyOwner.personKind] + SubjectClass.allCases.filter { $0 != .key }.map(\.name)
    guard let colon = text.firstIndex(of: ":") else {
      throw .refused(
        reason:
          "\"\(text)\" does not say whose content is meant. Write person:NAME, item:ID (or another class), or key:ID.")
    }
    let kind = String(text[..<colon])
    let name = String(text[colon...].dropFirst())
    guard !name.isEmpty else { throw .refused(reason: "\(text) names nobody: there is nothing behind the colon.") }
    if kind == SubjectClass.key.name {
      self = .key(name)
    } else if kinds.contains(kind) {
      self = .owner(KeyOwner(kind: kind, name: name))
    } else {
      let meant = NearestName.of(kind, in: kinds).map { "; did you mean \($0)?" } ?? "."
      throw .refused(
        reason: "There is no content of a \"\(kind)\"\(meant) Known are \(kinds.joined(separator: ", ")), key.")
    }
  }
}
