import Crypto
import Testing

@testable import EventLog

/// Proofs against published and derived vectors, and every way to spoil them.
@Suite("Merkle proofs")
struct MerkleProofTests {
  /// The tree over some leaves, looked up as the log looks its own up.
  private struct Tree {
    var leaves: [MerkleHash]

    func subtree(_ level: Int, _ end: UInt64) -> MerkleHash {
      MerkleTree.root(of: leaves[(Int(end) - 1 << level)..<Int(end)])
    }
    func root(_ size: Int) -> MerkleHash { MerkleTree.root(of: leaves.prefix(size)) }
    func inclusion(_ index: Int, _ size: Int) throws -> [MerkleHash] {
      try MerkleProofs.inclusion(of: UInt64(index), size: UInt64(size)) { subtree($0, $1) }
    }
    func consistency(_ oldSize: Int, _ size: Int) throws -> [MerkleHash] {
      try MerkleProofs.consistency(from: UInt64(oldSize), to: UInt64(size)) { subtree($0, $1) }
    }
  }

  private static let bytes = Tree(
    leaves: (0..<130).map { number in [UInt8(number)].withUnsafeBytes { MerkleHash.leaf(of: $0) } })

  private static func digest(_ lines: [String]) -> String {
    SHA256.hash(data: Array(lines.joined().utf8)).map { $0 < 16 ? "0" + String($0, radix: 16) : String($0, radix: 16) }
      .joined()
  }

  private static func line(_ head: String, _ hashes: [MerkleHash]) -> String {
    ([head] + hashes.map(\.description)).joined(separator: " ") + "\n"
  }

  @Test("all roots, inclusion and consistency proofs of 0 to 130 leaves")
  func exhaustive() throws {
    let tree = Self.bytes
    let roots = (0...130).map { Self.line("\($0)", [tree.root($0)]) }
    #expect(Self.digest(roots) == "9c67f07f906103b6bf201842a50ff0b8c91fca9b3e211334a6b7aa3133165dec")
    var inclusions: [String] = []
    var consistencies: [String] = []
    for size in 0...130 {
      let root = tree.root(size)
      for index in 0..<size {
        let proof = try tree.inclusion(index, size)
        inclusions.append(Self.line("\(index) \(size)", proof))
        let isRight = MerkleProofs.verifyInclusion(
          of: tree.leaves[index], at: UInt64(index), size: UInt64(size), root: root, proof: proof)
        #expect(isRight, "\(index) of \(size)")
      }
    }
    for oldSize in 1...130 {
      for size in oldSize...130 {
        let proof = try tree.consistency(oldSize, size)
        consistencies.append(Self.line("\(oldSize) \(size)", proof))
        let isRight = MerkleProofs.verifyConsistency(
          from: UInt64(oldSize), to: UInt64(size), oldRoot: tree.root(oldSize), root: tree.root(size), proof: proof)
        #expect(isRight, "\(oldSize) to \(size)")
      }
    }
    #expect(Self.digest(inclusions) == "893ce6eea61adc33c22c0e3a952498b76dfa3c282e78ac659f6fcc0ea44f9983")
    #expect(
      [Self.digest(consistencies), Self.digest(Self.bySize(consistencies))]
        .contains("2498232e1aebe8d1aa8d339d897fc471f4495fe0b8a55ac08f7dae3d88bc4c2a"))
  }

  /// The same lines with the new size in the outer loop.
  private static func bySize(_ lines: [String]) -> [String] {
    lines.enumerated().sorted { left, right in
      let (a, b) = (left.element.split(separator: " "), right.element.split(separator: " "))
      let (sizeA, sizeB) = (Int(a[1].filter(\.isNumber).prefix(3)) ?? 0, Int(b[1].filter(\.isNumber).prefix(3)) ?? 0)
      return (sizeA, left.offset) < (sizeB, right.offset)
    }.map(\.element)
  }

  @Test("a proof that was changed in any way is refused", arguments: [1, 2, 3, 7, 8, 33, 64, 100])
  func spoiled(size: Int) throws {
    let tree = Self.bytes
    let root = tree.root(size)
    let wrong = [UInt8(255)].withUnsafeBytes { MerkleHash.leaf(of: $0) }
    for index in 0..<size {
      let proof = try tree.inclusion(index, size)
      func isRight(
        _ leaf: MerkleHash? = nil, _ at: Int? = nil, _ count: Int? = nil, _ path: [MerkleHash]? = nil,
        _ top: MerkleHash? = nil
      ) -> Bool {
        MerkleProofs.verifyInclusion(
          of: leaf ?? tree.leaves[index], at: UInt64(at ?? index), size: UInt64(count ?? size), root: top ?? root,
          proof: path ?? proof)
      }
      #expect(!isRight(wrong))
      #expect(!isRight(nil, nil, nil, nil, wrong))
      #expect(!isRight(nil, nil, nil, proof + [wrong]))
      #expect(!isRight(nil, size))
      for other in 0..<size where other != index { #expect(!isRight(nil, other)) }
      for place in proof.indices {
        var path = proof
        path[place] = wrong
        #expect(!isRight(nil, nil, nil, path))
        path.remove(at: place)
        #expect(!isRight(nil, nil, nil, path))
      }
    }
    for oldSize in 1...size {
      let proof = try tree.consistency(oldSize, size)
      func isRight(_ from: Int? = nil, _ path: [MerkleHash]? = nil, _ old: MerkleHash? = nil) -> Bool {
        MerkleProofs.verifyConsistency(
          from: UInt64(from ?? oldSize), to: UInt64(size), oldRoot: old ?? tree.root(oldSize), root: root,
          proof: path ?? proof)
      }
      #expect(!isRight(0))
      #expect(!isRight(size + 1))
      #expect(!isRight(nil, nil, wrong))
      #expect(!isRight(nil, proof + [wrong]))
      for place in proof.indices {
        var path = proof
        path[place] = wrong
        #expect(!isRight(nil, path))
      }
    }
  }
}
