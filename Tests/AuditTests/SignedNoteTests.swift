import Foundation
import Testing

@testable import Audit

/// The vectors are those of C2SP signed-note (BSD-1), golang/mod sumdb/note (BSD-3) and FiloSottile/torchwood.
@Suite("Signed notes")
struct SignedNoteTests {
  static let neumann = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
  static let neumannSecret = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
  static let text =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
  static let line =
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"

  @Test("the specification's example verifies")
  func specification() throws {
    let key = try VerifierKey("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
    let note = try SignedNote(
      parsing: Array(
        """
        This is an example message.

        — example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=

        """.utf8))
    #expect(try note.verified(by: [key]) == [SignedNote.Verified(key: key)])
    #expect(key.text == "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k")
  }

  @Test("a note of Go's tests is signed byte for byte the same")
  func signing() throws {
    let key = try SignerKey(Self.neumannSecret)
    #expect(key.verifier.text == Self.neumann)
    #expect(key.secretText == Self.neumannSecret)
    var note = try SignedNote(text: Self.text)
    try note.sign(with: key)
    #expect(note.encoded == Self.text + "\n" + Self.line)
    try note.sign(with: key)
    #expect(note.signatures.count == 1)
  }

  @Test("a checkpoint of the Go checksum database verifies, and not with another size")
  func checksumDatabase() throws {
    let key = try VerifierKey("sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8")
    func checkpoint(_ size: Int) -> String {
      """
      go.sum database tree
      \(size)
      vt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=

      — sum.golang.org Az3grpukl5AXaVfYkLiDGORx/DN2nlcS5kZHR5uYOBV2KA2HgXpD+gu9HHONebHLAyaKbbTM75QTtPydhKCExixSfwQ=

      """
    }
    let right = try SignedCheckpoint(parsing: Array(checkpoint(35_225_469).utf8))
    #expect(right.checkpoint.size == 35_225_469)
    #expect(try right.note.verified(by: [key]).count == 1)
    // That log's key has another name than its origin: only ours must agree.
    #expect(throws: AuditError.self) { try right.verified(by: [key]) }
    let wrong = try SignedCheckpoint(parsing: Array(checkpoint(35_225_468).utf8))
    #expect(throws: AuditError.wrongSignature(key: "sum.golang.org")) { try wrong.note.verified(by: [key]) }
  }

  @Test("signatures of strangers are passed over, and none of a known key is refused")
  func strangers() throws {
    let known = try VerifierKey(Self.neumann)
    let stranger = try SignerKey(name: "example.org/stranger")
    var note = try SignedNote(parsing: Array((Self.text + "\n" + Self.line).utf8))
    try note.sign(with: stranger)
    let read = try SignedNote(parsing: Array(note.encoded.utf8))
    #expect(read == note)
    #expect(try read.verified(by: [known]).map(\.key) == [known])
    #expect(throws: AuditError.notSigned(by: ["nobody"])) {
      try read.verified(by: [SignerKey(name: "nobody").verifier])
    }
    // The stranger's signature under a known name and number, but of another key.
    let impostor = VerifierKey(name: "PeterNeumann", kind: .ed25519, publicKey: stranger.verifier.publicKey)
    #expect(impostor.id != known.id)
  }

  static let malformedNotes: [String] = {
    var notes = ["", "\n", text, text + "\n", text + line, "a\u{01}b\n\n" + line, "tab\there\n\n" + line]
    let head = text + "\n"
    notes.append(head + line.dropLast())
    notes.append(head + line.replacing("— ", with: "- "))
    notes.append(head + line.replacing("PeterNeumann ", with: " "))
    notes.append(head + line.replacing("PeterNeumann", with: "Peter+Neumann"))
    notes.append(head + line.replacing("PeterNeumann", with: "Peter\u{A0}Neumann"))
    notes.append(head + line.replacing("x08go", with: "x0*go"))
    notes.append(head + "— PeterNeumann x08g\n")
    notes.append(head + line + "\n")
    notes.append(head + String(repeating: line, count: 101))
    return notes
  }()

  @Test("what is not a note is refused", arguments: malformedNotes)
  func malformed(_ note: String) {
    #expect(throws: AuditError.self) { try SignedNote(parsing: Array(note.utf8)) }
  }

  @Test("bytes that are not UTF-8 are refused")
  func notText() {
    #expect(throws: AuditError.self) { try SignedNote(parsing: [0xFF] + Array((Self.text + "\n" + Self.line).utf8)) }
  }

