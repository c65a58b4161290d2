import EventLog
import Foundation

/// The state of a log that its key signs: who it is, how many records it has, and the root of its tree (C2SP tlog-checkpoint).
public struct Checkpoint: Sendable, Equatable {
  /// The log's name: its key's.
  public var origin: String
  /// Number of records: the last position.
  public var size: UInt64
  /// The root of the Merkle tree over them.
  public var root: MerkleHash
  /// Further lines, of other logs; we write none.
  public var extensions: [String] = []

  /// The state of a log.
  public init(origin: String, size: UInt64, root: MerkleHash) {
    self.origin = origin
    self.size = size
    self.root = root
  }

  /// Reads the text of a note.
  public init(text: String) throws(AuditError) {
    func malformed(_ reason: String) -> AuditError { .malformed(what: "checkpoint", reason: reason) }
    guard text.utf8.last == 0x0A else { throw malformed("it does not end with a line feed") }
    let lines = text.utf8.dropLast().split(separator: 0x0A, omittingEmptySubsequences: false).map {
      String(Substring($0))
    }
    guard lines.count >= 3 else { throw malformed("it has fewer than three lines: origin, size, root") }
    guard !lines[0].isEmpty else { throw malformed("the origin is empty") }
    guard lines[1].utf8.allSatisfy({ $0 >= 0x30 && $0 <= 0x39 }), let size = UInt64(lines[1]), String(size) == lines[1]
    else { throw malformed("the size \"\(lines[1].prefix(40))\" is no number without leading zeros") }
    guard let root = MerkleHash(base64: lines[2]) else { throw malformed("the root is not 32 bytes in base64") }
    guard size > 0 || root == .emptyRoot else { throw malformed("an empty log has another root than this") }
    guard !lines[3...].contains("") else { throw malformed("an extension line is empty") }
    self.init(origin: lines[0], size: size, root: root)
    extensions = Array(lines[3...])
  }

  /// The text that is signed.
  public var text: String {
    "\(origin)\n\(size)\n\(root.base64)\n" + extensions.map { $0 + "\n" }.joined()
  }
}

extension MerkleHash {
  /// A hash in standard base64; nil of anything else.
  init?(base64: String) {
    guard let data = Data(base64Encoded: base64), data.base64EncodedString() == base64 else { return nil }
    guard let hash = data.withUnsafeBytes({ MerkleHash(bytes: $0) }) else { return nil }
    self = hash
  }

  /// The hash in standard base64.
  var base64: String { Data(bytes).base64EncodedString() }
}

/// A checkpoint with the note that carries it.
public struct SignedCheckpoint: Sendable, Equatable {
  /// What it says.
  public let checkpoint: Checkpoint
  /// The note, with its signatures.
  public var note: SignedNote

  /// Reads a signed checkpoint. Nothing is verified yet.
  public init(parsing bytes: some Collection<UInt8>) throws(AuditError) {
    note = try SignedNote(parsing: bytes)
    checkpoint = try Checkpoint(text: note.text)
  }

  /// Signs a log's state with its key, whose name is the origin.
  public init(size: UInt64, root: MerkleHash, key: SignerKey) throws(AuditError) {
    checkpoint = Checkpoint(origin: key.verifier.id.name, size: size, root: root)
    note = try SignedNote(text: checkpoint.text)
    try note.sign(with: key)
  }

  /// Verifies by the log's own key, and by witnesses that are known; see ``SignedNote/verified(by:)``.
  ///
  /// At least `witnesses` of them must have cosigned; the log itself must have signed with a key of the origin's name.
  public func verified(by keys: [VerifierKey], witnesses: Int = 0) throws(AuditError) -> [SignedNote.Verified] {
    let found = try note.verified(by: keys)
    guard found.contains(where: { $0.key.kind == .ed25519 && $0.key.id.name == checkpoint.origin }) else {
      throw .notSigned(by: ["\(checkpoint.origin) itself"])
    }
    let seen = found.filter { $0.key.kind == .cosignature }.count
    guard seen >= witnesses else {
      throw .notProven(reason: "\(seen) known witnesses have cosigned the checkpoint, \(witnesses) are asked for.")
    }
    return found
  }
}
