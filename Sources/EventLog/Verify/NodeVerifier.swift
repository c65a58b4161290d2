import LMDB

/// Checks that every stored node of the Merkle tree is the hash of the two below it.
struct NodeVerifier {
  let log: EventLog

  /// Checks the nodes that a range of leaves completes; for several threads at once. With the leaves right, all nodes right means that the
  /// root is that of the records.
  func run(_ positions: ClosedRange<UInt64>, _ report: inout VerificationReport) throws {
    var next = positions.lowerBound
    while next <= positions.upperBound {
      let last = min(positions.upperBound, next + LeafVerifier.step - 1)
      try log.withSnapshot { snapshot in
        let leaves = try snapshot.tables.leaves.reader(in: snapshot.transaction)
        let nodes = try snapshot.tables.nodes.reader(in: snapshot.transaction)
        for position in next...last { check(position, leaves, nodes, &report) }
        for failure in [leaves.failure, nodes.failure].compactMap(\.self) {
          report.add(.unreadable, last, failure.description)
        }
      }
      next = last + 1
    }
  }

  private func check(
    _ position: UInt64, _ leaves: RowReader<MerkleHash>, _ nodes: RowReader<MerkleHash>,
    _ report: inout VerificationReport
  ) {
    // The leaf before this position completes a node for each trailing zero bit of the position.
    for level in 0..<position.trailingZeroBitCount {
      let half = UInt64(1) << UInt64(level)
      guard let left = Self.hash(level, position - half, leaves, nodes),
        let right = Self.hash(level, position, leaves, nodes),
        let stored = Self.hash(level + 1, position, leaves, nodes), stored == .node(left, right)
      else {
        report.add(.nodeMismatch, position, "the stored node of level \(level + 1) is not the hash of those below it")
        continue
      }
    }
  }

  /// The stored root of the 2^`level` leaves that end before leaf `end`.
  private static func hash(
    _ level: Int, _ end: UInt64, _ leaves: RowReader<MerkleHash>, _ nodes: RowReader<MerkleHash>
  ) -> MerkleHash? {
    let row = level == 0 ? Int(end) - 1 : NodeLayout.row(level: level, end: end)
    let table = level == 0 ? leaves : nodes
    return row < table.count ? table.row(at: row) : nil
  }
}
