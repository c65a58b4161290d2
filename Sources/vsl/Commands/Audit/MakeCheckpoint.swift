import ArgumentParser
import Audit
import EventLog
import Projections

/// `vsl checkpoint`
struct MakeCheckpoint: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "checkpoint",
    abstract: "Signs the state of the log: how many records it has, and the root of the tree over them.",
    discussion: """
      Prints a C2SP signed checkpoint. Publish it, or give it to somebody who keeps it: whoever has it can prove later that nothing of the \
      log was changed or cut off (vsl verify --against). The key remembers in FILE.last what it signed last, and refuses to sign a log \
      that does not go on from there; a key in $VSL_SIGNING_KEY remembers nothing: give it --after.

      EXAMPLES
        vsl checkpoint --key ~/keys/payments.key -o checkpoint.txt
        VSL_SIGNING_KEY=… vsl checkpoint --after yesterday.txt
      """)

  @OptionGroup var key: KeyOptions
  @Option(name: .long, help: ArgumentHelp("The checkpoint that this one must go on from.", valueName: "file"))
  var after: String?
  @Option(name: .long, help: ArgumentHelp("Of the first so many records, instead of all.", valueName: "count"))
  var size: UInt64?
  @Option(name: .shortAndLong, help: ArgumentHelp("Where to write it, instead of standard output.", valueName: "file"))
  var output: String?
  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    let snapshot = try ledger.openToRead().log.snapshot()
    let signed = try key.sign(snapshot, size: size, after: after, ledger: ledger.directory)
    try OutputFile.write(signed.note.encoded, to: output)
  }
}

/// `vsl cosign FILE`
struct Cosign: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Adds a witness's signature to a checkpoint: that it was seen, and when.",
    discussion: """
      Needs no ledger. A witness that keeps the checkpoint it cosigned last and asks for a consistency proof (vsl prove --consistency) \
      makes sure that the log shows everybody the same history: give both with --after and --proof.

      EXAMPLES
        vsl cosign checkpoint.txt --key witness.key --public-key payments.key.pub -o checkpoint.txt
        vsl cosign new.txt --after last.txt --proof consistency.json --key witness.key --public-key payments.key.pub
      """)

  @Argument(help: "The checkpoint's file; - for standard input.")
  var file: String
  @OptionGroup var key: KeyOptions
  @OptionGroup var trusted: PublicKeyOptions
  @Option(name: .long, help: ArgumentHelp("The checkpoint of this log that was cosigned last.", valueName: "file"))
  var after: String?
  @Option(name: .long, help: ArgumentHelp("The consistency proof from there.", valueName: "file"))
  var proof: String?
  @Option(name: .shortAndLong, help: ArgumentHelp("Where to write it, instead of standard output.", valueName: "file"))
  var output: String?

  func validate() throws {
    if trusted.publicKey.isEmpty {
      throw ValidationError("A witness cosigns what the log itself signed: name the log's key with --public-key.")
    }
    if (after == nil) != (proof == nil) {
      throw ValidationError(
        "--after and --proof go together: the last checkpoint, and the proof that the log went on from it.")
    }
  }

  func run() throws {
    var signed = try SignedCheckpoint(parsing: InputFile.read(file))
    _ = try trusted.check(signed)
    if let after, let proof {
      let last = try SignedCheckpoint(parsing: InputFile.read(after)).checkpoint
      let proof = try ConsistencyProofFile(parsing: InputFile.read(proof))
      try proof.verify(from: last, to: signed.checkpoint)
    }
    try signed.note.cosign(with: key.read(ledger: nil), atSeconds: UInt64(Clock.nowMicros() / 1_000_000))
    try OutputFile.write(signed.note.encoded, to: output)
  }
}
