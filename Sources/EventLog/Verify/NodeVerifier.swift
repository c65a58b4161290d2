import LMDB

/// Checks that every stored node of the Merkle tree is the hash of the two below it, while the leaves come by in order. With the leaves
/// right, all nodes right means that the root is that of the records.
struct NodeVerifier {
  /// The roots of the full subtrees that the leaves so far make, by level; others are of no meaning.
  private var subtrees = [MerkleHash](repeating: MerkleHash(), count: 64)

  /// Begins behind so many leaves: what they make is taken as it is stored, and checked by whoever checks them.
  init(_ snapshot: borrowing LogSnapshot, behind leafCount: UInt64) throws {
    guard leafCount > 0 else { return }
    let leaves = try snapshot.tables.leaves.reader(in: snapshot.transaction)
    let nodes = try snapshot.tables.nodes.reader(in: snapshot.transaction)
    for level in 0..<64 where leafCount >> UInt64(level) & 1 == 1 {
      let end = (leafCount >> UInt64(level)) << UInt64(level)
      let row = level == 0 ? Int(end) - 1 : NodeLayout.row(level: level, end: end)
      let table = level == 0 ? leaves : nodes
      if row < table.count { subtrees[level] = table.row(at: row) }
    }
  }

  /// The root of the tree of all leaves so far, of which there are so many.
  func root(leafCount: UInt64) -> MerkleHash {
    var root: MerkleHash?
    for level in 0..<64 where leafCount >> UInt64(level) & 1 == 1 {
      root = root.map { .node(subtrees[level], $0) } ?? subtrees[level]
    }
    return root ?? .emptyRoot
  }

  /// Takes the leaf of a position, which completes a node for each trailing zero bit of the position.
  mutating func add(
    _ leaf: MerkleHash, at position: UInt64, _ nodes: RowReader<MerkleHash>, _ report: inout VerificationReport
  ) {
    var hash = leaf
    let levels = position.trailingZeroBitCount
    var row = levels > 0 ? NodeLayout.row(level: 1, end: position) : 0
    for level in 0..<levels {
      hash = .node(subtrees[level], hash)
      if row >= nodes.count || nodes.row(at: row) != hash {
        report.add(.nodeMismatch, position, "the stored node of level \(level + 1) is not the hash of those below it")
      }
      row += 1
    }
    subtrees[levels] = hash
  }
}
