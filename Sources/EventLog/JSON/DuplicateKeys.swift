/// Fingerprints of the member names of the objects that a walk is inside of, innermost last.
typealias KeyStack = GrowingBuffer<MemberName>

/// A member name: a fingerprint to compare quickly, and where its string lies on the tape.
struct MemberName: BitwiseCopyable {
  var fingerprint: UInt64
  var index: Int
}

extension JSONParser {
  /// Objects with more members than this are sorted instead of compared pair by pair.
  private static let pairwiseLimit = 32

  /// What the grammar of JSON lets pass and the ledger does not.
  public enum Fault {
    /// The name of a member that its object already has: the string node of the second one.
    case duplicateKey(JSONNode)
    /// An array or object inside of ``JSONParser/maximumDepth`` others. (simdjson does not count empty ones.)
    case tooDeep(JSONNode)
  }

  /// The first fault anywhere in a document of this parser.
  ///
  /// One pass over the tape; O(n log n) at worst in the members of an object, whatever the names are.
  public func fault(in document: JSONNode) -> Fault? {
    keys.pointee.truncate(to: 0)
    return Self.fault(within: document, depth: 1, &keys.pointee)
  }

  // Recursion is bounded by `maximumDepth`.
  private static func fault(within node: JSONNode, depth: Int, _ keys: inout KeyStack) -> Fault? {
    guard depth <= maximumDepth else { return .tooDeep(node) }
    if node.isArray {
      for element in node.elements where element.isObject || element.isArray {
        if let found = fault(within: element, depth: depth + 1, &keys) { return found }
      }
      return nil
    }
    guard node.isObject else { return nil }
    let base = keys.count
    let end = node.endIndex - 1
    var index = node.index + 1
    // Bits that names have set so far: a name that finds both of its bits set may be one of them, any other is none.
    var low: UInt64 = 0
    var high: UInt64 = 0
    while index < end {
      let name = JSONNode(words: node.words, strings: node.strings, index: index)
      let bytes = name.uncheckedString
      let key = MemberName(fingerprint: fingerprint(of: bytes), index: index)
      let lowBit: UInt64 = 1 << (key.fingerprint >> 58)
      let highBit: UInt64 = 1 << (key.fingerprint >> 52 & 63)
      let mayBeThere = low & lowBit != 0 && high & highBit != 0
      low |= lowBit
      high |= highBit
      if mayBeThere, keys.count - base < pairwiseLimit {
        for place in base..<keys.count where keys[place].fingerprint == key.fingerprint {
          let other = JSONNode(words: node.words, strings: node.strings, index: keys[place].index)
          if other.uncheckedString.hasSameBytes(as: bytes) { return .duplicateKey(name) }
        }
      }
      keys.append(key)
      let value = JSONNode(words: node.words, strings: node.strings, index: index + 1)
      if value.isObject || value.isArray, let found = fault(within: value, depth: depth + 1, &keys) { return found }
      index = value.endIndex
    }
    defer { keys.truncate(to: base) }
    guard keys.count - base > pairwiseLimit else { return nil }
    return duplicateBySorting(keys, from: base, of: node).map { .duplicateKey($0) }
  }

  /// A number that equal names share: made of the length and the first and last eight bytes, which tell most names apart.
  @inline(__always)
  private static func fingerprint(of name: UnsafeRawBufferPointer) -> UInt64 {
    guard let base = name.baseAddress else { return 0 }
    // simdjson's string buffer is longer than its last string by at least 64 bytes, so eight bytes are readable here.
    var word = UInt64(littleEndian: base.loadUnaligned(as: UInt64.self))
    if name.count < 8 {
      word &= (1 << UInt64(name.count * 8)) - 1
    } else {
      let last = UInt64(littleEndian: base.loadUnaligned(fromByteOffset: name.count - 8, as: UInt64.self))
      word ^= (last ^ UInt64(name.count)) &* 0xA076_1D64_78BD_642F
    }
    return (word ^ word >> 32) &* 0x9E37_79B9_7F4A_7C15
  }

  private static func duplicateBySorting(_ keys: borrowing KeyStack, from base: Int, of node: JSONNode) -> JSONNode? {
    func bytes(_ key: MemberName) -> UnsafeRawBufferPointer {
      JSONNode(words: node.words, strings: node.strings, index: key.index).uncheckedString
    }
    var sorted = Array(keys.contents[base...])
    sorted.sort { left, right in
      left.fingerprint != right.fingerprint
        ? left.fingerprint < right.fingerprint : bytes(left).precedes(bytes(right))
    }
    for (left, right) in zip(sorted, sorted.dropFirst()) where left.fingerprint == right.fingerprint {
      if bytes(left).hasSameBytes(as: bytes(right)) {
        return JSONNode(words: node.words, strings: node.strings, index: max(left.index, right.index))
      }
    }
    return nil
  }
}
