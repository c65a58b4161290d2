import Tables
import ValueStream

/// How many items were right the first time.
public struct FirstPassYield: Projection {
  /// See ``Projection``.
  public let name = "first-pass-yield"
  /// See ``Projection``.
  public let title = "First-pass yield"
  /// See ``Projection``.
  public let definition = """
    Items delivered of which nothing came back ÷ items delivered, by the period of delivery. What comes back is counted beside it, an item \
    under each reason that it has: rework (it entered a stage again, or one before a stage that it had been in, in the order of its \
    stream's definition in force at the instant of the question), a reopening, a rejection, a defect found in it, a failed check. All that \
    is known at the instant counts: a defect found after the delivery lowers the figure of the period of delivery.
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
      name: "yield", title: "Share of items right the first time", form: .lines, x: "period", y: ["yield"]),
    ChartDescription(
      name: "reasons", title: "Why items were not right the first time", form: .bars, x: "period",
      y: ["rework", "reopened", "rejected", "defective", "failedCheck"]),
  ]

  /// The projection.
  public init() {}

  private struct Counts {
    var delivered = 0
    var passed = 0
    /// By the bit of the flaw.
    var reasons = SIMD8<Int>()
  }

  private static let reasons: [(flaw: FirstPassFlaws, name: String, text: String)] = [
    (.rework, "rework", "Items that entered a stage again or went back."),
    (.reopened, "reopened", "Items that were opened again."),
    (.rejected, "rejected", "Items of which work was rejected."),
    (.defect, "defective", "Items in which a defect was found."),
    (.failedCheck, "failedCheck", "Items of which a check failed."),
  ]

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let parts = try AnswerParts(query, view)
    var figures = try Figures(parts, view, range: view.books.completions.timeRange(in: parts.cut)) { Counts() }
    let judge = try FirstPass(parts, view)
    let filter = figures
    let lanes = judge.fold(view, isSerial: figures.isSerial, where: { filter.passes($0) }) {
      filter
    } _: { figures, row, flaws in
      figures.add(row, at: row.effectiveMicros, stage: row.stage, amount: flaws.isEmpty ? 1 : 0) { counts in
        counts.delivered += 1
        if flaws.isEmpty { counts.passed += 1 }
        for bit in 0..<8 where flaws.rawValue >> UInt8(bit) & 1 != 0 { counts.reasons[bit] += 1 }
      }
    }
    for lane in lanes {
      figures.absorb(lane) {
        $0.delivered += $1.delivered
        $0.passed += $1.passed
        $0.reasons &+= $1.reasons
      }
    }
    let rows = try figures.rows(view)
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: parts.notes,
      table: Table(
        title: title,
        columns: figures.leadingColumns + [
          Column(name: "delivered", type: .integer, unit: "items", description: "Items delivered."),
          Column(name: "firstPass", type: .integer, unit: "items", description: "Those that nothing came back of."),
          Column(name: "yield", type: .share, unit: "1", description: "firstPass ÷ delivered."),
        ]
          + Self.reasons.map { Column(name: $0.name, type: .integer, unit: "items", description: $0.text) }
          + figures.trailingColumns,
        rows: rows.map { row in
          let counts = row.sum
          return figures.cells(
            row,
            [
              .integer(Int64(counts.delivered)), .integer(Int64(counts.passed)),
              counts.delivered == 0 ? .null : .share(Double(counts.passed) / Double(counts.delivered)),
            ] + Self.reasons.map { .integer(Int64(counts.reasons[$0.flaw.rawValue.trailingZeroBitCount])) })
        }), explanation: figures.explanation(rows, view))
  }
}
