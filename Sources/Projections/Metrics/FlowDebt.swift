import Tables
import ValueStream

/// Time that is borrowed from work that waits.
public struct FlowDebt: Projection {
  /// See ``Projection``.
  public let name = "flow-debt"
  /// See ``Projection``.
  public let title = "Flow debt"
  /// See ``Projection``.
  public let definition = """
    At the end of a period, the approximate cycle time is how long ago as many items had been committed to as have left by now (delivered, \
    or cancelled after their commitment): the width of the cumulative flow diagram. Measured is the mean cycle time of the items delivered \
    in the period. Debt is approximate − measured: above 0, items finish quickly while others, committed to earlier, wait and grow old; \
    below 0, old items are being finished. After Vacanti, Actionable Agile Metrics for Predictability, 2015. Items are judged by the \
    stream and the attributes that they had last; an item that was opened again has not left. Elapsed time, or working time on request. \
    Items that left without a commitment are counted in a note.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "kind", "team", "service", "class", "label:KEY"]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let charts = [
    ChartDescription(
      name: "flow-debt", title: "Cycle time: approximate and measured", form: .lines, x: "period",
      y: ["approximate", "measured"])
  ]

  /// The projection.
  public init() {}

  private struct Sums {
    var left = 0
    var cycles: [Int64] = []
  }

  /// What one group committed to and finished, of all time.
  private struct History {
    var stream: UInt16
    var committed: [Int64] = []
    var left: [Int64] = []
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    var split = query
    split.groupings = [.stream] + query.groupings.filter { $0 != .stream }
    let parts = try AnswerParts(split, view)
    var figures = try Figures(parts, view, range: view.books.completions.timeRange(in: parts.cut)) { Sums() }
    var classifier = try RowClassifier(split, view)
    var histories: [History] = []
    func group(_ stream: UInt16, _ attributes: UInt32, _ item: UInt32) -> Int {
      let group = classifier.group(stream: stream, attributes: attributes, item: item)
      if group == histories.count { histories.append(History(stream: stream)) }
      return group
    }
    var uncommitted = 0
    StandingEntries(view.books.completions, parts.cut).forEach(in: view.books.completions) { row in
      guard figures.passes(row) else { return }
      let isCancelled = row.stamp.flags.contains(.cancelled)
      guard row.committedMicros != ItemState.unknown else {
        if !isCancelled, parts.isInRange(row.effectiveMicros) {
          uncommitted += 1
          figures.exclude(row, because: "never committed to")
        }
        return
      }
      let group = group(row.stamp.stream, row.attributes, row.item)
      histories[group].committed.append(row.committedMicros)
      histories[group].left.append(row.effectiveMicros)
      let cycle = parts.clock.span(row.stamp.stream, from: row.committedMicros, to: row.effectiveMicros)
      figures.add(row, at: row.effectiveMicros, amount: isCancelled ? nil : Double(cycle) / 1e6) {
        $0.left += 1
        if !isCancelled { $0.cycles.append(cycle) }
      }
    }
    OpenNow(parts, parts.cut, view).forEach { piece in
      guard let committed = piece.committedMicros,
        classifier.passes(stream: piece.stream, attributes: piece.attributes, item: piece.item)
      else { return }
      histories[group(piece.stream, piece.attributes, piece.item)].committed.append(committed)
    }
    var byName: [[String]: History] = [:]
    for (key, history) in zip(classifier.keys, histories) {
      var sorted = history
      sorted.committed = history.committed.radixSorted()
      sorted.left = history.left.radixSorted()
      byName[classifier.columns(of: key, view).map { $0 ?? "" }] = sorted
    }
    var notes = parts.notes
    if uncommitted > 0 { notes.append("\(uncommitted) items were delivered without a commitment and are left out.") }
    let rows = try figures.rows(view)
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: notes,
      table: Table(
        title: title, columns: figures.leadingColumns + Self.columns + figures.trailingColumns,
        rows: rows.map { row in
          let history = byName[row.names.map { $0 ?? "" }]
          return figures.cells(row, Self.cells(row, history, parts))
        }), explanation: figures.explanation(rows, view))
  }

  private static func cells(_ row: Figures<Sums>.Row, _ history: History?, _ parts: AnswerParts) -> [Value] {
    // Of the end of the period, or of what of it has passed: half-open, so one microsecond before.
    let asked = min(row.end ?? .max, parts.query.toMicros ?? .max)
    let end = asked > parts.cut.atMicros ? parts.cut.atMicros : asked - 1
    var approximate: Int64?
    var (committed, left) = (0, 0)
    if let history {
      committed = count(history.committed, through: end)
      left = count(history.left, through: end)
      if left > 0, left <= history.committed.count, history.committed[left - 1] <= end {
        approximate = parts.clock.span(history.stream, from: history.committed[left - 1], to: end)
      }
    }
    var cycles = row.sum.cycles
    let measured = DurationSummary(&cycles, percentiles: [])?.meanMicros
    var debt: Int64?
    if let approximate, let measured { debt = approximate - measured }
    return [
      .integer(Int64(committed)), .integer(Int64(left)), approximate.map(AnswerParts.seconds) ?? .null,
      .integer(Int64(row.sum.cycles.count)), measured.map(AnswerParts.seconds) ?? .null,
      debt.map(AnswerParts.seconds) ?? .null,
    ]
  }

  /// How many of some ascending instants lie at or before one.
  private static func count(_ sorted: [Int64], through instant: Int64) -> Int {
    var low = 0
    var high = sorted.count
    while low < high {
      let middle = (low + high) / 2
      if sorted[middle] <= instant { low = middle + 1 } else { high = middle }
    }
    return low
  }

  private static let columns = [
    Column(name: "committed", type: .integer, unit: "items", description: "Items ever committed to, at the end."),
    Column(name: "left", type: .integer, unit: "items", description: "Those of them that have left, at the end."),
    Column(name: "approximate", type: .duration, unit: "s", description: "The approximate cycle time."),
    Column(name: "n", type: .integer, unit: "items", description: "Items delivered in the period."),
    Column(name: "measured", type: .duration, unit: "s", description: "Their mean cycle time."),
    Column(name: "debt", type: .duration, unit: "s", description: "approximate − measured."),
  ]
}
