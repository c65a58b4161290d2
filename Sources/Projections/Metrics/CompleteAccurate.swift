import Tables
import ValueStream

/// How much of what a stage hands on is complete and accurate.
public struct CompleteAccurate: Projection {
  /// See ``Projection``.
  public let name = "complete-accurate"
  /// See ``Projection``.
  public let title = "Complete and accurate"
  /// See ``Projection``.
  public let definition = """
    %C&A of a stage is accepted ÷ handed off. A visit is handed off when the item goes on to a later stage of its stream's definition (in \
    force at the instant of the question), or is delivered; a visit that ends in a move back or a cancellation hands nothing off. It is \
    accepted unless the item later enters this stage or an earlier one again, or is rejected with this stage as the origin before that. \
    Each visit is counted in the period in which it ended, and judged by all that is known: a period's figure may fall when work comes \
    back later. The second table has the rolled %C&A, the product over the stages that handed anything off, and beside it the measured \
    first-pass yield: items delivered with no rework, reopening, rejection, defect or failed check ÷ items delivered. Stages that no \
    definition names have no order; their visits are left out and counted in a note.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "kind", "team", "service", "class", "label:KEY", "stage", "item"]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let takesWorkingTime = false
  /// See ``Projection``.
  public let charts = [
    ChartDescription(
      name: "complete-accurate", title: "Complete and accurate, by stage", form: .bars, x: "stage", y: ["accurate"])
  ]

  /// The projection.
  public init() {}

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let (quality, _) = try StageQuality.measured(query, view) {
      ()
    } _: { _, _, _ in
    }
    return try answer(quality, view)
  }

  /// The answer that was measured.
  func answer(_ quality: StageQuality, _ view: borrowing LedgerView) throws -> Answer {
    let parts = quality.parts
    let order = StageOrder(parts, view)
    let rows = try quality.handOffs.rows(view).sorted { order.precedes($0, $1) }
    var notes = parts.notes
    if quality.unordered > 0 {
      notes.append("\(quality.unordered) ended visits of stages that no definition names are left out.")
    }
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: notes,
      table: Table(
        title: title,
        columns: quality.handOffs.leadingColumns + [
          Column(name: "handedOff", type: .integer, unit: "visits", description: "Visits that handed work on."),
          Column(name: "accepted", type: .integer, unit: "visits", description: "Those whose work did not come back."),
          Column(name: "accurate", type: .share, unit: "1", description: "accepted ÷ handedOff."),
        ] + quality.handOffs.trailingColumns,
        rows: rows.map { row in
          quality.handOffs.cells(
            row,
            [
              .integer(Int64(row.sum.handedOff)), .integer(Int64(row.sum.accepted)),
              row.sum.handedOff == 0 ? .null : .share(Double(row.sum.accepted) / Double(row.sum.handedOff)),
            ])
        }), more: [try rolled(rows, quality, view)],
      explanation: quality.handOffs.explanation(rows, view))
  }

  /// The product over the stages of each stream, and the yield that was measured.
  private func rolled(
    _ rows: [Figures<StageQuality.HandOffs>.Row], _ quality: StageQuality, _ view: borrowing LedgerView
  ) throws -> Table {
    let figures = quality.yields
    var products: [[String]: Double] = [:]
    var keys: [[String]: (label: String?, names: [String?])] = [:]
    for row in rows where row.sum.handedOff > 0 {
      let names = [row.names[0]] + row.names.dropFirst(2)
      let key = [row.label ?? ""] + names.map { $0 ?? "" }
      products[key, default: 1] *= Double(row.sum.accepted) / Double(row.sum.handedOff)
      keys[key] = (row.label, names)
    }
    var sums: [[String]: StageQuality.Yield] = [:]
    for row in try figures.rows(view) {
      let key = [row.label ?? ""] + row.names.map { $0 ?? "" }
      sums[key] = row.sum
      keys[key] = (row.label, row.names)
    }
    return Table(
      title: "Rolled %C&A and first-pass yield",
      columns: figures.leadingColumns + [
        Column(name: "rolled", type: .share, unit: "1", description: "Product of the stages' %C&A."),
        Column(name: "delivered", type: .integer, unit: "items", description: "Items delivered."),
        Column(name: "firstPass", type: .integer, unit: "items", description: "Those that nothing came back of."),
        Column(name: "firstPassYield", type: .share, unit: "1", description: "firstPass ÷ delivered."),
      ],
      rows: keys.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { key, names in
        let yield = sums[key] ?? StageQuality.Yield()
        var cells: [Value] = quality.parts.query.period == nil ? [] : [names.label.map(Value.text) ?? .null]
        cells += names.names.map { $0.map(Value.text) ?? .null }
        return cells + [
          products[key].map(Value.share) ?? .null, .integer(Int64(yield.delivered)), .integer(Int64(yield.passed)),
          yield.delivered == 0 ? .null : .share(Double(yield.passed) / Double(yield.delivered)),
        ]
      })
  }
}
