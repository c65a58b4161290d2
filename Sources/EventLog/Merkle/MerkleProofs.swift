/// Proofs of a Merkle tree (RFC 9162 §2.1.3 and §2.1.4, the same as RFC 6962): that a leaf is in it, and that it goes on from a smaller one.
///
/// Making a proof looks up O(log² n) stored hashes and computes as many; checking one needs no log at all.
public enum MerkleProofs {
  /// Looks up the root of a full subtree of 2^`level` leaves that ends before leaf `end` (from 0).
  typealias Lookup = (_ level: Int, _ end: UInt64) throws -> MerkleHash

  /// The hashes that lead from a leaf to the root, the leaf's sibling first: PATH(index, D[size]).
  static func inclusion(of index: UInt64, size: UInt64, _ lookup: Lookup) throws -> [MerkleHash] {
    var begin: UInt64 = 0
    var end = size
    var proof: [MerkleHash] = []
    while end - begin > 1 {
      let middle = begin + half(end - begin)
      if index < middle {
        proof.append(try root(middle, end, lookup))
        end = middle
      } else {
        proof.append(try root(begin, middle, lookup))
        begin = middle
      }
    }
    return proof.reversed()
  }

  /// The hashes that show that a tree of `size` leaves begins with one of `oldSize`: PROOF(oldSize, D[size]). 0 < oldSize ≤ size.
  static func consistency(from oldSize: UInt64, to size: UInt64, _ lookup: Lookup) throws -> [MerkleHash] {
    var begin: UInt64 = 0
    var end = size
    var isWhole = true
    var proof: [MerkleHash] = []
    while oldSize < end {
      let middle = begin + half(end - begin)
      if oldSize <= middle {
        proof.append(try root(middle, end, lookup))
        end = middle
      } else {
        proof.append(try root(begin, middle, lookup))
        begin = middle
        isWhole = false
      }
    }
    if !isWhole { proof.append(try root(begin, end, lookup)) }
    return proof.reversed()
  }

  /// The root of the leaves from one to before another, where that is a subtree of the whole.
  static func root(_ begin: UInt64, _ end: UInt64, _ lookup: Lookup) throws -> MerkleHash {
    let count = end - begin
    if count & (count - 1) == 0 { return try lookup(count.trailingZeroBitCount, end) }
    let middle = begin + half(count)
    return .node(try root(begin, middle, lookup), try root(middle, end, lookup))
  }

  /// The largest power of two below a count of at least 2.
  private static func half(_ count: UInt64) -> UInt64 { 1 << UInt64(63 - (count - 1).leadingZeroBitCount) }

  /// Whether a proof leads from a leaf to the root of a tree (RFC 9162 §2.1.3.2).
  public static func verifyInclusion(
    of leaf: MerkleHash, at index: UInt64, size: UInt64, root: MerkleHash, proof: [MerkleHash]
  ) -> Bool {
    guard index < size else { return false }
    var first = index
    var last = size - 1
    var hash = leaf
    for step in proof {
      guard last != 0 else { return false }
      if first & 1 == 1 || first == last {
        hash = .node(step, hash)
        while first & 1 == 0, first != 0 {
          first >>= 1
          last >>= 1
        }
      } else {
        hash = .node(hash, step)
      }
      first >>= 1
      last >>= 1
    }
    return last == 0 && hash == root
  }

  /// Whether a proof shows that the tree of `size` leaves begins with that of `oldSize` (RFC 9162 §2.1.4.2). A tree of no leaves is refused as
  /// the old one: every tree begins with it, and nothing would be shown.
  public static func verifyConsistency(
    from oldSize: UInt64, to size: UInt64, oldRoot: MerkleHash, root: MerkleHash, proof: [MerkleHash]
  ) -> Bool {
    guard oldSize > 0, oldSize <= size else { return false }
    if oldSize == size { return proof.isEmpty && oldRoot == root }
    var path = proof
    if oldSize & (oldSize - 1) == 0 { path.insert(oldRoot, at: 0) }
    guard let start = path.first, !proof.isEmpty else { return false }
    var first = oldSize - 1
    var last = size - 1
    while first & 1 == 1 {
      first >>= 1
      last >>= 1
    }
    var old = start
    var new = start
    for step in path.dropFirst() {
      guard last != 0 else { return false }
      if first & 1 == 1 || first == last {
        old = .node(step, old)
        new = .node(step, new)
        while first & 1 == 0, first != 0 {
          first >>= 1
          last >>= 1
        }
      } else {
        new = .node(new, step)
      }
      first >>= 1
      last >>= 1
    }
    return last == 0 && old == oldRoot && new == root
  }
}

extension LogSnapshot {
  /// Proves that the record at a position is in the tree of the first `size` records. O(log² n).
  ///
  /// - Throws: ``LedgerError`` when the tree is damaged. Nil when 1 ≤ position ≤ size ≤ the log's size does not hold.
  public func inclusionProof(of position: UInt64, size: UInt64) throws -> [MerkleHash]? {
    guard position >= 1, position <= size, size <= self.size else { return nil }
    return try MerkleProofs.inclusion(of: position - 1, size: size) { try subtreeRoot(level: $0, end: $1) }
  }

  /// Proves that the tree of the first `size` records begins with that of the first `oldSize`. O(log² n).
  ///
  /// - Throws: ``LedgerError`` when the tree is damaged. Nil when 1 ≤ oldSize ≤ size ≤ the log's size does not hold.
  public func consistencyProof(from oldSize: UInt64, to size: UInt64) throws -> [MerkleHash]? {
    guard oldSize >= 1, oldSize <= size, size <= self.size else { return nil }
    return try MerkleProofs.consistency(from: oldSize, to: size) { try subtreeRoot(level: $0, end: $1) }
  }

  /// The root of the records from one position to before another (positions from 1), where those are a subtree of the whole. O(log² n).
  public func rangeRoot(from begin: UInt64, before end: UInt64) throws -> MerkleHash {
    try MerkleProofs.root(begin - 1, end - 1) { try subtreeRoot(level: $0, end: $1) }
  }

  /// The leaf hash of the record at a position; nil when there is none.
  public func leafHash(at position: UInt64) throws -> MerkleHash? {
    guard position >= 1, position <= size else { return nil }
    return try subtreeRoot(level: 0, end: position)
  }

  /// The root of the full subtree of 2^`level` leaves that ends before leaf `end` (from 0), a multiple of 2^`level` up to the size. O(log n).
  public func subtreeRoot(level: Int, end: UInt64) throws -> MerkleHash {
    let stored =
      level == 0
      ? try tables.leaves.row(at: Int(end) - 1, in: transaction)
      : try tables.nodes.row(at: NodeLayout.row(level: level, end: end), in: transaction)
    guard let stored else {
      throw LedgerError.damaged(what: "a node of level \(level) of the Merkle tree is missing", position: end)
    }
    return stored
  }
}
