import LMDB

/// The roots of the full subtrees that a tree of some size consists of, largest first: all that appending needs to know of the tree.
struct CompactRange {
  /// Number of leaves.
  private(set) var size: UInt64 = 0
  /// One root for each set bit of `size`, the highest first.
  private(set) var roots: [MerkleHash] = []

  /// The range of a tree of no leaves.
  init() { roots.reserveCapacity(64) }

  /// The range of `size` leaves, with the roots that `root` looks up by level and by the leaf behind the subtree's last.
  init(size: UInt64, root: (_ level: Int, _ end: UInt64) throws -> MerkleHash) rethrows {
    self.init()
    var end: UInt64 = 0
    for level in (0..<64).reversed() where size & (1 << UInt64(level)) != 0 {
      end += 1 << UInt64(level)
      roots.append(try root(level, end))
    }
    self.size = size
  }

  /// Appends a leaf, and the nodes that it completes to `nodes`, lowest first. Less than one node hash a leaf on average.
  mutating func append(_ leaf: MerkleHash, nodes: inout [MerkleHash]) {
    var hash = leaf
    var rest = size
    while rest & 1 == 1, let left = roots.popLast() {
      hash = .node(left, hash)
      nodes.append(hash)
      rest >>= 1
    }
    roots.append(hash)
    size += 1
  }

  /// The root of the tree: the subtrees joined from the right. O(log n) hashes.
  var root: MerkleHash {
    guard var hash = roots.last else { return .emptyRoot }
    for left in roots.dropLast().reversed() { hash = .node(left, hash) }
    return hash
  }
}

extension CompactRange {
  /// The range of the log's first `size` leaves, from the stored leaves and nodes. O(log² n).
  static func load(
    size: UInt64, tables: LogTables, in transaction: borrowing some Transaction & ~Copyable
  ) throws -> CompactRange {
    try CompactRange(size: size) { level, end in
      let stored =
        if level == 0 {
          try tables.leaves.row(at: Int(end) - 1, in: transaction)
        } else {
          try tables.nodes.row(at: NodeLayout.row(level: level, end: end), in: transaction)
        }
      guard let stored else {
        throw LedgerError.damaged(what: "a node of level \(level) of the Merkle tree is missing", position: end)
      }
      return stored
    }
  }
}
