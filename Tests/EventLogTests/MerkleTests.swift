import Foundation
import TestSupport
import Testing

@testable import EventLog

/// The vectors of transparency-dev/merkle (Apache-2.0): `testonly/constants.go`, `compact/range_test.go`, `rfc6962/rfc6962_test.go`.
@Suite struct MerkleTests {
  static let leaves: [[UInt8]] = [
    [], [0x00], [0x10], [0x20, 0x21], [0x30, 0x31], [0x40, 0x41, 0x42, 0x43], Array(0x50...0x57), Array(0x60...0x6f),
  ]
  static let roots = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
  ]

  func leaf(_ bytes: [UInt8]) -> MerkleHash { bytes.withUnsafeBytes { .leaf(of: $0) } }

  @Test func theRootsOfEightLeavesAreThePublishedOnes() {
    var range = CompactRange()
    var nodes: [MerkleHash] = []
    #expect(range.root.description == Self.roots[0])
    for size in 1...8 {
      range.append(leaf(Self.leaves[size - 1]), nodes: &nodes)
      #expect(range.root.description == Self.roots[size])
      #expect(MerkleTree.root(of: Self.leaves.prefix(size).map(leaf)).description == Self.roots[size])
    }
    #expect(nodes.count == 7)
  }

  @Test func theHashesOfALeafAndANodeAreThePublishedOnes() {
    #expect(
      leaf(Array("L123456".utf8)).description == "395aa064aa4c29f7010acfe3f25db9485bbd4b91897b6ad7ad547639252b4d56")
    #expect(
      Data(leaf(Array("hello world".utf8)).bytes).base64EncodedString()
        == "TszzRgjTG6xce+z2AG31kAXYKBgQVtCSCE40HmuwBb0=")
  }

  @Test(arguments: [
    (10, "VjWMPSYNtCuCNlF/RLnQy6HcwSk6CIipfxm+hettA+4="), (15, "j4SulYmocFuxdeyp12xXCIgK6PekBcxzAIj4zbQzNEI="),
    (16, "c+4Uc6BCMOZf/v3NZK1kqTUJe+bBoFtOhP+P3SayKRE="), (100, "dUh9hYH88p0CMoHkdr1wC2szbhcLAXOejWpINIooKUY="),
    (255, "SmdsuKUqiod3RX2jyF2M6JnbdE4QuTwwipfAowI4/i0="), (256, "qFI0t/tZ1MdOYgyPpPzHFiZVw86koScXy9q3FU5casA="),
    (1000, "RXrgb8xHd55Y48FbfotJwCbV82Kx22LZfEbmBGAvwlQ="), (4095, "cWRFdQhPcjn9WyBXE/r1f04ejxIm5lvg40DEpRBVS0w="),
    (4096, "6uU/phfHg1n/GksYT6TO9aN8EauMCCJRl3dIK0HDs2M="), (10000, "VZcav65F9haHVRk3wre2axFoBXRNeUh/1d9d5FQfxIg="),
    (65535, "iPuVYJhP6SEE4gUFp8qbafd2rYv9YTCDYqAxCj8HdLM="),
  ])
  func theRootsOfLargeTreesAreThePublishedOnes(size: Int, root: String) {
    var range = CompactRange()
    var nodes: [MerkleHash] = []
    var leaves: [MerkleHash] = []
    for index in 0..<size {
      leaves.append(leaf([UInt8(index & 0xff), UInt8((index >> 8) & 0xff)]))
      range.append(leaves[index], nodes: &nodes)
    }
    #expect(Data(range.root.bytes).base64EncodedString() == root)
    #expect(Data(MerkleTree.root(of: leaves).bytes).base64EncodedString() == root)
    #expect(UInt64(nodes.count) == NodeLayout.nodeCount(leaves: UInt64(size)))
  }

  @Test func aNodeLiesWhereTheLayoutSays() {
    var range = CompactRange()
    var nodes: [MerkleHash] = []
    let leaves = (0..<200).map { leaf([UInt8($0)]) }
    for leaf in leaves { range.append(leaf, nodes: &nodes) }
    for level in 1...7 {
      for end in stride(from: 1 << level, through: 200, by: 1 << level) {
        let expected = MerkleTree.root(of: leaves[(end - (1 << level))..<end])
        #expect(nodes[NodeLayout.row(level: level, end: UInt64(end))] == expected)
      }
    }
    for size in 0...200 {
      let loaded = CompactRange(size: UInt64(size)) { level, end in
        level == 0 ? leaves[Int(end) - 1] : nodes[NodeLayout.row(level: level, end: end)]
      }
      #expect(loaded.root == MerkleTree.root(of: leaves.prefix(size)))
    }
  }

  @Test func anEmptyLogHasTheRootOfNothing() throws {
    let folder = try TemporaryFolder()
    let log = try EventLog.create(at: folder.file("ledger"), options: EventLogOptions(initialMapSize: 1 << 16))
    #expect(try log.withSnapshot { try $0.root() }.description == Self.roots[0])
    #expect(throws: LedgerError.sizeBeyondLog(asked: 1, size: 0)) { try log.withSnapshot { try $0.root(size: 1) } }
  }
}
