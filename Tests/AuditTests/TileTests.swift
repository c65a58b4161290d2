import EventLog
import Foundation
import Testing

@testable import Audit

@Suite("Tiles")
struct TileTests {
  @Test("paths are those of the specification")
  func paths() {
    #expect(TilePath.tile(level: 0, 1_234_067) == "tile/0/x001/x234/067")
    #expect(TilePath.tile(level: 1, 5, width: 17) == "tile/1/005.p/17")
    #expect(TilePath.entries(1000) == "tile/entries/x001/000")
  }

  @Test("the tree and the records can be read back from the files alone, also after the log has grown")
  func files() throws {
    let test = try TestLog(count: 300)
    let key = try SignerKey(name: "example.com/log")
    let folder = test.path("tiles")
    var last: SignedCheckpoint?
    for growth in [0, 700, 24, 0] {
      try test.append(growth)
      let snapshot = try test.log.snapshot()
      let signed = try LogHistory.sign(snapshot, key: key, after: last)
      last = signed
      var writer = TileWriter(folder: folder, withEntries: true)
      _ = try writer.write(signed, of: snapshot) { _, _ in }
      let read = try SignedCheckpoint(parsing: contents(folder, "checkpoint"))
      #expect(read == signed)
      let size = Int(signed.checkpoint.size)
      // Of the records, hashed anew.
      var hashes = try entries(folder, size).map { $0.withUnsafeBytes { MerkleHash.leaf(of: $0) } }
      var level = 0
      while !hashes.isEmpty {
        for number in 0..<(hashes.count + 255) / 256 {
          let part = hashes[number * 256..<min(hashes.count, number * 256 + 256)]
          let tile = try contents(folder, TilePath.tile(level: level, UInt64(number), width: UInt64(part.count)))
          #expect(tile == part.flatMap(\.bytes), "level \(level), tile \(number)")
        }
        if level == 0 { #expect(Self.root(hashes[...]) == signed.checkpoint.root) }
        hashes = (0..<hashes.count / 256).map { Self.root(hashes[$0 * 256..<$0 * 256 + 256]) }
        level += 1
      }
    }
    // Nothing of a full tile is written twice.
    var writer = TileWriter(folder: folder, withEntries: true)
    let again = try writer.write(try #require(last), of: test.log.snapshot()) { _, _ in }
    #expect(again.written == 1)
  }

  @Test("tiles of another log are not written over")
  func otherLog() throws {
    let key = try SignerKey(name: "example.com/log")
    let test = try TestLog(count: 5)
    let other = try TestLog()
    try other.append(9, tag: "other")
    var writer = TileWriter(folder: test.path("tiles"), withEntries: false)
    _ = try writer.write(LogHistory.sign(test.log.snapshot(), key: key, after: nil), of: test.log.snapshot()) { _, _ in
    }
    let foreign = try LogHistory.sign(other.log.snapshot(), key: key, after: nil)
    #expect(throws: AuditError.self) { try writer.write(foreign, of: other.log.snapshot()) { _, _ in } }
    #expect(throws: AuditError.self) { try writer.write(foreign, of: test.log.snapshot()) { _, _ in } }
  }

  /// RFC 6962, straight from its definition.
  private static func root(_ leaves: ArraySlice<MerkleHash>) -> MerkleHash {
    guard leaves.count > 1 else { return leaves.first ?? .emptyRoot }
    var half = 1
    while half * 2 < leaves.count { half *= 2 }
    let middle = leaves.startIndex + half
    return .node(root(leaves[..<middle]), root(leaves[middle...]))
  }

  private func entries(_ folder: String, _ size: Int) throws -> [[UInt8]] {
    var entries: [[UInt8]] = []
    for number in 0..<(size + 255) / 256 {
      let width = min(256, size - number * 256)
      var rest = try contents(folder, TilePath.entries(UInt64(number), width: UInt64(width)))[...]
      for _ in 0..<width {
        let length = Int(rest[rest.startIndex]) << 8 | Int(rest[rest.startIndex + 1])
        entries.append(Array(rest.dropFirst(2).prefix(length)))
        rest = rest.dropFirst(2 + length)
      }
      #expect(rest.isEmpty)
    }
    return entries
  }

  private func contents(_ folder: String, _ path: String) throws -> [UInt8] {
    Array(try #require(FileManager.default.contents(atPath: folder + "/" + path), "\(path)"))
  }
}
