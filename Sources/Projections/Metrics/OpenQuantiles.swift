import Tables
import ValueStream

/// Lead times in which open items count too, so that ageing work is not hidden.
public struct OpenQuantiles: Projection {
  /// See ``Projection``.
  public let name = "open-quantiles"
  /// See ``Projection``.
  public let title = "Lead time with open items"
  /// See ``Projection``.
  public let definition = """
    The lead times of delivered items alone flatter a system in which work grows old: what is still open is not among them. Here the items \
    that are open at the instant of the question count as censored: they have taken at least their age (Kaplan and Meier's estimate, \
    1958). Beside each quantile stands the plain one, of the delivered items, nearest rank. When too much is open to say, an estimate has \
    no data. Delivered items count that were delivered between --from and --to; open ones all, by their stream and attributes now, from \
    their creation, or from when they were first seen. Cancelled items are left out. With of=cycle-time, times are from commitment. \
    Items without the beginning of their time are counted in a note.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "kind", "team", "service", "class", "label:KEY"]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let options = [
    ProjectionOption("of", value: "lead-time|cycle-time", standard: "lead-time", "Which time.")
  ]
  /// See ``Projection``.
  public let charts = [
    ChartDescription(
      name: "open-quantiles", title: "With open items, and without", form: .bars, x: "stream", y: ["p85", "plainP85"])
  ]

  /// The projection.
  public init() {}

  private struct Times {
    var ended: [Int64] = []
    var open: [Int64] = []
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let isCycle = try query.choice("of", of: ["lead-time", "cycle-time"]) == "cycle-time"
    guard query.period == nil else {
      throw QueryError(
        "open-quantiles is about the items open at one instant: use --from, --to and --at, not --period.")
    }
    let parts = try AnswerParts(query, view)
    // Open items are counted whatever the bounds of the deliveries are.
    var unbounded = query
    unbounded.fromMicros = nil
    unbounded.toMicros = nil
    var figures = try Figures(try AnswerParts(unbounded, view), view, range: nil) { Times() }
    var (without, uncommitted) = (0, 0)
    parts.completed(view).forEach(in: view.books.completions) { row in
      guard !row.stamp.flags.contains(.cancelled), parts.isInRange(row.effectiveMicros), figures.passes(row) else {
        return
      }
      let start = isCycle ? row.committedMicros : row.createdMicros
      guard start != ItemState.unknown else {
        without += 1
        figures.exclude(row, because: "no \(isCycle ? "commitment" : "created event") is known")
        return
      }
      let time = parts.clock.span(row.stamp.stream, from: start, to: row.effectiveMicros)
      figures.add(row, at: row.effectiveMicros, amount: Double(time) / 1e6) { $0.ended.append(time) }
    }
    OpenNow(parts, parts.cut, view).forEach { piece in
      let row = piece.posting
      guard figures.passes(row) else { return }
      guard let since = isCycle ? piece.committedMicros : piece.openedMicros else {
        uncommitted += 1
        figures.exclude(row, because: "open, and never committed to")
        return
      }
      let age = parts.clock.span(piece.stream, from: since, to: parts.cut.atMicros)
      figures.add(row, at: piece.fromMicros, amount: Double(age) / 1e6) { $0.open.append(age) }
    }
    var notes = parts.notes
    if without > 0 {
      notes.append("\(without) delivered items have no known \(isCycle ? "commitment" : "creation") and are left out.")
    }
    if uncommitted > 0 { notes.append("\(uncommitted) open items were never committed to and are left out.") }
    let rows = try figures.rows(view)
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: notes,
      table: Table(
        title: title, columns: figures.leadingColumns + Self.columns,
        rows: rows.map { figures.cells($0, Self.cells($0.sum, parts)) }), explanation: figures.explanation(rows, view))
  }

  private static let percentiles = [50.0, 85, 95]

  private static func cells(_ times: Times, _ parts: AnswerParts) -> [Value] {
    let estimates = KaplanMeier.quantiles(percentiles, ended: times.ended, open: times.open)
    var ended = times.ended
    let plain = DurationSummary(&ended, percentiles: percentiles, method: parts.policy.percentileMethod)
    return [.integer(Int64(times.ended.count)), .integer(Int64(times.open.count))]
      + estimates.map { $0.map(AnswerParts.seconds) ?? .null }
      + percentiles.indices.map { index in plain.map { AnswerParts.seconds($0.percentilesMicros[index]) } ?? .null }
  }

  private static let columns: [Column] =
    [
      Column(name: "delivered", type: .integer, unit: "items", description: "Delivered items."),
      Column(
        name: "open", type: .integer, unit: "items", description: "Open items, counted as having taken their age."),
    ]
    + percentiles.map {
      Column(
        name: "p\(Int($0))", type: .duration, unit: "s",
        description: "\(Int($0)) % of all items take at most this, by the estimate with open items.")
    }
    + percentiles.map {
      Column(
        name: "plainP\(Int($0))", type: .duration, unit: "s",
        description: "\(Int($0)) % of the delivered items took at most this.")
    }
}
