import ArgumentParser
import Audit
import EventLog
import Foundation
import Projections

/// `vsl prove POSITION`
struct Prove: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Proves that a record is in the log, or that the log has only grown.",
    discussion: """
      A proof of a record is a C2SP tlog-proof: the record, the hashes that lead to the root, and the signed checkpoint. `vsl verify-proof` \
      checks it without the ledger. The checkpoint is signed now with --key, or an earlier one is taken with --checkpoint.

      EXAMPLES
        vsl prove 12000 --key payments.key -o 12000.tlog-proof
        vsl prove --item PAY-123 --key payments.key -o proofs/
        vsl prove --consistency 1000 5000 -o consistency.json
      """)

  @Argument(help: "The record's position.")
  var position: UInt64?
  @Option(
    name: .long, help: ArgumentHelp("All records about an item; writes a file each into a folder.", valueName: "id"))
  var item: String?
  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp("That the log of so many records begins with that of fewer.", valueName: "from> <to"))
  var consistency: [UInt64] = []
  @Flag(name: .long, help: "Leave the record itself out of the proof.")
  var withholdRecord = false
  @OptionGroup var key: KeyOptions
  @Option(name: .long, help: ArgumentHelp("A signed checkpoint of this log to prove against.", valueName: "file"))
  var checkpoint: String?
  @Option(name: .shortAndLong, help: ArgumentHelp("The file, or with --item the folder, to write.", valueName: "path"))
  var output: String?
  @OptionGroup var ledger: LedgerOptions

  func validate() throws {
    let asked = [position != nil, item != nil, !consistency.isEmpty].filter(\.self).count
    guard asked == 1 else {
      throw ValidationError("Name one thing to prove: a position, --item ID, or --consistency FROM TO.")
    }
    guard consistency.isEmpty || consistency.count == 2 else {
      throw ValidationError("--consistency wants two sizes: --consistency 1000 5000.")
    }
    guard item == nil || output != nil else {
      throw ValidationError("--item writes a file for each record: name a folder with -o.")
    }
  }

  func run() throws {
    let snapshot = try ledger.openToRead().log.snapshot()
    if consistency.count == 2 {
      let proof = try ConsistencyProofFile(from: consistency[0], to: consistency[1], in: snapshot)
      return try OutputFile.write(proof.encoded, to: output)
    }
    let signed =
      try checkpoint.map { try SignedCheckpoint(parsing: InputFile.read($0)) }
      ?? key.sign(snapshot, ledger: ledger.directory)
    if let position {
      let proof = try snapshot.proof(of: position, in: signed, withRecord: !withholdRecord)
      return try OutputFile.write(proof.encoded, to: output)
    }
    guard let item, let output else { return }
    try proveItem(item, snapshot, signed, into: output)
  }

  private func proveItem(
    _ item: String, _ snapshot: borrowing LogSnapshot, _ signed: SignedCheckpoint, into folder: String
  ) throws {
    guard let symbol = try snapshot.symbolID("\u{69}\(item)", in: .subject) else {
      throw Failure(code: .refused, message: "There is no item \"\(item)\" in this ledger.")
    }
    var positions: [UInt64] = []
    try snapshot.positions(ofSubject: symbol, into: &positions)
    try snapshot.references(to: symbol, into: &positions)
    positions = Set(positions).filter { $0 <= signed.checkpoint.size }.sorted()
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw Failure(code: .refused, message: "\(folder) cannot be made: \(error.localizedDescription)")
    }
    for position in positions {
      let proof = try snapshot.proof(of: position, in: signed, withRecord: !withholdRecord)
      try OutputFile.replace("\(folder)/\(position).tlog-proof", proof.encoded)
    }
    Output.write("Wrote proofs of \(positions.count) records about \(item) into \(folder).\n")
  }
}

/// `vsl verify-proof FILE …`
struct VerifyProof: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Checks proofs, without a ledger.",
    discussion: """
      Takes tlog-proofs, consistency proofs in JSON, and folders of them. Exit code 0: all of them hold; 1: one does not.

      EXAMPLES
        vsl verify-proof 12000.tlog-proof --public-key payments.key.pub
        vsl verify-proof consistency.json
        vsl verify-proof 12000.tlog-proof --record event.bin --public-key example.com/payments+…
      """)

  @Argument(help: "Files and folders; - for standard input.")
  var files: [String]
  @OptionGroup var trusted: PublicKeyOptions
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The stored record, when the proof does not hold it: recorded time and event.", valueName: "file"))
  var record: String?
  @Option(name: .long, help: ArgumentHelp("The record's leaf hash, in hexadecimal.", valueName: "hash"))
  var leaf: String?

  func run() throws {
    for file in try files.flatMap(Self.expand) {
      let bytes = try InputFile.read(file)
      do {
        Output.write("\(file): \(try check(bytes))\n")
      } catch let error as AuditError {
        throw Failure(code: .damageFound, message: "\(file): \(error)")
      }
    }
  }

  private func check(_ bytes: [UInt8]) throws -> String {
    if bytes.first(where: { $0 > 0x20 }) == UInt8(ascii: "{") {
      let proof = try ConsistencyProofFile(parsing: bytes)
      try proof.verify()
      return "holds: the log of \(proof.size2) records begins with the one of \(proof.size1)."
    }
    let proof = try InclusionProofFile(parsing: bytes)
    let signers = try trusted.check(proof.checkpoint)
    try proof.verifyInclusion(leaf: try givenLeaf())
    let checkpoint = proof.checkpoint.checkpoint
    return
      "holds: the record at position \(proof.index + 1) is in the log \(checkpoint.origin) of \(checkpoint.size) records. \(signers)"
  }

  private func givenLeaf() throws -> MerkleHash? {
    if let record { return try InputFile.read(record).withUnsafeBytes { MerkleHash.leaf(of: $0) } }
    guard let leaf else { return nil }
    guard let hash = MerkleHash(hexadecimal: leaf) else {
      throw Failure(code: .refused, message: "\"\(leaf)\" is no leaf hash: it must have 64 hexadecimal digits.")
    }
    return hash
  }

  private static func expand(_ path: String) throws -> [String] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else {
      return [path]
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: path).filter {
      $0.hasSuffix(".tlog-proof") || $0.hasSuffix(".json")
    }
    guard !names.isEmpty else {
      throw Failure(code: .refused, message: "There are no proofs in \(path): files named *.tlog-proof or *.json.")
    }
    return names.sorted().map { path + "/" + $0 }
  }
}