  @Test("no changed byte of a note is believed")
  func everyByte() throws {
    let key = try VerifierKey(Self.neumann)
    let bytes = Array((Self.text + "\n" + Self.line).utf8)
    for index in bytes.indices {
      for bit in 0..<8 {
        var changed = bytes
        changed[index] ^= 1 << UInt8(bit)
        let verified = try? SignedNote(parsing: changed).verified(by: [key])
        #expect(verified == nil, "byte \(index), bit \(bit)")
      }
    }
  }

  @Test("keys that are none are refused, and the error does not quote a secret one")
  func keys() {
    for text in [
      "", "a", Self.neumann.replacing("c74f20a3", with: "c74f20a4"), Self.neumann.replacing("+A", with: "+B"),
      String(Self.neumann.dropLast(4)), Self.neumann.replacing("PeterNeumann", with: "Peter Neumann"),
    ] {
      #expect(throws: AuditError.self) { try VerifierKey(text) }
    }
    let broken = Self.neumannSecret.replacing("c74f20a3", with: "c74f20a4")
    do {
      _ = try SignerKey(broken)
      Issue.record("a broken key was taken")
    } catch {
      #expect(!"\(error)".contains("AYEKFALV"))
    }
    #expect(throws: AuditError.self) { try SignerKey(name: "with space") }
    #expect(throws: AuditError.self) { try SignerKey(name: "") }
  }

  @Test("a witness's signature says when, and covers that")
  func cosignature() throws {
    let witness = try SignerKey(name: "witness.example.org", kind: .cosignature)
    let log = try SignerKey(name: "example.com/log")
    var signed = try SignedCheckpoint(size: 0, root: .emptyRoot, key: log)
    try signed.note.cosign(with: witness, atSeconds: 1_750_000_000)
    let keys = [log.verifier, witness.verifier]
    let read = try SignedCheckpoint(parsing: Array(signed.note.encoded.utf8))
    #expect(try read.verified(by: keys, witnesses: 1).map(\.atSeconds) == [nil, 1_750_000_000])
    #expect(throws: AuditError.self) { try read.verified(by: keys, witnesses: 2) }
    #expect(throws: AuditError.self) { try read.verified(by: [witness.verifier]) }

    var forged = signed
    forged.note.signatures[1].bytes[7] ^= 1
    #expect(throws: AuditError.wrongSignature(key: "witness.example.org")) { try forged.verified(by: keys) }
    // What is signed, by hand: the header, the time, the whole note text.
    let message = Array("cosignature/v1\ntime 1750000000\nexample.com/log\n0\n\(Self.emptyRoot)\n".utf8)
    #expect(witness.verifier.verifies(signed.note.signatures[1].bytes[8...], of: message))
    // A witness signs no checkpoints of its own, and a log does not cosign.
    #expect(throws: AuditError.self) { try SignedCheckpoint(size: 0, root: .emptyRoot, key: witness) }
    #expect(throws: AuditError.self) { try signed.note.cosign(with: log, atSeconds: 1) }
  }

  static let emptyRoot = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="

  @Test(
    "what is not a checkpoint is refused",
    arguments: [
      "", "o\n", "o\n1\n", "o\n1\n\(emptyRoot)", "\n1\n\(emptyRoot)\n", "o\n01\n\(emptyRoot)\n",
      "o\n-1\n\(emptyRoot)\n",
      "o\nx\n\(emptyRoot)\n", "o\n18446744073709551616\n\(emptyRoot)\n", "o\n+1\n\(emptyRoot)\n", "o\n1\nabcd\n",
      "o\n1\n\(emptyRoot)\n\n", "o\n0\nNj5MPvz5d2CLCjLgZrY0WOwVnZpKNXqZaY5ckvMBpTE=\n",
    ])
  func checkpoints(_ text: String) {
    #expect(throws: AuditError.self) { try Checkpoint(text: text) }
  }

  @Test("a key's file is its owner's alone, is never overwritten, and does not lie in the ledger")
  func keyFiles() throws {
    let test = try TestLog()
    let key = try SignerKey(name: "example.com/log")
    let path = test.path("a.key")
    try KeyFile.write(key, to: path)
    let mode = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    #expect(try KeyFile.read(path, ledger: test.path("ledger")).secretText == key.secretText)
    #expect(throws: AuditError.self) { try KeyFile.write(key, to: path) }
    try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: path)
    #expect(throws: AuditError.self) { try KeyFile.read(path, ledger: nil) }
    try KeyFile.write(key, to: test.path("ledger/b.key"))
    #expect(throws: AuditError.self) {
      try KeyFile.read(test.path("ledger/../ledger/b.key"), ledger: test.path("ledger"))
    }
  }
}
