import ArgumentParser
import EventLog
import Interchange
import Projections

/// `vsl import FILE…`
struct Import: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract:
      "Imports files: CloudEvents (one a line, or an array) or XES logs, plain or gzip; the format is found out.",
    discussion: """
      Events are appended in batches, each safe on disk before the next. An import that was interrupted is started again in the same \
      way: what is there already is skipped. "-" is standard input.

      Each case of an XES log becomes an item named after it. Cases of the same name in different logs become one item, which is right \
      for a log that has grown and wrong for logs that number their cases each for itself: give those an --item-prefix each. The stages \
      of a log in which cases wait (lifecycle "schedule") are defined as queue or work from 1900 on; a definition of your own holds \
      instead, from its time on.

      EXAMPLES
        vsl import events.ndjson
        vsl import log.xes.gz --stream claims
        vsl import north.xes --item-prefix north/
        vsl import events.ndjson --on-error skip --rejects rejects.ndjson
      """)

  enum OnError: String, ExpressibleByArgument, CaseIterable { case stop, skip }

  @Argument(help: ArgumentHelp("The files.", valueName: "file"), completion: .file())
  var files: [String]
  @Option(name: .long, help: "At an event that is refused: stop, or skip it and go on.")
  var onError: OnError = .stop
  @Option(
    name: .long, help: ArgumentHelp("Write refused events to this file, with the reasons.", valueName: "file"),
    completion: .file())
  var rejects: String?
  @Option(name: .long, help: "XES: the value stream. (default: the log's name)")
  var stream: String?
  @Flag(name: .long, help: "XES: do not deliver cases at their last event.")
  var openCases = false
  @Option(
    name: .long,
    help: ArgumentHelp(
      "XES: put this before the names of the cases; needed where another log has the same names.", valueName: "prefix"))
  var itemPrefix = ""
  @OptionGroup var keys: PersonalKeyOptions
  @OptionGroup var ledger: LedgerOptions

  func validate() throws {
    if rejects != nil, onError == .stop { throw ValidationError("--rejects goes with --on-error skip.") }
  }

  func run() throws {
    let log = try ledger.open().log
    let keys = try keys.open(for: log)
    var refused = 0
    var conflicts = 0
    for (index, file) in files.enumerated() {
      var options = ImportOptions()
      options.onError = onError == .stop ? .stop : .skip
      options.rejectsPath = rejects
      options.addsToRejects = index > 0
      options.stream = stream
      options.openCases = openCases
      options.itemPrefix = itemPrefix
      options.keys = keys
      let progress = Progress(file)
      let report: ImportReport
      do {
        report = try ImportPipeline.run(source: ByteSource(path: file), log: log, options: options) { report in
          progress.update(
            done: Double(report.bytes), total: report.totalBytes.map(Double.init), count: report.events, unit: "events")
        }
        progress.finish()
      } catch {
        progress.finish()
        throw error
      }
      refused += report.rejected
      conflicts += report.conflicts
      var text = "\(file): \(report.appended) events appended"
      if report.duplicates > 0 { text += ", \(report.duplicates) there already" }
      if report.rejected > 0 { text += ", \(report.rejected) refused" }
      if report.seconds > 0 { text += ", \(Int(Double(report.events) / report.seconds)) events/s" }
      if report.appended > 0 { text += ". Last position: \(report.lastPosition)" }
      Output.write(text + ".\n")
    }
    if refused > 0 {
      throw Failure(
        code: conflicts == refused ? .conflict : .refused,
        message:
          "\(refused) events were refused\(rejects.map { "; they are in \($0)" } ?? "; --rejects FILE keeps them").")
    }
  }
}
