import EventLog
import Foundation

/// A proof that a log has only grown from one size to another, as JSON with the field names of transparency-dev's test data.
public struct ConsistencyProofFile: Sendable, Codable, Equatable {
  /// Number of records then.
  public var size1: UInt64
  /// Number of records later.
  public var size2: UInt64
  /// The root then, in base64.
  public var root1: String
  /// The root later, in base64.
  public var root2: String
  /// The hashes, in base64.
  public var proof: [String]

  /// Proves that one state of a log goes on from another.
  public init(from old: UInt64, to new: UInt64, in log: borrowing LogSnapshot) throws {
    guard let hashes = try log.consistencyProof(from: old, to: new) else {
      throw AuditError.refused(
        reason: "A consistency proof leads from one size to a larger one, 1 ≤ \(old) ≤ \(new) ≤ \(log.size). "
          + "Every log begins with the empty one: that needs no proof.")
    }
    size1 = old
    size2 = new
    root1 = try log.root(size: old).base64
    root2 = try log.root(size: new).base64
    proof = hashes.map(\.base64)
  }

  /// Reads a file.
  public init(parsing bytes: [UInt8]) throws(AuditError) {
    do {
      self = try JSONDecoder().decode(ConsistencyProofFile.self, from: Data(bytes))
    } catch {
      throw .malformed(what: "consistency proof", reason: "it is not JSON with size1, size2, root1, root2 and proof")
    }
  }

  /// The file's text.
  public var encoded: String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(self)).map { String(decoding: $0, as: UTF8.self) + "\n" } ?? ""
  }

  /// Checks that the proof is of these two checkpoints of one log, and holds.
  public func verify(from old: Checkpoint, to new: Checkpoint) throws(AuditError) {
    guard old.origin == new.origin else {
      throw .inconsistent(reason: "The checkpoints are of different logs: \(old.origin) and \(new.origin).")
    }
    guard size1 == old.size, size2 == new.size, root1 == old.root.base64, root2 == new.root.base64 else {
      throw .notProven(
        reason:
          "The proof is of \(size1) and \(size2) records, not of the two checkpoints (\(old.size) and \(new.size)).")
    }
    try verify()
  }

  /// Checks the proof.
  public func verify() throws(AuditError) {
    guard let old = MerkleHash(base64: root1), let new = MerkleHash(base64: root2) else {
      throw .malformed(what: "consistency proof", reason: "a root is not 32 bytes in base64")
    }
    var hashes: [MerkleHash] = []
    for text in proof {
      guard let hash = MerkleHash(base64: text), hashes.count < 128 else {
        throw .malformed(what: "consistency proof", reason: "a hash is not 32 bytes in base64, or there are too many")
      }
      hashes.append(hash)
    }
    guard MerkleProofs.verifyConsistency(from: size1, to: size2, oldRoot: old, root: new, proof: hashes) else {
      throw .notProven(
        reason: "The proof does not show that the log of \(size2) records begins with the one of \(size1): "
          + "one of them was changed, or they are different logs.")
    }
  }
}
