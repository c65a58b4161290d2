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

  /// What two events are to each other: equal bytes settle it, else their members do.
  static func compare(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Outcome {
    if bytesAreEqual(a, b) { return .same }
    guard let first = EventValue(a), let second = EventValue(b) else {
      // What cannot be read cannot be told apart: refusing is the safe answer.
      return .conflict(source: "", id: "")
    }
    guard first["source"] == second["source"], first["id"] == second["id"] else { return .otherIdentity }
    if first == second { return .same }
    return .conflict(source: first["source"]?.string ?? "", id: first["id"]?.string ?? "")
  }

  /// True when `target` is the event that the voiding event `void` names in its data.
  static func isTarget(_ target: UnsafeRawBufferPointer, of void: UnsafeRawBufferPointer) -> Bool {
    guard let event = EventValue(target), let data = EventValue(void)?["data"] else { return false }
    guard case .string? = data["source"], case .string? = data["id"] else { return false }
    return event["source"] == data["source"] && event["id"] == data["id"]
  }

  private static func bytesAreEqual(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    guard a.count == b.count else { return false }
    guard let first = a.baseAddress, let second = b.baseAddress else { return true }
    return memcmp(first, second, a.count) == 0
  }
}
