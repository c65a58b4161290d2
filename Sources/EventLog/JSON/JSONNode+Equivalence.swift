extension JSONNode {
  /// Objects with more members than this are compared in sorted order.
  private static var scanLimit: Int { 64 }

  /// Whether two values mean the same: order of members does not matter, numbers count by value (1, 1.0 and 1e0 are one number).
  ///
  /// Both documents must be free of duplicate member names. O(n) when members come in the same order; never worse than O(n log n)
  /// but for objects of at most 64 members.
  ///
  /// - Parameter exceptSealed: whether a stand-in for sealed content equals whatever stands at its place in the other, and the attribute
  ///   with the encrypted content does not count.
  public func isEquivalent(to other: JSONNode, exceptSealed: Bool = false) -> Bool {
    if exceptSealed, isStandIn || other.isStandIn { return true }
    return hasSameMeaning(as: other, exceptSealed)
  }

  private func hasSameMeaning(as other: JSONNode, _ exceptSealed: Bool) -> Bool {
    switch (kind, other.kind) {
    case (.object, .object): hasEquivalentMembers(other, exceptSealed)
    case (.array, .array): hasEquivalentElements(other, exceptSealed)
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

  private func hasEquivalentElements(_ other: JSONNode, _ exceptSealed: Bool) -> Bool {
    var mine = elements
    var its = other.elements
    while let left = mine.next() {
      guard let right = its.next(), left.isEquivalent(to: right, exceptSealed: exceptSealed) else { return false }
    }
    return its.next() == nil
  }

  private func hasEquivalentMembers(_ other: JSONNode, _ exceptSealed: Bool) -> Bool {
    var count = 0
    var its = other.members
    for (key, value) in members {
      if exceptSealed, Self.isSealedContent(key) { continue }
      count += 1
      // Usually written by one program, in one order.
      if let next = its.next(), next.key.hasSameBytes(as: key) {
        guard value.isEquivalent(to: next.value, exceptSealed: exceptSealed) else { return false }
        continue
      }
      if count > Self.scanLimit { return hasEquivalentSortedMembers(other, exceptSealed) }
      guard let found = other.member(key), value.isEquivalent(to: found, exceptSealed: exceptSealed) else {
        return false
      }
    }
    var itsCount = 0
    for (key, _) in other.members where !exceptSealed || !Self.isSealedContent(key) { itsCount += 1 }
    return count == itsCount
  }

  private func hasEquivalentSortedMembers(_ other: JSONNode, _ exceptSealed: Bool) -> Bool {
    let mine = sortedMembers(exceptSealed)
    let its = other.sortedMembers(exceptSealed)
    guard mine.count == its.count else { return false }
    return zip(mine, its).allSatisfy { left, right in
      left.key.hasSameBytes(as: right.key) && left.value.isEquivalent(to: right.value, exceptSealed: exceptSealed)
    }
  }

  private func sortedMembers(_ exceptSealed: Bool) -> [(key: UnsafeRawBufferPointer, value: JSONNode)] {
    members.filter { !exceptSealed || !Self.isSealedContent($0.key) }.sorted { $0.key.precedes($1.key) }
  }

  private static func isSealedContent(_ key: UnsafeRawBufferPointer) -> Bool {
    let name: StaticString = "vslsealed"
    return key.hasSameBytes(as: UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
  }
}
