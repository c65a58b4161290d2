import ArgumentParser
import Audit
import EventLog
import Foundation
import Projections
import Tables
import ValueStream

/// `vsl evidence METRIC -o bundle.zip`
struct Evidence: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Packs an answer with the events behind it and the proof that they are in the log.",
    discussion: """
      Takes the options of `vsl show`. Whoever gets the bundle recomputes the answer with `vsl verify-evidence`, without the ledger. With a \
      filter by stream or item only the events that the answer needs are disclosed; of the others their hashes show that they are there, \
      not what they say. --all-events discloses all, which proves that none was left out.

      EXAMPLES
        vsl evidence lead-time --stream payments --from 2026-01-01 --to 2026-04-01 --key payments.key -o bundle.zip
        vsl evidence defects --all-events --key payments.key -o bundle/
      """)

  @Argument(help: ArgumentHelp("The metric.", valueName: "metric"), completion: .list(Catalogue.all.map(\.name)))
  var metric: String
  @OptionGroup var question: QueryOptions
  @OptionGroup var cut: CutOptions
  @Flag(name: .long, help: "Disclose every event up to the position.")
  var allEvents = false
  @Option(name: .shortAndLong, help: ArgumentHelp("A zip file (*.zip) or a folder.", valueName: "path"))
  var output: String
  @OptionGroup var key: KeyOptions
  @OptionGroup var ledger: LedgerOptions

  func validate() throws {
    if question.policy != nil {
      throw ValidationError(
        "Evidence is given under the policy in force, whose events are in the bundle. Leave out --policy, or append a policy.defined event."
      )
    }
  }

  func run() throws {
    let ledger = try ledger.open()
    let projection = try Catalogue.projection(named: metric)
    var query = try question.query(in: cut)
    let resolved = try ledger.view().cut(for: query)
    query.atMicros = resolved.atMicros
    let words = [metric] + question.words + ["--at", Timestamp.format(resolved.atMicros)]
    let fixed = query
    let directory = self.ledger.directory
    let bundle = try EvidenceBundle.make(
      metric: projection, question: words, filter: query.filter, position: resolved.position, allEvents: allEvents,
      of: ledger
    ) { view, knownAt in
      var query = fixed
      query.knownAt = knownAt.map(KnownAt.position)
      return try projection.checkedAnswer(query, from: view)
    } sign: { size in
      try key.sign(ledger.log.snapshot(), size: size, ledger: directory)
    }
    try bundle.write(to: output)
    try Copies.add("evidence", to: output, of: ledger.log, through: resolved.position)
    Output.write("Wrote \(output). \(bundle.manifest.statement)\n")
  }
}

/// `vsl verify-evidence PATH`
struct VerifyEvidence: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Recomputes the answer of a bundle of evidence and checks every proof, without the ledger.",
    discussion: """
      Exit code 0: the events are in the log that the key signed, and give this answer; 1: they are not, or do not.

      EXAMPLES
        vsl verify-evidence bundle.zip --public-key payments.key.pub
      """)

  @Argument(help: "The zip file or folder.")
  var path: String
  @OptionGroup var trusted: PublicKeyOptions
  @OptionGroup var output: AnswerFormatOptions

  func run() throws {
    let bundle = try EvidenceBundle(readingFrom: path)
    let signers = try trusted.check(bundle.checkpoint)
    let question: EvidenceQuestion
    do {
      question = try EvidenceQuestion.parse(bundle.manifest.question)
    } catch {
      throw Failure(
        code: .damageFound, message: "The bundle's question cannot be read: \(EvidenceQuestion.message(for: error))")
    }
    // A bundle of somebody else's must not make this program read files.
    guard question.question.policy == nil, question.cut.at != nil else {
      throw Failure(
        code: .damageFound,
        message: "The bundle's question names a policy file, or no instant: it was not made by this program.")
    }
    let projection = try Catalogue.projection(named: question.metric)
    let query = try question.question.query(in: question.cut)
    let verdict = try bundle.verify { view, _ in try projection.checkedAnswer(query, from: view) }
    var answer = verdict.answer
    // What is shown is about the ledger, not about the one made of the bundle's records.
    answer.position = bundle.manifest.position
    answer.root = bundle.checkpoint.checkpoint.root.description
    answer.parameters = answer.parameters.map { $0.name == "knownAt" ? ("knownAt", "\(bundle.manifest.position)") : $0 }
    try output.write(answer)
    let checkpoint = bundle.checkpoint.checkpoint
    Output.flush()
    Output.error(
      """
      The evidence holds: the answer follows from events of the log \(checkpoint.origin) of \(checkpoint.size) records. \(signers)
      \(bundle.manifest.withheld == 0 ? "Every record is disclosed." : EvidenceText.withheld(bundle.manifest))
      \(verdict.isSameVersion ? "" : "It was made by another version of the program, which counts the same here.\n")
      """)
  }
}

/// The question of a bundle, as its arguments say it.
struct EvidenceQuestion: ParsableArguments {
  @Argument var metric: String
  @OptionGroup var question: QueryOptions
  @OptionGroup var cut: CutOptions
}

/// Sentences about a bundle, made from its numbers and not taken from its text.
enum EvidenceText {
  static func withheld(_ manifest: EvidenceManifest) -> String {
    "\(manifest.disclosed) records are disclosed; \(manifest.withheld) others are in the log, and that none of them would change the answer "
      + "is not proven: ask for `vsl prove POSITION` of any, or for a bundle made with --all-events."
  }
}
