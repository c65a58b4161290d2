import Glibc

/// Compares events that have the same identity hash.
enum EventComparison {
  enum Outcome: Equatable {
    /// Another source or id: the hashes collide.
    case otherIdentity
    /// The same event again.
    case same
    /// The same source and id, with other content.
    case conflict(source: String, id: String)
  }

  /// What two events are to each other: equal bytes settle it, else their members do (key order, white space and escapes aside).
  static func compare(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Outcome {
    if bytesAreEqual(a, b) { return .same }
    return withDocuments(a, b) { first, second in
      guard haveEqualStrings(first.member("source"), second.member("source")),
        haveEqualStrings(first.member("id"), second.member("id"))
      else { return .otherIdentity }
      // Sealed content cannot be compared: the key may be gone, and no two encryptions are alike.
      if first.isEquivalent(to: second, exceptSealed: first.isSealed || second.isSealed) { return .same }
      return .conflict(source: first.member("source")?.string ?? "", id: first.member("id")?.string ?? "")
    }
      // What cannot be read cannot be told apart: refusing is the safe answer.
      ?? .conflict(source: "", id: "")
  }

  /// True when `target` is the event that the voiding event `void` names in its data.
  static func isTarget(_ target: UnsafeRawBufferPointer, of void: UnsafeRawBufferPointer) -> Bool {
    withDocuments(target, void) { event, void in
      guard let data = void.member("data"), data.kind == .object else { return false }
      return haveEqualStrings(event.member("source"), data.member("source"))
        && haveEqualStrings(event.member("id"), data.member("id"))
    } ?? false
  }

  /// Parses both, which must be objects; nil when one is not. Hash hits on different bytes, and voids, are rare: a parser for each is
  /// made for the occasion.
  private static func withDocuments<R>(
    _ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer, _ body: (JSONNode, JSONNode) -> R
  ) -> R? {
    try? JSONParser().withDocument(a) { first in
      try JSONParser().withDocument(b) { second in
        guard first.kind == .object, second.kind == .object else { return nil }
        return body(first, second)
      }
    }
  }

  private static func haveEqualStrings(_ a: JSONNode?, _ b: JSONNode?) -> Bool {
    guard let a, let b, a.kind == .string, b.kind == .string else { return false }
    return bytesAreEqual(a.stringBytes, b.stringBytes)
  }

  private static func bytesAreEqual(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    guard a.count == b.count else { return false }
    guard let first = a.baseAddress, let second = b.baseAddress else { return true }
    return memcmp(first, second, a.count) == 0
  }
}
