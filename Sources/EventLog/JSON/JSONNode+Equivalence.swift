extension JSONNode {
  /// Whether two documents say the same: members of objects in any order, numbers by value. O(n) for members in one order, O(n²) in
  /// the number of an object's members otherwise.
  public func isEquivalent(to other: JSONNode) -> Bool {
    if isNumber, other.isNumber {
      if kind == .double || other.kind == .double { return double == other.double }
      return kind == other.kind && tape[index + 1] == other.tape[other.index + 1]
    }
    guard kind == other.kind else { return false }
    switch kind {
    case .string: return stringBytes.elementsEqual(other.stringBytes)
    case .array: return elements.elementsEqual(other.elements) { $0.isEquivalent(to: $1) }
    case .object:
      guard count == other.count else { return false }
      var same = true
      forEachMember { key, value in
        var matches = false
        other.forEachMember { otherKey, otherValue in
          guard key.elementsEqual(otherKey) else { return true }
          matches = value.isEquivalent(to: otherValue)
          return false
        }
        same = matches
        return same
      }
      return same
    default: return true
    }
  }

  /// The elements of an array.
  public var elements: [JSONNode] {
    var elements: [JSONNode] = []
    forEachElement {
      elements.append($0)
      return true
    }
    return elements
  }

  /// The members of an object.
  public var members: [(name: String, value: JSONNode)] {
    var members: [(name: String, value: JSONNode)] = []
    forEachMember { key, value in
      members.append((String(decoding: key, as: UTF8.self), value))
      return true
    }
    return members
  }
}
