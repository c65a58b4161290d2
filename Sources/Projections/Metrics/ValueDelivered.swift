import Tables
import ValueStream

/// What the delivered items are worth.
public struct ValueDelivered: Projection {
  /// See ``Projection``.
  public let name = "value"
  /// See ``Projection``.
  public let title = "Value delivered"
  /// See ``Projection``.
  public let definition = """
    The sum of the values of delivered items, by the period of delivery: the value of an item is the one last said (in its created or a \
    changed event) at the time of its delivery, in the unit that the organisation uses. Items without a value are counted and worth \
    nothing known. Value per week is the sum of the values ÷ the sum of the lead times in weeks, of the items that have both. Lead times are \
    elapsed time, or working time on request.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "kind", "team", "service", "class", "label:KEY", "stage", "item"]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let charts = [
    ChartDescription(name: "value", title: "Value delivered", form: .bars, x: "period", y: ["value"]),
    ChartDescription(
      name: "per-week", title: "Value for each week of lead time", form: .lines, x: "period", y: ["perWeek"]),
  ]

  /// The projection.
  public init() {}

  private struct Sums {
    var delivered: Int64 = 0
    var valued: Int64 = 0
    var value = 0.0
    var valueWithLead = 0.0
    var lead: Int128 = 0
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let parts = try AnswerParts(query, view)
    let values = ItemValues(view, parts.cut)
    var figures = try Figures(parts, view, range: view.books.completions.timeRange(in: parts.cut)) { Sums() }
    parts.completed(view).forEach(in: view.books.completions) { row in
      guard !row.stamp.flags.contains(.cancelled), figures.passes(row) else { return }
      let value = values.value(of: row.item, at: row.effectiveMicros)
      figures.add(row, at: row.effectiveMicros, stage: row.stage, amount: value) { sums in
        sums.delivered += 1
        guard let value else { return }
        sums.valued += 1
        sums.value += value
        guard row.createdMicros != ItemState.unknown else { return }
        sums.valueWithLead += value
        sums.lead += Int128(parts.clock.span(row.stamp.stream, from: row.createdMicros, to: row.effectiveMicros))
      }
    }
    let rows = try figures.rows(view)
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: parts.notes,
      table: Table(
        title: title,
        columns: figures.leadingColumns + [
          Column(name: "delivered", type: .integer, unit: "items", description: "Items delivered."),
          Column(name: "valued", type: .integer, unit: "items", description: "Those of them that have a value."),
          Column(name: "value", type: .number, unit: "value", description: "Sum of their values."),
          Column(
            name: "perWeek", type: .number, unit: "value/week", description: "Value for each week of lead time."),
        ] + figures.trailingColumns,
        rows: rows.map { row in
          let sums = row.sum
          let weeks = Double(sums.lead) / (7 * Double(Timestamp.microsPerDay))
          return figures.cells(
            row,
            [
              .integer(sums.delivered), .integer(sums.valued), sums.valued == 0 ? .null : .number(sums.value),
              weeks > 0 ? .number(sums.valueWithLead / weeks) : .null,
            ])
        }), explanation: figures.explanation(rows, view))
  }
}
