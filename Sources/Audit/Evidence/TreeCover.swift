import EventLog

/// A tree with some of its leaves disclosed: each record that is shown, and one hash for each largest subtree of which nothing is shown.
/// Together they make the root, so that every position is either disclosed or known to be withheld; none can be slipped in or left out.
enum TreeCover {
  /// The hashes of what is withheld, from left to right.
  ///
  /// - Parameter disclosed: positions, ascending.
  static func hashes(size: UInt64, disclosed: [UInt64], _ root: (_ begin: UInt64, _ end: UInt64) throws -> MerkleHash)
    rethrows
    -> [MerkleHash]
  {
    var hashes: [MerkleHash] = []
    try walk(1, size + 1, disclosed[...]) { begin, end, isDisclosed in
      if !isDisclosed { hashes.append(try root(begin, end)) }
      return .init()
    }
    return hashes
  }

  /// The root that disclosed leaves and hashes of the rest make; nil when the hashes are too few or too many.
  static func root(size: UInt64, disclosed: [UInt64], leaves: [MerkleHash], hashes: [MerkleHash]) -> MerkleHash? {
    guard size > 0 else { return leaves.isEmpty && hashes.isEmpty ? .emptyRoot : nil }
    var leaves = leaves[...]
    var hashes = hashes[...]
    var isShort = false
    let root = walk(1, size + 1, disclosed[...]) { _, _, isDisclosed in
      guard let hash = isDisclosed ? leaves.popFirst() : hashes.popFirst() else {
        isShort = true
        return MerkleHash()
      }
      return hash
    }
    return isShort || !leaves.isEmpty || !hashes.isEmpty ? nil : root
  }

  /// Goes down to disclosed leaves and to subtrees without any, in order; joins what `hash` says of them.
  @discardableResult
  private static func walk(
    _ begin: UInt64, _ end: UInt64, _ disclosed: ArraySlice<UInt64>,
    _ hash: (_ begin: UInt64, _ end: UInt64, _ isDisclosed: Bool) throws -> MerkleHash
  ) rethrows -> MerkleHash {
    guard end > begin else { return .emptyRoot }
    guard !disclosed.isEmpty else { return try hash(begin, end, false) }
    guard end - begin > 1 else { return try hash(begin, end, true) }
    let middle = begin + (1 << UInt64(63 - (end - begin - 1).leadingZeroBitCount))
    let split = disclosed.partitioningIndex { $0 >= middle }
    let left = try walk(begin, middle, disclosed[..<split], hash)
    let right = try walk(middle, end, disclosed[split...], hash)
    return .node(left, right)
  }
}

extension ArraySlice {
  /// The first place of a sorted slice at which `belongs` holds; the end when there is none. O(log n).
  fileprivate func partitioningIndex(_ belongs: (Element) -> Bool) -> Int {
    var low = startIndex
    var high = endIndex
    while low < high {
      let middle = (low + high) / 2
      if belongs(self[middle]) { high = middle } else { low = middle + 1 }
    }
    return low
  }
}
