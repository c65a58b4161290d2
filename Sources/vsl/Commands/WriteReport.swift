import ArgumentParser
import Charts
import Projections
import Tables
import ValueStream

/// `vsl report`
struct WriteReport: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Writes one page with every metric that has a chart: pictures, tables, definitions and provenance.",
    discussion: """
      The page is complete in itself: no scripts, nothing loaded from a network, light or dark as the reader's system is, readable on \
      a phone and on paper. The command line that it shows makes the same page again. \
      Metrics over periods are by week when --period says nothing. A metric that cannot answer the question is listed with the reason.

      The pictures are drawn with vl-convert-python: see `vsl chart --help`.

      EXAMPLES
        vsl report -o report.html
        vsl report --stream payments --from 2026-01-01 --to 2026-04-01 --period month -o first-quarter.html
        vsl report --known-at 12000 --at 2026-03-01 -o as-known-then.html
      """)

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The file.", valueName: "file"), completion: .file(extensions: ["html"]))
  var output: String
  @OptionGroup var question: QueryOptions
  @OptionGroup var cut: CutOptions
  @OptionGroup var ledger: LedgerOptions

  /// A part of the page before its pictures are drawn.
  private struct Draft {
    var key: String
    var answer: Answer
    var command: String
    /// The titles of its pictures, and the numbers of their specifications for a wide page; those for a narrow one follow them.
    var figures: [(title: String, number: Int)] = []
  }

  func run() throws {
    var query = try question.query(in: cut)
    let view = try ledger.open().view()
    // All answers are about one position and one instant, which the page names.
    let fixed = try view.cut(for: query)
    query.knownAt = .position(fixed.position)
    query.atMicros = fixed.atMicros

    var specifications: [String] = []
    var drafts: [(projection: any Projection, parts: [Draft])] = []
    var omitted: [(name: String, reason: String)] = []
    for projection in Catalogue.all where !projection.charts.isEmpty {
      do {
        let parts = try self.parts(projection, query, view, &specifications)
        drafts.append((projection, parts))
      } catch let error as QueryError {
        omitted.append((projection.name, error.description))
      } catch let error as ChartError {
        omitted.append((projection.name, error.description))
      }
    }
    for projection in Catalogue.all where projection.charts.isEmpty {
      omitted.append((projection.name, "It has no chart: vsl show \(projection.name) answers with a table."))
    }
    let pictures = try PictureConverter.convert(specifications, to: .svg).map { String(decoding: $0, as: UTF8.self) }
    let report = Report(
      streams: try StreamsAnswer.make(query, from: view), parameters: parameters,
      command: CommandText.joined(["vsl", "report"] + words(query, question.words) + ["-o", output]),
      sections: drafts.map { projection, parts in
        Report.Section(
          name: projection.name, title: projection.title, definition: projection.definition,
          parts: parts.map { part in
            let figures = part.figures.map { title, number in
              Report.Figure(title: title, wide: pictures[number], narrow: pictures[number + 1])
            }
            return Report.Part(figures: figures, answer: part.answer, command: part.command)
          })
      }, omitted: omitted)
    // Not before there is a page: a refused question leaves the file as it is.
    try Output.redirect(to: output)
    Output.write(report.html)
  }

  /// The answers that a projection's charts need, each once, with the specifications of their pictures.
  private func parts(
    _ projection: any Projection, _ query: Query, _ view: borrowing LedgerView, _ specifications: inout [String]
  ) throws -> [Draft] {
    let query = projection.own(query)
    var options = question
    if !projection.takesPeriods { (options.from, options.to, options.period, options.timezone) = (nil, nil, nil, nil) }
    options.workingTime = query.workingTime
    var parts: [Draft] = []
    var drawn: [String] = []
    for chart in projection.charts {
      var asked = query
      // A distribution is that of the whole time.
      if chart.form == .histogram { asked.period = nil }
      let picture = try Picture(chart, of: projection, asked, from: view)
      options.period = picture.query.period?.rawValue
      options.groupings = picture.query.groupings.map(\.name)
      let key = options.words.joined(separator: "\u{0}")
      let index: Int
      if let met = parts.firstIndex(where: { $0.key == key }) {
        index = met
      } else {
        index = parts.count
        let command = CommandText.joined(["vsl", "show", projection.name] + words(query, options.words))
        parts.append(Draft(key: key, answer: picture.answer, command: command))
      }
      parts[index].figures.append((chart.title, specifications.count + drawn.count))
      for width in [700, 240] {
        drawn.append(try picture.specification(ChartOptions(theme: .page, width: width, hasTitle: false)))
      }
    }
    specifications += drawn
    return parts
  }

  /// Options that fix what the ledger knew and the instant, whatever happens later.
  private func words(_ query: Query, _ question: [String]) -> [String] {
    var words = question
    if case .position(let position) = query.knownAt { words += ["--known-at", String(position)] }
    if let at = query.atMicros { words += ["--at", Timestamp.format(at)] }
    return words
  }

  /// The options as the page names them.
  private var parameters: [(name: String, value: String)] {
    var parameters: [(name: String, value: String)] = []
    var name = ""
    for word in question.words {
      if word.hasPrefix("--"), name.isEmpty || word == "--working-time" {
        name = String(word.dropFirst(2))
        if name == "working-time" {
          parameters.append((name, "yes"))
          name = ""
        }
      } else {
        parameters.append((name, word))
        name = ""
      }
    }
    return parameters
  }
}
