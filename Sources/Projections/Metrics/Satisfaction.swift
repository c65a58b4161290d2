import Tables
import ValueStream

/// What customers say.
public struct Satisfaction: Projection {
  /// See ``Projection``.
  public let name = "satisfaction"
  /// See ``Projection``.
  public let title = "Customer satisfaction"
  /// See ``Projection``.
  public let definition = """
    Feedback by its scale, in the period in which it was given. CSAT: the share of scores 4 and 5 of 1–5, in percent. NPS: the share of \
    9–10 less the share of 0–6, of 0–10, in points from −100 to 100. CES: the mean of 1–7. Beside the figure its 95 % interval (CSAT: \
    Wilson's score interval; NPS and CES: mean ± 1.96 standard errors), the mean score, and how many are favourable (CSAT 4–5, NPS 9–10, \
    CES 5–7) and unfavourable (CSAT 1–2, NPS 0–6, CES 1–3). Service and stream are those that the feedback names, else the service of its \
    item; the item's other attributes are those that it had then.
    """
  /// See ``Projection``.
  public let groupings = ["scale", "step", "stream", "service", "kind", "team", "class", "label:KEY", "item"]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let takesWorkingTime = false
  /// See ``Projection``.
  public let charts = [
    ChartDescription(
      name: "satisfaction", title: "Customer satisfaction", form: .lines, x: "period", y: ["score"], series: "scale")
  ]

  /// The projection.
  public init() {}

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    var split = query
    split.groupings = [.word("scale")] + query.groupings.filter { $0 != .word("scale") }
    let parts = try AnswerParts(split, view)
    var figures = try EventFigures(
      [.feedbackReceived], words: ["scale": .scale, "step": .step], split, view
    ) { SatisfactionScore() }
    figures.gather(view, amount: { $0.number }) { event, sum in
      guard let score = event.number, let scale = event.words[.scale].flatMap(SatisfactionScale.init) else { return }
      sum.add(score, scale)
    }
    let rows = try figures.rows(view).filter { $0.sum.count > 0 }
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: parts.notes,
      table: Table(
        title: title, columns: figures.leadingColumns + Self.columns + figures.trailingColumns,
        rows: rows.map { row in
          guard let scale = row.names.first.flatMap({ $0 }).flatMap(SatisfactionScale.init) else {
            return figures.cells(row, Self.columns.map { _ in .null })
          }
          let interval = row.sum.interval(scale)
          return figures.cells(
            row,
            [
              .integer(row.sum.count), row.sum.figure(scale).map(Value.number) ?? .null, .text(scale.unit),
              interval.map { .number($0.lowerBound) } ?? .null, interval.map { .number($0.upperBound) } ?? .null,
              row.sum.mean.map(Value.number) ?? .null, .integer(row.sum.favourable), .integer(row.sum.unfavourable),
            ])
        }), explanation: figures.explanation(rows, view))
  }

  private static let columns = [
    Column(name: "n", type: .integer, unit: "answers", description: "Answers."),
    Column(name: "score", type: .number, description: "The scale's figure, in the unit beside it."),
    Column(name: "unit", type: .text, description: "The unit of the score."),
    Column(name: "low", type: .number, description: "Lower end of the score's 95 % interval."),
    Column(name: "high", type: .number, description: "Upper end of the score's 95 % interval."),
    Column(name: "mean", type: .number, description: "Mean of the scores that were given."),
    Column(name: "favourable", type: .integer, unit: "answers", description: "Favourable answers."),
    Column(name: "unfavourable", type: .integer, unit: "answers", description: "Unfavourable answers."),
  ]
}
