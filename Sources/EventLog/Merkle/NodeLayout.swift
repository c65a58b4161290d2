/// Where the interior nodes of the Merkle tree lie in the `nodes` table.
///
/// Nodes are stored in the order in which leaves complete them, lowest level first, and only those of full subtrees: they never
/// change. Leaf *m* (from 0) completes one node for each trailing one bit of *m*, so that *m* leaves have completed
/// *m* − popcount(*m*) nodes before it.
enum NodeLayout {
  /// Number of nodes that a tree of `leaves` leaves has completed.
  static func nodeCount(leaves: UInt64) -> UInt64 { leaves - UInt64(leaves.nonzeroBitCount) }

  /// The row of the root of the full subtree of 2^`level` leaves (level ≥ 1) that ends before leaf `end` (from 0).
  static func row(level: Int, end: UInt64) -> Int {
    let last = end - 1
    return Int(last - UInt64(last.nonzeroBitCount)) + level - 1
  }
}
