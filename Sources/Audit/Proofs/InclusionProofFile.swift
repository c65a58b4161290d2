import EventLog
import Foundation

/// A proof that a record is in a log, to be handed to somebody who does not have the log (C2SP tlog-proof): the record's index, the hashes
/// that lead to the root, and the signed checkpoint that names the root.
public struct InclusionProofFile: Sendable, Equatable {
  /// The record itself: recorded time in microseconds since 1970 (8 bytes, little-endian) and the event's bytes. Nil when it is withheld.
  public var record: [UInt8]?
  /// The record's position − 1.
  public var index: UInt64
  /// The hashes from the leaf's sibling up.
  public var proof: [MerkleHash]
  /// The checkpoint, with its signatures.
  public var checkpoint: SignedCheckpoint

  static let magic = "c2sp.org/tlog-proof@v1"
  /// A longer file is refused.
  public static let mostBytes = 64 << 20

  /// A proof.
  public init(record: [UInt8]?, index: UInt64, proof: [MerkleHash], checkpoint: SignedCheckpoint) {
    self.record = record
    self.index = index
    self.proof = proof
    self.checkpoint = checkpoint
  }

  /// Reads a file. Nothing is verified yet.
  public init(parsing bytes: some Collection<UInt8>) throws(AuditError) {
    func malformed(_ reason: String) -> AuditError { .malformed(what: "tlog-proof", reason: reason) }
    guard bytes.count <= Self.mostBytes else { throw malformed("it is longer than \(Self.mostBytes) bytes") }
    let bytes = Array(bytes)
    guard let blank = bytes.indices.dropLast().first(where: { bytes[$0] == 0x0A && bytes[$0 + 1] == 0x0A }) else {
      throw malformed("there is no blank line before the checkpoint")
    }
    guard let head = String(validating: bytes[..<blank], as: UTF8.self) else { throw malformed("it is not UTF-8") }
    var lines = head.utf8.split(separator: 0x0A, omittingEmptySubsequences: false).map { String(Substring($0)) }[...]
    guard lines.popFirst() == Self.magic else { throw malformed("it does not begin with \(Self.magic)") }
    if let line = lines.first, line.hasPrefix("extra ") {
      guard let data = Data(base64Encoded: String(line.dropFirst(6))) else {
        throw malformed("the extra data is not base64")
      }
      record = Array(data)
      lines.removeFirst()
    }
    guard let line = lines.popFirst(), line.hasPrefix("index "), let index = UInt64(line.dropFirst(6)),
      String(index) == line.dropFirst(6)
    else { throw malformed("the line \"index NUMBER\" is missing") }
    self.index = index
    proof = []
    for line in lines {
      guard let hash = MerkleHash(base64: line), proof.count < 64 else {
        throw malformed("a line of the proof is not 32 bytes in base64, or there are too many")
      }
      proof.append(hash)
    }
    checkpoint = try SignedCheckpoint(parsing: bytes[(blank + 2)...])
  }

  /// The file's text.
  public var encoded: String {
    Self.magic + "\n" + (record.map { "extra \(Data($0).base64EncodedString())\n" } ?? "") + "index \(index)\n"
      + proof.map { $0.base64 + "\n" }.joined() + "\n" + checkpoint.note.encoded
  }

  /// Checks that the record leads to the checkpoint's root. Signatures are not looked at.
  ///
  /// - Parameter leaf: the leaf hash to be proven; that of the record in the file when nil.
  public func verifyInclusion(leaf: MerkleHash? = nil) throws(AuditError) {
    guard let leaf = leaf ?? record.map({ record in record.withUnsafeBytes { MerkleHash.leaf(of: $0) } }) else {
      throw .notProven(reason: "The file does not hold the record. Give the record or its leaf hash beside the proof.")
    }
    guard
      MerkleProofs.verifyInclusion(
        of: leaf, at: index, size: checkpoint.checkpoint.size, root: checkpoint.checkpoint.root, proof: proof)
    else {
      throw .notProven(
        reason: "The proof does not lead from the record at position \(index &+ 1) to the root of the checkpoint: "
          + "the record, the proof or the checkpoint was changed, or they belong to different logs.")
    }
  }
}
