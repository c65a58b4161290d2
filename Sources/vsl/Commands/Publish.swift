import ArgumentParser
import EventLog
import Projections
import Tables
import ValueStream

/// `vsl publish METRIC --figure NAME`
struct Publish: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Records a figure that somebody relies on, so that `vsl restated` can say when it has changed.",
    discussion: """
      Takes the options of `vsl show`, and which figure of the answer it is. Appends an event with the question, the value, the position \
      and the digest of the whole answer, and prints the value and the event's position.

      EXAMPLES
        vsl publish lead-time --figure p85 --stream payments --from 2026-01-01 --to 2026-04-01
        vsl publish defects --period month --row 2026-03 --figure rate
      """)

  @OptionGroup var published: PublishedQuestion
  @Option(name: .long, help: "The source of the event.")
  var source: String = "/cli"
  @OptionGroup var ledger: LedgerOptions

  func validate() throws {
    if published.question.policy != nil {
      throw ValidationError(
        "A figure is published under the policy in force, so that it can be asked again. Append a policy.defined event, or leave out --policy."
      )
    }
  }

  func run() throws {
    let ledger = try ledger.open()
    let view = try ledger.view()
    let projection = try Catalogue.projection(named: published.metric)
    var query = try published.question.query(in: published.cut)
    let cut = try view.cut(for: query)
    query.atMicros = cut.atMicros
    let answer = try projection.checkedAnswer(query, from: view)
    guard let value = try answer.figure(published.figure, row: published.row) else {
      throw Failure(
        code: .refused, message: "There is no data for \(published.metric) \(published.figure): nothing to publish.")
    }
    let definition = try EventDefinition.named("metric.published")
    var event = EventDraft(
      definition, id: EventIdentity.random(), source: source, subject: published.metric,
      timeMicros: Clock.nowMicros(), stream: published.question.stream.count == 1 ? published.question.stream[0] : nil)
    do {
      try event.set("query", published.text(atMicros: cut.atMicros))
      try event.set("value", "\(value)")
      try event.set("position", "\(cut.position)")
      try event.set("digest", answer.digest)
    } catch {
      throw Failure(code: .refused, message: error.description)
    }
    let batch = EventBatch()
    try event.line.withUnsafeBytes {
      try EventPreparer(for: ledger.log).prepare($0, line: 1, into: batch)
    }
    let receipt = try ledger.log.append(batch, nowMicros: Clock.nowMicros())
    Output.write("\(value)\n")
    for position in receipt.positions { Output.write("position \(position)\n") }
  }
}

/// `vsl restated`
struct Restated: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Lists the published figures that have changed since: by how much, and because of which events.",
    discussion: """
      Every published question is asked again, about the same instant, with what the ledger knows now.

      EXAMPLES
        vsl restated
        vsl restated --all --format json
      """)

  @Flag(name: .long, help: "List the figures that have not changed, too.")
  var all = false
  @OptionGroup var output: AnswerFormatOptions
  @OptionGroup var ledger: LedgerOptions

  func run() throws {
    let view = try ledger.open().view()
    var rows: [[Value]] = []
    var causes: [[Value]] = []
    for figure in try view.publishedFigures() {
      let (now, table, problem) = try Self.askAgain(figure, view)
      let change = now.map { $0 - figure.value }
      guard all || problem != nil || change != 0 else { continue }
      rows.append([
        .integer(Int64(figure.position)), .timestamp(figure.publishedMicros), .text(figure.query),
        .number(figure.value), now.map(Value.number) ?? .null, change.map(Value.number) ?? .null,
        .integer(Int64(figure.knownAt)), problem.map(Value.text) ?? .null,
      ])
      for row in table?.rows ?? [] { causes.append([.integer(Int64(figure.position))] + row) }
    }
    try output.write(
      Answer(
        metric: "restated", parameters: [("knownAt", String(view.position))], position: view.position,
        root: try view.log.root(size: view.position).description,
        notes: rows.isEmpty ? ["No published figure has changed."] : [],
        table: Table(title: "Published figures\(all ? "" : " that have changed")", columns: Self.columns, rows: rows),
        more: causes.isEmpty ? [] : [Table(title: "Because of", columns: Self.causeColumns, rows: causes)]))
  }

  private static func askAgain(
    _ figure: PublishedFigure, _ view: borrowing LedgerView
  ) throws -> (now: Double?, changes: Table?, problem: String?) {
    do {
      let published = try PublishedQuestion.read(figure.query)
      let projection = try Catalogue.projection(named: published.metric)
      var query = try published.question.query(in: published.cut)
      query.explains = true
      query.knownAt = .position(figure.knownAt)
      let before = try projection.checkedAnswer(query, from: view)
      query.knownAt = nil
      let after = try projection.checkedAnswer(query, from: view)
      return (
        try after.figure(published.figure, row: published.row), AnswerDifference.changes(before, after), nil
      )
    } catch let error as QueryError {
      return (nil, nil, error.description)
    } catch  where "\(type(of: error))".contains("Command") || error is ValidationError {
      return (nil, nil, "The question cannot be read: \(PublishedQuestion.message(for: error))")
    }
  }

  private static let columns = [
    Column(name: "position", type: .integer, description: "The event that published it."),
    Column(name: "published", type: .timestamp, description: "When it was published."),
    Column(name: "question", type: .text, description: "What was asked."),
    Column(name: "value", type: .number, description: "The value that was published."),
    Column(name: "now", type: .number, description: "The value by what is known now; empty when there is none."),
    Column(name: "change", type: .number, description: "now − value."),
    Column(name: "knownAt", type: .integer, description: "The position that it was computed at."),
    Column(name: "problem", type: .text, description: "Why it cannot be asked again."),
  ]
  private static let causeColumns =
    [Column(name: "figure", type: .integer, description: "The position of the published figure.")]
    + [
      Column(name: "row", type: .text), Column(name: "what", type: .text), Column(name: "class", type: .text),
      Column(name: "id", type: .text), Column(name: "before", type: .number), Column(name: "after", type: .number),
      Column(name: "position", type: .integer),
    ]
}
