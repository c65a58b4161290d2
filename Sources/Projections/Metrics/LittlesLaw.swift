import Tables
import ValueStream

/// How well Little's law holds: how steady the system was.
public struct LittlesLaw: Projection {
  /// See ``Projection``.
  public let name = "littles-law"
  /// See ``Projection``.
  public let title = "Little's law"
  /// See ``Projection``.
  public let definition = """
    Little's law says that in a steady system the average work in progress ÷ the average throughput is the mean lead time. Over the \
    period: average items in progress, weighted by time; items delivered, and a day of them; the lead time that the law implies, and the \
    mean lead time measured of the items delivered (of those with a created event); implied ÷ measured. Far from 1, the system was not \
    steady: more came in than went out, or work aged unseen. Beside it the items that came in and that were cancelled, so that the reason \
    shows. Calendar time throughout; only the part of a period that has passed counts. No deliveries, no implied lead time.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "kind", "team", "service", "class", "label:KEY"]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let takesWorkingTime = false
  /// See ``Projection``.
  public let charts = [
    ChartDescription(
      name: "littles-law", title: "Lead time: implied and measured", form: .lines, x: "period",
      y: ["impliedLeadTime", "meanLeadTime"])
  ]

  /// The projection.
  public init() {}

  private struct Sums {
    var micros: Int128 = 0
    var arrived = 0
    var delivered = 0
    var cancelled = 0
    var measured = 0
    var lead: Int128 = 0
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let parts = try AnswerParts(query, view)
    let at = parts.cut.atMicros
    let items = OpenItems(parts, view)
    let first = items.firstMicros ?? .max
    let hasBegun = first <= at
    var figures = try Figures(parts, view, range: hasBegun ? first...at : nil) { Sums() }
    let slices = try PeriodSlices(parts, first: hasBegun ? first : nil)
    let lanes = items.fold(isSerial: figures.isSerial) {
      figures
    } _: { figures, piece in
      let row = piece.posting
      guard figures.passes(row) else { return }
      slices.forEach(from: piece.fromMicros, to: piece.toMicros) { slice in
        figures.add(row, at: slice.startMicros, amount: Double(slice.micros) / 1e6) {
          $0.micros += Int128(slice.micros)
        }
      }
    }
    for lane in lanes { figures.absorb(lane) { $0.micros += $1.micros } }
    StandingEntries(view.books.arrivals, parts.cut).forEach(in: view.books.arrivals) { row in
      if figures.passes(row) { figures.add(row, at: row.effectiveMicros) { $0.arrived += 1 } }
    }
    StandingEntries(view.books.completions, parts.cut).forEach(in: view.books.completions) { row in
      guard figures.passes(row) else { return }
      figures.add(row, at: row.effectiveMicros) { sums in
        guard !row.stamp.flags.contains(.cancelled) else {
          sums.cancelled += 1
          return
        }
        sums.delivered += 1
        guard row.createdMicros != ItemState.unknown else { return }
        sums.measured += 1
        sums.lead += Int128(row.effectiveMicros) - Int128(row.createdMicros)
      }
    }
    let rows = try figures.rows(view)
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: parts.notes,
      table: Table(
        title: title, columns: figures.leadingColumns + Self.columns + figures.trailingColumns,
        rows: rows.map { figures.cells($0, Self.cells($0.sum, slices.range(of: $0))) }),
      explanation: figures.explanation(rows, view))
  }

  private static func cells(_ sums: Sums, _ range: Range<Int64>?) -> [Value] {
    let time = range.map { Double($0.upperBound - $0.lowerBound) }
    let average = time.map { Double(sums.micros) / $0 }
    let rate = time.map { Double(sums.delivered) * Double(Timestamp.microsPerDay) / $0 }
    // Average ÷ rate, with the time cancelled.
    let implied = sums.delivered == 0 ? nil : Double(sums.micros) / Double(sums.delivered) / 1e6
    let measured = sums.measured == 0 ? nil : Double(sums.lead) / Double(sums.measured) / 1e6
    var ratio: Double?
    if let implied, let measured, measured > 0 { ratio = implied / measured }
    return [
      average.map(Value.number) ?? .null, .integer(Int64(sums.arrived)), .integer(Int64(sums.delivered)),
      .integer(Int64(sums.cancelled)), rate.map(Value.number) ?? .null, implied.map(Value.duration) ?? .null,
      .integer(Int64(sums.measured)), measured.map(Value.duration) ?? .null, ratio.map(Value.number) ?? .null,
    ]
  }

  private static let columns = [
    Column(
      name: "averageWip", type: .number, unit: "items", description: "Items in progress, on average over the time."),
    Column(name: "arrived", type: .integer, unit: "items", description: "Items that came in."),
    Column(name: "delivered", type: .integer, unit: "items", description: "Items delivered."),
    Column(name: "cancelled", type: .integer, unit: "items", description: "Items cancelled."),
    Column(name: "throughput", type: .number, unit: "items/day", description: "Items delivered a day."),
    Column(name: "impliedLeadTime", type: .duration, unit: "s", description: "averageWip ÷ throughput."),
    Column(name: "leadTimes", type: .integer, unit: "items", description: "Delivered items with a known creation."),
    Column(name: "meanLeadTime", type: .duration, unit: "s", description: "Their mean lead time."),
    Column(name: "ratio", type: .number, unit: "1", description: "impliedLeadTime ÷ meanLeadTime; 1 when steady."),
  ]
}
