import Tables
import ValueStream

/// Where defects are made and where they are found.
public struct DefectMatrix: Projection {
  /// See ``Projection``.
  public let name = "defect-matrix"
  /// See ``Projection``.
  public let title = "Defect containment"
  /// See ``Projection``.
  public let definition = """
    Defects found in the period, by the stage that they were made in (origin) and the stage that they were found in; those that do not say \
    are listed without one. Share is that of all defects with the same origin. In the second table, by origin: contained are those found in \
    the stage that made them, passed on those found in another one, escaped those that reached customers; containment is contained ÷ made. \
    Rejected and duplicate defects no longer count from their resolution on.
    """
  /// See ``Projection``.
  public let groupings = [
    "origin", "stage", "stream", "kind", "team", "service", "class", "label:KEY", "severity", "item",
  ]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = true
  /// See ``Projection``.
  public let takesWorkingTime = false
  /// See ``Projection``.
  public let charts = [
    ChartDescription(
      name: "matrix", title: "Where defects are made and where they are found", form: .heat, x: "stage",
      y: ["defects"], series: "origin")
  ]

  /// The projection.
  public init() {}

  private struct Counts {
    var found = 0
    var escaped = 0
    var contained = 0
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let extra = query.groupings.filter { $0 != .origin && $0 != .stage }
    var split = query
    split.groupings = extra + [.origin, .stage]
    let parts = try AnswerParts(split, view)
    let order = StageOrder(parts, view)
    var figures = try Figures(parts, view, range: view.books.defects.timeRange(in: parts.cut)) { Counts() }
    StandingEntries(view.books.defects, parts.cut).forEach(in: view.books.defects) { row in
      guard figures.passes(row), figures.passes(stage: row.stage) else { return }
      figures.add(
        row, at: row.effectiveMicros, item: row.item, stage: row.stage, origin: row.origin, severity: row.severity
      ) { counts in
        counts.found += 1
        if row.stamp.flags.contains(.escaped) { counts.escaped += 1 }
        if row.origin != 0, row.origin == row.stage { counts.contained += 1 }
      }
    }
    let rows = try figures.rows(view).sorted { Self.precedes($0, $1, extra.count, order) }
    var made: [[String?]: Counts] = [:]
    var origins: [Figures<Counts>.Row] = []
    for row in rows {
      let key = [row.label] + row.names.dropLast()
      if made[key] == nil { origins.append(row) }
      made[key, default: Counts()].found += row.sum.found
      made[key]?.escaped += row.sum.escaped
      made[key]?.contained += row.sum.contained
    }
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: parts.notes,
      table: Table(
        title: title,
        columns: figures.leadingColumns + [
          Column(name: "defects", type: .integer, unit: "defects", description: "Defects made there and found here."),
          Column(name: "escaped", type: .integer, unit: "defects", description: "Those that reached customers."),
          Column(name: "share", type: .share, unit: "1", description: "defects ÷ all of the same origin."),
        ] + figures.trailingColumns,
        rows: rows.map { row in
          let all = made[[row.label] + row.names.dropLast()]?.found ?? 0
          return figures.cells(
            row,
            [
              .integer(Int64(row.sum.found)), .integer(Int64(row.sum.escaped)),
              all == 0 ? .null : .share(Double(row.sum.found) / Double(all)),
            ])
        }),
      more: [Self.containment(origins, made, figures.leadingColumns)], explanation: figures.explanation(rows, view))
  }

  /// By period and group; then origins and stages in the order of the streams.
  private static func precedes(
    _ left: Figures<Counts>.Row, _ right: Figures<Counts>.Row, _ groups: Int, _ order: StageOrder
  ) -> Bool {
    if left.period != right.period { return left.period < right.period }
    for (place, (one, other)) in zip(left.names, right.names).enumerated() where one != other {
      guard place >= groups else { return (one ?? "") < (other ?? "") }
      let (first, second) = (order.place(ofStage: one), order.place(ofStage: other))
      return first == second ? (one ?? "") < (other ?? "") : first < second
    }
    return false
  }

  private static func containment(
    _ origins: [Figures<Counts>.Row], _ made: [[String?]: Counts], _ columns: [Column]
  ) -> Table {
    Table(
      title: "Containment by origin",
      columns: columns.dropLast() + [
        Column(name: "made", type: .integer, unit: "defects", description: "Defects made there."),
        Column(name: "contained", type: .integer, unit: "defects", description: "Those found in the same stage."),
        Column(
          name: "passedOn", type: .integer, unit: "defects", description: "Those found in another, or nobody knows."),
        Column(name: "escaped", type: .integer, unit: "defects", description: "Those that reached customers."),
        Column(name: "containment", type: .share, unit: "1", description: "contained ÷ made."),
      ],
      rows: origins.map { row in
        let key = [row.label] + row.names.dropLast()
        let counts = made[key] ?? Counts()
        var cells: [Value] = row.period < 0 ? [] : [row.label.map(Value.text) ?? .null]
        cells += row.names.dropLast().map { $0.map(Value.text) ?? .null }
        return cells + [
          .integer(Int64(counts.found)), .integer(Int64(counts.contained)),
          .integer(Int64(counts.found - counts.contained)), .integer(Int64(counts.escaped)),
          counts.found == 0 || row.names[row.names.count - 2] == nil
            ? .null : .share(Double(counts.contained) / Double(counts.found)),
        ]
      })
  }
}
