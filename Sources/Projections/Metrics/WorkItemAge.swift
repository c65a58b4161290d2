import Tables
import ValueStream

/// How old the items in progress are.
public struct WorkItemAge: Projection {
  /// See ``Projection``.
  public let name = "age"
  /// See ``Projection``.
  public let title = "Work item age"
  /// See ``Projection``.
  public let definition = """
    Work item age is the time since an item came into the system (its creation, or when it was first seen, if that is earlier or no \
    creation is known), for each item that is neither delivered nor cancelled. With since=commitment it is the time since its commitment, \
    and items never committed to are left out and counted in a note. The first table lists the oldest items with stage and whether they \
    are blocked; the second has the percentiles over all of them, nearest rank. A reopened item's age goes on from its beginning: its \
    time as delivered counts too.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "kind", "team", "service", "class", "label:KEY", "stage", "item"]
  /// See ``Projection``.
  public let takesPeriods = false
  /// See ``Projection``.
  public let takesStages = true
  /// See ``Projection``.
  public let options = [
    ProjectionOption("since", value: "creation|commitment", standard: "creation", "Where the age begins."),
    ProjectionOption("top", value: "number", standard: "50", "How many items to list, the oldest first."),
  ]
  /// See ``Projection``.
  public let charts = [
    ChartDescription(name: "age", title: "Age of open items", form: .dots, x: "stage", y: ["age"], series: "blocked")
  ]

  /// The projection.
  public init() {}

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let fromCommitment = try query.choice("since", of: ["creation", "commitment"]) == "commitment"
    let top = try query.count("top", standard: 50)
    let parts = try AnswerParts(query, view)
    let at = parts.cut.atMicros
    var blocked: Set<UInt32> = []
    StandingEntries(view.books.blocks, parts.cut).forEach(in: view.books.blocks) { blocked.insert($0.item) }
    var figures = try Figures(parts, view, range: nil) { [Int64]() }
    var open: [(age: Int64, piece: OpenPiece)] = []
    var uncommitted = 0
    OpenNow(parts, parts.cut, view).forEach { piece in
      let row = piece.posting
      guard figures.passes(row), figures.passes(stage: piece.stage) else { return }
      let since: Int64
      if fromCommitment {
        guard let committed = piece.committedMicros else {
          uncommitted += 1
          figures.exclude(row, because: "never committed to")
          return
        }
        since = committed
      } else {
        since = piece.openedMicros
      }
      let age = parts.clock.span(piece.stream, from: since, to: at)
      figures.add(row, at: piece.fromMicros, stage: piece.stage, amount: Double(age) / 1e6) { $0.append(age) }
      open.append((age, piece))
    }
    open = Self.oldest(open, top)
    var notes = parts.notes
    let rows = try figures.rows(view)
    let total = rows.reduce(0) { $0 + $1.sum.count }
    if total > open.count { notes.append("The \(open.count) oldest of \(total) open items are listed.") }
    if uncommitted > 0 { notes.append("\(uncommitted) open items were never committed to and are left out.") }
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: notes,
      table: Table(
        title: title, columns: Self.itemColumns,
        rows: open.map { age, piece in
          [
            .text(view.subjectName(piece.item)), view.streamName(piece.stream).map(Value.text) ?? .null,
            view.stages.name(piece.stage).flatMap { $0.isEmpty ? nil : Value.text($0) } ?? .null,
            AnswerParts.seconds(age),
            AnswerParts.seconds(parts.clock.span(piece.stream, from: piece.sinceMicros, to: at)),
            .text(blocked.contains(piece.item) ? "yes" : "no"), .timestamp(piece.openedMicros),
            piece.committedMicros.map(Value.timestamp) ?? .null,
          ]
        }),
      more: [
        Table(
          title: "Ages", columns: figures.leadingColumns + DurationFigures.columns("open items", "age"),
          rows: rows.map { row in
            var ages = row.sum
            return figures.cells(row, DurationFigures.cells(&ages, parts))
          })
      ],
      explanation: figures.explanation(rows, view))
  }

  private static func oldest(_ open: [(age: Int64, piece: OpenPiece)], _ top: Int) -> [(age: Int64, piece: OpenPiece)] {
    Array(
      open.sorted { ($0.age, $1.piece.openedMicros, $1.piece.item) > ($1.age, $0.piece.openedMicros, $0.piece.item) }
        .prefix(top))
  }

  private static let itemColumns = [
    Column(name: "item", type: .text, description: "The item."),
    Column(name: "stream", type: .text, description: "Its value stream."),
    Column(name: "stage", type: .text, description: "The stage that it is in; empty for none."),
    Column(name: "age", type: .duration, unit: "s", description: "Its age."),
    Column(
      name: "stageAge", type: .duration, unit: "s", description: "Time since it entered its stage, or left the last."),
    Column(name: "blocked", type: .text, description: "Whether it is blocked."),
    Column(name: "opened", type: .timestamp, description: "When it came into the system."),
    Column(name: "committed", type: .timestamp, description: "When it was committed to; empty when it never was."),
  ]
}
