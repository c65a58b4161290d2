import EventLog
import Tables
import ValueStream

/// How long visits of stages take, and how long items spend in each stage in all.
public struct StageTimes: Projection {
  /// See ``Projection``.
  public let name = "stage-time"
  /// See ``Projection``.
  public let title = "Time in stage"
  /// See ``Projection``.
  public let definition = """
    Stage time is the time from entering a stage to leaving it, for each visit that has ended, counted in the period of its end. Beside it \
    stands the time for each item: the sum of its ended visits of the stage in the period. A visit is judged by the stream and the \
    attributes that the item had when the visit began; a change of attributes does not begin a new visit, and time blocked in the stage \
    is part of it. Visits that go on have no stage time yet: they are counted in a note. Percentiles are nearest rank. Stages are listed \
    in the order of the stream's definition. A done stage delivers and is never visited. Under a policy with backwardMoves forgetLater, \
    visits of stages that lie behind one which the item went back to afterwards are dropped.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "kind", "team", "service", "class", "label:KEY", "stage", "item"]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = true
  /// See ``Projection``.
  public let charts = [
    ChartDescription(
      name: "stage-time", title: "Time in each stage", form: .bars, x: "stage", y: ["p50", "p85", "p95"])
  ]

  /// The projection.
  public init() {}

  private struct Times {
    var visits = Durations()
    var items = Durations()
    var lastItem: UInt32 = 0

    mutating func add(_ visit: WholeVisit) {
      visits.append(visit.lastedMicros)
      // No item has the number 0.
      if lastItem == visit.item {
        items.addToLast(visit.lastedMicros)
      } else {
        items.append(visit.lastedMicros)
        lastItem = visit.item
      }
    }
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    var split = query
    split.groupings = [.stream, .stage] + query.groupings.filter { $0 != .stream && $0 != .stage }
    let parts = try AnswerParts(split, view)
    let order = StageOrder(parts, view)
    var figures = try Figures(parts, view, range: view.books.visits.timeRange(in: parts.cut)) { Times() }
    let places = parts.policy.backwardMoves == .forgetLater ? StageTable.defined(parts, view) : nil
    var goingOn = 0
    let lanes = ItemVisits(view, parts.cut).fold(isSerial: figures.isSerial) {
      (figures: figures, goingOn: 0)
    } _: { lane, _, spans in
      forEachKeptVisit(spans, parts, places) { visit in
        let row = visit.posting
        guard lane.figures.passes(row), lane.figures.passes(stage: visit.stage) else { return }
        guard let end = visit.toMicros else {
          lane.goingOn += 1
          lane.figures.exclude(row, because: "the visit goes on")
          return
        }
        lane.figures.add(row, at: end, stage: visit.stage, amount: Double(visit.lastedMicros) / 1e6) { $0.add(visit) }
      }
    }
    for lane in lanes {
      goingOn += lane.goingOn
      figures.absorb(lane.figures) {
        $0.visits += $1.visits
        $0.items += $1.items
      }
    }
    let rows = try figures.rows(view).sorted { order.precedes($0, $1) }
    var notes = parts.notes
    if goingOn > 0 { notes.append("\(goingOn) visits go on and are left out; their ages are in queues.") }
    var columns = figures.leadingColumns
    columns.append(Column(name: "role", type: .text, description: "queue or work, as the definition says."))
    columns += DurationFigures.columns("visits ended", "time of a visit", count: "visits")
    columns += DurationFigures.columns("items", "time of an item", prefix: "item", count: "items")
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: notes,
      table: Table(
        title: title, columns: columns + figures.trailingColumns,
        rows: rows.mapOnCores { row in
          let figuresOfRow: [Value] =
            [.text(order.kind(row.names[0], row.names[1]))] + DurationFigures.cells(row.sum.visits, parts)
            + DurationFigures.cells(row.sum.items, parts)
          return figures.cells(row, figuresOfRow)
        }), explanation: figures.explanation(rows, view))
  }
}
