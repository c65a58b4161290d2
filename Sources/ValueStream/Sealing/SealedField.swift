import EventLog

/// A field of events that is encrypted before it is recorded: where it stands, and with whose key.
public struct SealedField: Hashable, Sendable {
  /// Whose key a field is sealed with.
  public enum Owner: String, Sendable {
    /// The person whom the field names.
    case person
    /// What the event is about.
    case subject
  }

  /// The names of the members that lead to it, from the event itself.
  public let path: [String]
  /// Whose key it is sealed with.
  public let owner: Owner

  /// What the envelope needs in clear, and what a stand-in would make invalid.
  private static let neverSealed: Set<String> = [
    "specversion", "id", "source", "type", "time", "subject", "valuestream", "datacontenttype", "dataschema",
    "data_base64", SealedForm.memberName,
  ]

  init(path: [String], owner: Owner) {
    self.path = path
    self.owner = owner
  }

  /// Reads a JSON pointer that was accepted once.
  init?(pointer: String, owner: Owner) {
    guard pointer.hasPrefix("/"), let path = Self.path(ofPointer: pointer) else { return nil }
    self.init(path: path, owner: owner)
  }

  /// Reads a place as people write it: a member of `data` by its name (`comment`), or a JSON pointer (`/data/customer/name`).
  ///
  /// - Parameter vocabulary: fields that its numbers follow from cannot be sealed.
  public init(_ text: String, owner: Owner, vocabulary: Vocabulary = .standard) throws(SealingProblem) {
    func problem(_ reason: String) -> SealingProblem {
      SealingProblem(description: "\"\(RefusalText.shorten(text))\" cannot be sealed: \(reason)")
    }
    let path = text.hasPrefix("/") ? Self.path(ofPointer: text) : ["data", text]
    guard let path, let first = path.first, !text.isEmpty, path.allSatisfy({ !$0.isEmpty }) else {
      throw problem("write the name of a member of data (comment), or a JSON pointer (/data/customer/name)")
    }
    guard text.unicodeScalars.allSatisfy({ $0.value >= 0x20 && !(0x7F...0x9F).contains($0.value) }) else {
      throw problem("its name holds a control character")
    }
    guard !Self.neverSealed.contains(first) else {
      throw problem("the ledger needs it in clear. Let the source use a pseudonym there")
    }
    guard path != ["data"] else { throw problem("name the members of data that are personal, one by one") }
    if path.count == 2, first == "data" {
      for definition in vocabulary.definitions {
        guard let member = definition.member(path[1]) else { continue }
        guard member.form == .text, member.allowed == nil else {
          throw problem("\(definition.shortName) wants another value there than the text that would stand in for it")
        }
        guard !member.isCounted || (member.isAttribute && owner == .person) else {
          throw problem("numbers of \(definition.shortName) follow from it, and would change")
        }
      }
    } else if path.count > 2, first == "data" {
      for definition in vocabulary.definitions where definition.member(path[1])?.isCounted == true {
        throw problem("numbers of \(definition.shortName) follow from it, and would change")
      }
    }
    self.init(path: path, owner: owner)
  }

  /// The place as a JSON pointer.
  public var pointer: String { path.reduce(JSONPointer.root) { $0.appending($1) }.description }

  /// Whether one of the places lies in the other.
  func overlaps(_ other: SealedField) -> Bool { path.starts(with: other.path) || other.path.starts(with: path) }

  private static func path(ofPointer pointer: String) -> [String]? {
    var path: [String] = []
    for part in pointer.dropFirst().split(separator: "/", omittingEmptySubsequences: false) {
      var name = ""
      var isEscape = false
      for character in part.unicodeScalars {
        if isEscape {
          guard character == "0" || character == "1" else { return nil }
          name.unicodeScalars.append(character == "0" ? "~" : "/")
          isEscape = false
        } else if character == "~" {
          isEscape = true
        } else {
          name.unicodeScalars.append(character)
        }
      }
      guard !isEscape else { return nil }
      path.append(name)
    }
    return path
  }
}

/// Why a rule for sealing cannot hold: what is wrong and what to do.
public struct SealingProblem: Error, Equatable, Sendable, CustomStringConvertible {
  /// What is wrong.
  public var description: String
}
