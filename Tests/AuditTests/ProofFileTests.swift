import EventLog
import Foundation
import Testing

@testable import Audit

@Suite("Proofs in files")
struct ProofFileTests {
  @Test("every record of logs of several sizes is proven, and no other record, position or root is")
  func inclusion() throws {
    let key = try SignerKey(name: "example.com/log")
    for size in [1, 2, 3, 7, 8, 70] {
      let test = try TestLog(count: size)
      let snapshot = try test.log.snapshot()
      let signed = try LogHistory.sign(snapshot, key: key, after: nil)
      for position in 1...UInt64(size) {
        let proof = try snapshot.proof(of: position, in: signed, withRecord: true)
        let read = try InclusionProofFile(parsing: Array(proof.encoded.utf8))
        #expect(read == proof)
        try read.verifyInclusion()
        #expect(String(decoding: try #require(read.record).dropFirst(8), as: UTF8.self) == TestLog.event(Int(position)))

        var other = read
        other.index = (other.index + 1) % UInt64(size)
        if size > 1 { #expect(throws: AuditError.self) { try other.verifyInclusion() } }
        other = read
        other.record?[3] ^= 1
        #expect(throws: AuditError.self) { try other.verifyInclusion() }
        other = read
        other.record = nil
        #expect(throws: AuditError.self) { try other.verifyInclusion() }
        try other.verifyInclusion(leaf: snapshot.leafHash(at: position))
      }
      #expect(throws: AuditError.self) { try snapshot.proof(of: 0, in: signed, withRecord: true) }
      #expect(throws: AuditError.self) { try snapshot.proof(of: UInt64(size) + 1, in: signed, withRecord: true) }
    }
  }

  @Test("no changed bit of a proof file is believed")
  func everyBit() throws {
    let key = try SignerKey(name: "example.com/log")
    let test = try TestLog(count: 11)
    let snapshot = try test.log.snapshot()
    let bytes = Array(
      try snapshot.proof(of: 6, in: LogHistory.sign(snapshot, key: key, after: nil), withRecord: true).encoded.utf8)
    var kept = 0
    for index in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[index] ^= 1 << UInt8(bit)
        guard let proof = try? InclusionProofFile(parsing: changed),
          (try? proof.verifyInclusion()) != nil, (try? proof.checkpoint.verified(by: [key.verifier])) != nil
        else { continue }
        kept += 1
        Issue.record("byte \(index), bit \(bit) was changed, and the proof was believed")
      }
    }
    #expect(kept == 0)
  }

  @Test("consistency between all sizes is proven, and not with another root")
  func consistency() throws {
    let test = try TestLog(count: 20)
    let snapshot = try test.log.snapshot()
    for old in 1...UInt64(20) {
      for new in old...20 {
        let proof = try ConsistencyProofFile(from: old, to: new, in: snapshot)
        let read = try ConsistencyProofFile(parsing: Array(proof.encoded.utf8))
        try read.verify()
        if old < new {
          var other = read
          other.root1 = try snapshot.root(size: new).base64
          #expect(throws: AuditError.self) { try other.verify() }
        }
      }
    }
    #expect(throws: AuditError.self) { try ConsistencyProofFile(from: 0, to: 3, in: snapshot) }
    #expect(throws: AuditError.self) { try ConsistencyProofFile(from: 3, to: 21, in: snapshot) }
    #expect(throws: AuditError.self) { try ConsistencyProofFile(parsing: Array("{}".utf8)) }
  }

  @Test("a log is told from another one, and from one whose end was cut off")
  func history() throws {
    let test = try TestLog(count: 10)
    try test.append(20)
    let other = try TestLog(count: 10)
    try other.append(30, tag: "other")
    let snapshot = try test.log.snapshot()
    let otherSnapshot = try other.log.snapshot()
    func checkpoint(_ size: UInt64, _ log: borrowing LogSnapshot) throws -> Checkpoint {
      Checkpoint(origin: "o", size: size, root: try log.root(size: size))
    }
    let own = try [checkpoint(1, snapshot), checkpoint(17, snapshot), checkpoint(30, snapshot)]
    #expect(try LogHistory.compare(snapshot, with: own).allSatisfy { $0.problem == nil })
    let foreign = try [checkpoint(8, otherSnapshot), checkpoint(20, otherSnapshot), checkpoint(40, otherSnapshot)]
    let findings = try LogHistory.compare(snapshot, with: foreign).map { $0.problem ?? "agrees" }
    #expect(findings[0] == "agrees")
    #expect(findings[1].contains("from 9 to 20"))
    #expect(findings[2].contains("10 records at the end are missing"))

    let key = try SignerKey(name: "example.com/log")
    let first = try LogHistory.sign(otherSnapshot, key: key, after: nil)
    #expect(throws: AuditError.self) { try LogHistory.sign(snapshot, key: key, after: first) }
    let half = try LogHistory.sign(snapshot, size: 15, key: key, after: nil)
    #expect(try LogHistory.sign(snapshot, key: key, after: half).checkpoint.size == 30)
  }

  @Test("the published probes are judged as they should be", .enabled(if: probes != nil))
  func publishedProbes() throws {
    struct Probe: Decodable {
      var leafIdx: UInt64
      var treeSize: UInt64
      var root: String
      var leafHash: String
      var proof: [String]?
      var wantErr: Bool
      var desc: String
    }
    let folder = try #require(Self.probes)
    let files = try #require(FileManager.default.subpaths(atPath: folder)).filter { $0.hasSuffix(".json") }
    #expect(!files.isEmpty)
    for file in files {
      let data = try #require(FileManager.default.contents(atPath: folder + "/" + file))
      let probe = try JSONDecoder().decode(Probe.self, from: data)
      var isBelieved = false
      if let root = MerkleHash(base64: probe.root), let leaf = MerkleHash(base64: probe.leafHash) {
        let proof = (probe.proof ?? []).map { MerkleHash(base64: $0) }
        isBelieved =
          !proof.contains(nil)
          && MerkleProofs.verifyInclusion(
            of: leaf, at: probe.leafIdx, size: probe.treeSize, root: root, proof: proof.compactMap(\.self))
      }
      #expect(isBelieved == !probe.wantErr, "\(file): \(probe.desc)")
    }
  }

  /// A folder of transparency-dev/merkle's testdata/inclusion, when there is one at hand.
  static let probes = ProcessInfo.processInfo.environment["VSL_MERKLE_PROBES"]
}
