import Tables
import ValueStream

/// Lead time (flow time) of delivered items, with cycle time beside it.
public struct LeadTimes: Projection {
  /// See ``Projection``.
  public let name = "lead-time"
  /// See ``Projection``.
  public let title = "Lead time"
  /// See ``Projection``.
  public let definition = """
    Lead time is delivered − created, for each delivered item, counted in the period of its delivery. Cycle time is delivered − \
    commitment: the first entry into the stream's commitment stage or a later one, else into its first work stage or a later one. \
    Elapsed time, or working time on request; percentiles are nearest rank over exact values; n is the number of items. An item that was reopened counts once, \
    at its last delivery, from its creation. Items without a created event are counted in a note, not in the figures.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "kind", "team", "service", "class", "label:KEY", "stage", "item"]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let charts = [
    ChartDescription(
      name: "distribution", title: "Lead times", form: .histogram, x: "lead", y: ["p50", "p85", "p95"]),
    ChartDescription(
      name: "trend", title: "Lead time of half and of 85 % of the items", form: .lines, x: "period", y: ["p50", "p85"]),
  ]

  /// The projection.
  public init() {}

  private struct Population {
    var leads: [Int64] = []
    var cycles: [Int64] = []
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let parts = try AnswerParts(query, view)
    let standing = parts.completed(view)
    var figures = try Figures(parts, view, range: view.books.completions.timeRange(in: parts.cut)) { Population() }
    var withoutCreated = 0
    var withoutCommitment = 0
    standing.forEach(in: view.books.completions) { row in
      let delivered = row.effectiveMicros
      guard !row.stamp.flags.contains(.cancelled), parts.isInRange(delivered), figures.passes(row) else { return }
      guard row.createdMicros != ItemState.unknown else {
        withoutCreated += 1
        figures.exclude(row, because: "no created event is known: there is no lead time")
        return
      }
      let lead = parts.clock.span(row.stamp.stream, from: row.createdMicros, to: delivered)
      figures.add(row, at: delivered, stage: row.stage, amount: Double(lead) / 1e6) { population in
        population.leads.append(lead)
        guard row.committedMicros != ItemState.unknown else {
          withoutCommitment += 1
          return
        }
        population.cycles.append(parts.clock.span(row.stamp.stream, from: row.committedMicros, to: delivered))
      }
    }

    let rows = try figures.rows(view)
    var cells: [[Value]] = []
    var parted: [([Value], [Int64])] = []
    for row in rows {
      var population = row.sum
      cells.append(
        figures.cells(
          row, DurationFigures.cells(&population.leads, parts) + DurationFigures.cells(&population.cycles, parts)))
      // The leading cells name the row's part.
      parted.append((Array(cells[cells.count - 1].prefix(figures.leadingColumns.count)), population.leads))
    }
    var notes = parts.notes
    if withoutCreated > 0 {
      notes.append(
        "\(Self.items(withoutCreated)) delivered without a created event: no lead time, left out of the figures.")
    }
    if withoutCommitment > 0 {
      notes.append("\(Self.items(withoutCommitment)) delivered without a commitment: not in the cycle times.")
    }
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: notes,
      table: Table(
        title: title, columns: figures.leadingColumns + columns + figures.trailingColumns, rows: cells),
      histogram: Self.histogram(parted), explanation: figures.explanation(rows, view))
  }

  private static func items(_ count: Int) -> String { count == 1 ? "1 item was" : "\(count) items were" }

  private var columns: [Column] {
    var columns = [
      Column(name: "n", type: .integer, unit: "items", description: "Delivered items with a known creation.")
    ]
    for (name, text) in Self.figures {
      columns.append(Column(name: name, type: .duration, unit: "s", description: "\(text) lead time."))
    }
    columns.append(Column(name: "cycleN", type: .integer, unit: "items", description: "Those that were committed to."))
    for (name, text) in Self.figures {
      let capital = name.prefix(1).uppercased() + name.dropFirst()
      columns.append(Column(name: "cycle\(capital)", type: .duration, unit: "s", description: "\(text) cycle time."))
    }
    return columns
  }

  private static let figures = [
    ("mean", "Mean"), ("p50", "Half of the items took at most this"), ("p85", "85 % of the items took at most this"),
    ("p95", "95 % of the items took at most this"), ("max", "Longest"),
  ]

  /// Buckets of one width that people use (an hour, a day, a week …), the same for all parts, so that there are at most about two dozen;
  /// for looking, not for percentiles. Those of a whole begin at nothing, those of a part at its shortest duration.
  static func histogram(_ parts: some Sequence<(key: [Value], durations: [Int64])>) -> Histogram? {
    var largest = Int64(-1)
    for part in parts { for value in part.durations where value > largest { largest = value } }
    guard largest >= 0 else { return nil }
    let second: Int64 = 1_000_000
    let widthsInSeconds: [Int64] = [
      1, 5, 15, 60, 300, 900, 3_600, 10_800, 21_600, 43_200, 86_400, 172_800, 604_800, 1_209_600, 2_419_200, 7_862_400,
    ]
    var width = 31_449_600 * second
    for seconds in widthsInSeconds where largest / (seconds * second) < 24 {
      width = seconds * second
      break
    }
    while largest / width >= 24 { width *= 2 }
    return Histogram(
      parts: parts.compactMap { part in
        var counts = [Int](repeating: 0, count: Int(largest / width) + 1)
        for value in part.durations where value >= 0 { counts[Int(value / width)] += 1 }
        guard let first = counts.firstIndex(where: { $0 > 0 }), let last = counts.lastIndex(where: { $0 > 0 }) else {
          return nil
        }
        let buckets = ((part.key.isEmpty ? 0 : first)...last).map { index in
          Histogram.Bucket(
            from: Double(Int64(index) * width) / 1e6, to: Double(Int64(index + 1) * width) / 1e6, count: counts[index])
        }
        // Negative durations are in no bucket, so not in the sum either.
        let sum = part.durations.reduce(Int128(0)) { $1 >= 0 ? $0 + Int128($1) : $0 }
        return Histogram.Part(key: part.key, buckets: buckets, sumSeconds: Double(sum) / 1e6)
      })
  }
}
