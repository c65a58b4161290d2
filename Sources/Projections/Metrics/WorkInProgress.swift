import Tables
import ValueStream

/// Items in progress, at an instant or over periods.
public struct WorkInProgress: Projection {
  /// See ``Projection``.
  public let name = "wip"
  /// See ``Projection``.
  public let title = "Work in progress"
  /// See ``Projection``.
  public let definition = """
    Work in progress is the number of items that came into the system (were created, or first seen) and are neither delivered nor \
    cancelled, at an instant; a reopened item is in progress again from its reopening on. With committed=yes, only items that have been \
    committed to count, from their commitment on. By period there are two figures: the average, weighted by time (time in progress \
    inside the period ÷ length of the period, or of the part of it that lies in the question and has passed), and the number at its \
    end. Items are judged by their stage and attributes at each moment; between stages, by the attributes that were last known.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "kind", "team", "service", "class", "label:KEY", "stage", "item"]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = true
  /// See ``Projection``.
  public let takesWorkingTime = false
  /// See ``Projection``.
  public let options = [
    ProjectionOption("committed", value: "yes|no", standard: "no", "Count only items that have been committed to.")
  ]
  /// See ``Projection``.
  public let charts = [
    ChartDescription(name: "wip", title: "Items in progress", form: .lines, x: "period", y: ["average", "wip"])
  ]

  /// The projection.
  public init() {}

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let committedOnly = try query.flag("committed")
    guard query.period != nil else {
      guard query.fromMicros == nil, query.toMicros == nil else {
        throw QueryError(
          "wip without --period is a state at one instant. Add --period, or use --at for another instant.")
      }
      return try atInstant(query, committedOnly, view)
    }
    return try byPeriod(query, committedOnly, view)
  }

  private struct Counts {
    var items = 0
    var between = 0
  }

  private func atInstant(_ query: Query, _ committedOnly: Bool, _ view: borrowing LedgerView) throws -> Answer {
    let parts = try AnswerParts(query, view)
    var figures = try Figures(parts, view, range: nil) { Counts() }
    OpenNow(parts, parts.cut, view).forEach { piece in
      guard !committedOnly || piece.committedMicros != nil else { return }
      let row = piece.posting
      guard figures.passes(row), figures.passes(stage: piece.stage) else { return }
      figures.add(row, at: piece.fromMicros, stage: piece.stage) {
        $0.items += 1
        if piece.stage == 0 { $0.between += 1 }
      }
    }
    let rows = try figures.rows(view)
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: parts.notes,
      table: Table(
        title: title,
        columns: figures.leadingColumns + [
          Column(name: "wip", type: .integer, unit: "items", description: "Items in progress."),
          Column(name: "inNoStage", type: .integer, unit: "items", description: "Those of them that are in no stage."),
        ],
        rows: rows.map { figures.cells($0, [.integer(Int64($0.sum.items)), .integer(Int64($0.sum.between))]) }),
      explanation: figures.explanation(rows, view))
  }

  private struct Load {
    var micros: Int128 = 0
    var atEnd = 0
  }

  private func byPeriod(_ query: Query, _ committedOnly: Bool, _ view: borrowing LedgerView) throws -> Answer {
    let parts = try AnswerParts(query, view)
    let at = parts.cut.atMicros
    let items = OpenItems(parts, view)
    let first = items.firstMicros ?? .max
    var figures = try Figures(parts, view, range: first <= at ? first...at : nil) { Load() }
    let slices = try PeriodSlices(parts, first: first <= at ? first : nil)
    let lanes = items.fold(isSerial: figures.isSerial) {
      figures
    } _: { figures, piece in
      var from = piece.fromMicros
      if committedOnly {
        guard let committed = piece.committedMicros else { return }
        from = max(from, committed)
      }
      let row = piece.posting
      guard figures.passes(row), figures.passes(stage: piece.stage) else { return }
      slices.forEach(from: from, to: piece.toMicros) { slice in
        figures.add(row, at: slice.startMicros, stage: piece.stage, amount: Double(slice.micros) / 1e6) {
          $0.micros += Int128(slice.micros)
          if slice.reachesEnd { $0.atEnd += 1 }
        }
      }
    }
    for lane in lanes {
      figures.absorb(lane) {
        $0.micros += $1.micros
        $0.atEnd += $1.atEnd
      }
    }
    let rows = try figures.rows(view)
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: parts.notes,
      table: Table(
        title: title,
        columns: figures.leadingColumns + [
          Column(
            name: "average", type: .number, unit: "items", description: "Items in progress, on average over the time."),
          Column(
            name: "wip", type: .integer, unit: "items", description: "Items in progress at the end of the period."),
        ] + figures.trailingColumns,
        rows: rows.map { row in
          let range = slices.range(of: row)
          let hasBegun = (row.start ?? .max) <= at
          return figures.cells(
            row,
            [
              range.map { .number(Double(row.sum.micros) / Double($0.upperBound - $0.lowerBound)) } ?? .null,
              hasBegun ? .integer(Int64(row.sum.atEnd)) : .null,
            ])
        }), explanation: figures.explanation(rows, view))
  }
}
