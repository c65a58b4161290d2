extension JSONNode {
  /// Objects with more members than this are compared in sorted order.
  private static var scanLimit: Int { 64 }

  /// Whether two values mean the same: order of members does not matter, numbers count by value (1, 1.0 and 1e0 are one number).
  ///
  /// Both documents must be free of duplicate member names. O(n) when members come in the same order; never worse than O(n log n)
  /// but for objects of at most 64 members.
  public func isEquivalent(to other: JSONNode) -> Bool {
    switch (kind, other.kind) {
    case (.object, .object): hasEquivalentMembers(other)
    case (.array, .array): hasEquivalentElements(other)
    case (.string, .string): uncheckedString.hasSameBytes(as: other.uncheckedString)
    case (.true, .true), (.false, .false), (.null, .null): true
    case (.integer, .integer), (.unsigned, .unsigned): words[index + 1] == other.words[other.index + 1]
    case (.integer, .unsigned), (.unsigned, .integer): false
    case (.double, .double): double == other.double
    case (.integer, .double), (.double, .integer): integer != nil && integer == other.integer
    case (.unsigned, .double), (.double, .unsigned): unsigned != nil && unsigned == other.unsigned
    default: false
    }
  }

  private func hasEquivalentElements(_ other: JSONNode) -> Bool {
    var mine = elements
    var its = other.elements
    while let left = mine.next() {
      guard let right = its.next(), left.isEquivalent(to: right) else { return false }
    }
    return its.next() == nil
  }

  private func hasEquivalentMembers(_ other: JSONNode) -> Bool {
    var count = 0
    var its = other.members
    for (key, value) in members {
      count += 1
      // Usually written by one program, in one order.
      if let next = its.next(), next.key.hasSameBytes(as: key) {
        guard value.isEquivalent(to: next.value) else { return false }
        continue
      }
      if count > Self.scanLimit { return hasEquivalentSortedMembers(other) }
      guard let found = other.member(key), value.isEquivalent(to: found) else { return false }
    }
    var itsCount = 0
    for _ in other.members { itsCount += 1 }
    return count == itsCount
  }

  private func hasEquivalentSortedMembers(_ other: JSONNode) -> Bool {
    let mine = members.sorted { $0.key.precedes($1.key) }
    let its = other.members.sorted { $0.key.precedes($1.key) }
    guard mine.count == its.count else { return false }
    return zip(mine, its).allSatisfy { left, right in
      left.key.hasSameBytes(as: right.key) && left.value.isEquivalent(to: right.value)
    }
  }
}
