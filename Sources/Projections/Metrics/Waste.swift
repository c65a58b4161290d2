import Tables
import ValueStream

/// Work that was begun and thrown away.
public struct Waste: Projection {
  /// See ``Projection``.
  public let name = "waste"
  /// See ``Projection``.
  public let title = "Waste"
  /// See ``Projection``.
  public let definition = """
    Wasted items are those cancelled after their commitment. The rate is wasted ÷ (delivered + cancelled), where cancelled counts all \
    cancellations, counted in the period in which the item was delivered or cancelled. The time spent on wasted items is given twice: \
    from commitment to cancellation, and as process time (in work stages less blocked time there). Split by stage, an item counts under \
    the last stage that it was in. An item that was reopened after its cancellation no longer counts as cancelled. Nothing delivered or \
    cancelled, no rate.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "kind", "team", "service", "class", "label:KEY", "stage", "item"]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let charts = [
    ChartDescription(name: "waste", title: "Items thrown away", form: .lines, x: "period", y: ["rate"])
  ]

  /// The projection.
  public init() {}

  private struct Sums {
    var delivered = 0
    var cancelled = 0
    var wasted = 0
    var elapsed: Int128 = 0
    var process: Int128 = 0
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let parts = try AnswerParts(query, view)
    var figures = try Figures(parts, view, range: view.books.completions.timeRange(in: parts.cut)) { Sums() }
    var wasted: [CompletionPosting] = []
    StandingEntries(view.books.completions, parts.cut).forEach(in: view.books.completions) { row in
      guard parts.isInRange(row.effectiveMicros), figures.passes(row) else { return }
      if !row.stamp.flags.contains(.cancelled) {
        figures.add(row, at: row.effectiveMicros, stage: row.stage, amount: 0) { $0.delivered += 1 }
      } else if row.committedMicros == ItemState.unknown {
        figures.add(row, at: row.effectiveMicros, stage: row.stage, amount: 0) { $0.cancelled += 1 }
      } else {
        wasted.append(row)
      }
    }
    let times = ItemTimes(of: wasted.lazy.map(\.item), parts, view)
    for row in wasted {
      let elapsed = parts.clock.span(row.stamp.stream, from: row.committedMicros, to: row.effectiveMicros)
      let process = times[row.item].processMicros
      figures.add(row, at: row.effectiveMicros, stage: row.stage, amount: Double(process) / 1e6) {
        $0.cancelled += 1
        $0.wasted += 1
        $0.elapsed += Int128(elapsed)
        $0.process += Int128(process)
      }
    }
    let rows = try figures.rows(view)
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: parts.notes,
      table: Table(
        title: title,
        columns: figures.leadingColumns + [
          Column(name: "delivered", type: .integer, unit: "items", description: "Items delivered."),
          Column(name: "cancelled", type: .integer, unit: "items", description: "Items cancelled."),
          Column(name: "wasted", type: .integer, unit: "items", description: "Those cancelled after commitment."),
          Column(name: "rate", type: .share, unit: "1", description: "wasted ÷ (delivered + cancelled)."),
          Column(name: "time", type: .duration, unit: "s", description: "Their times from commitment, together."),
          Column(name: "process", type: .duration, unit: "s", description: "Their process times, together."),
        ] + figures.trailingColumns,
        rows: rows.map { row in
          let sums = row.sum
          let all = sums.delivered + sums.cancelled
          return figures.cells(
            row,
            [
              .integer(Int64(sums.delivered)), .integer(Int64(sums.cancelled)), .integer(Int64(sums.wasted)),
              all == 0 ? .null : .share(Double(sums.wasted) / Double(all)),
              sums.wasted == 0 ? .null : .duration(Double(sums.elapsed) / 1e6),
              sums.wasted == 0 ? .null : .duration(Double(sums.process) / 1e6),
            ])
        }), explanation: figures.explanation(rows, view))
  }
}
