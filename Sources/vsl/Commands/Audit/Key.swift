import ArgumentParser
import Audit

/// `vsl key`
struct Key: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Makes the keys that checkpoints are signed with.", subcommands: [New.self, Public.self])

  /// `vsl key new NAME`
  struct New: ParsableCommand {
    static let configuration = CommandConfiguration(
      abstract: "Makes a new Ed25519 key.",
      discussion: """
        Writes the secret key to a file that only its owner can read, and the public key beside it (FILE.pub), and prints the public key: \
        give that to whoever shall verify. Keep the secret key outside of the ledger's folder. NAME is the address by which the log is \
        known, such as example.com/payments; it becomes the origin of its checkpoints.

        EXAMPLES
          vsl key new example.com/payments -o ~/keys/payments.key
          vsl key new audit.example.org --witness -o witness.key
        """)

    @Argument(help: "The key's name.")
    var name: String
    @Option(name: .shortAndLong, help: ArgumentHelp("The file of the secret key.", valueName: "file"))
    var output: String
    @Flag(name: .long, help: "A key that cosigns checkpoints of others, as a witness does.")
    var witness = false

    func run() throws {
      let key = try SignerKey(name: name, kind: witness ? .cosignature : .ed25519)
      try KeyFile.write(key, to: output)
      try OutputFile.replace(output + ".pub", key.verifier.text + "\n")
      Output.write("\(key.verifier.text)\n")
    }
  }

  /// `vsl key public FILE`
  struct Public: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Prints the public key that belongs to a secret one.")

    @OptionGroup var key: KeyOptions

    func run() throws { Output.write("\(try key.read(ledger: nil).verifier.text)\n") }
  }
}
