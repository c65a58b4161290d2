/// The Merkle tree as RFC 9162 §2.1.1 defines it, over leaves in memory: short and slow, to compare against.
public enum MerkleTree {
  /// The root of these leaf hashes. O(n) hashes.
  public static func root(of leaves: some RandomAccessCollection<MerkleHash>) -> MerkleHash {
    guard let first = leaves.first else { return .emptyRoot }
    guard leaves.count > 1 else { return first }
    // The largest power of two below the count.
    let half = 1 << (Int.bitWidth - 1 - (leaves.count - 1).leadingZeroBitCount)
    return .node(root(of: leaves.prefix(half)), root(of: leaves.dropFirst(half)))
  }
}
