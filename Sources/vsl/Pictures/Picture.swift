import Charts
import Projections
import Tables

/// One picture of a metric, with the answer to the question that it needs.
struct Picture {
  let chart: ChartDescription
  let query: Query
  let answer: Answer

  /// Asks what a picture needs: a chart over periods is asked by week when the question says nothing, and one by stage by stage.
  init(
    _ chart: ChartDescription, of projection: any Projection, _ query: Query, from view: borrowing LedgerView
  ) throws {
    var query = query
    if chart.x == "period", projection.takesPeriods, query.period == nil { query.period = .week }
    var answer = try projection.checkedAnswer(query, from: view)
    let missing = Self.missing(chart, in: answer).compactMap(Grouping.init)
      .filter { projection.groupings.contains($0.name) && !query.groupings.contains($0) }
    if !missing.isEmpty {
      query.groupings += missing
      answer = try projection.checkedAnswer(query, from: view)
    }
    self.chart = chart
    self.query = query
    self.answer = answer
  }

  /// The columns that tell rows apart and that the answer does not have.
  private static func missing(_ chart: ChartDescription, in answer: Answer) -> [String] {
    let tables = [answer.table] + answer.more
    guard chart.form != .histogram, tables.indices.contains(chart.table) else { return [] }
    let names = tables[chart.table].columns.map(\.name)
    return ([chart.x] + (chart.series.map { [$0] } ?? [])).filter { !names.contains($0) }
  }

  /// The specification.
  func specification(_ options: ChartOptions) throws -> String {
    try VegaLite.specification(answer, chart, options: options)
  }
}

extension Projection {
  /// The picture of a name; without one the first, or the first over periods when the question is split by them.
  func chart(named name: String?, for query: Query) throws -> ChartDescription {
    guard let first = charts.first else {
      let others = Catalogue.all.filter { !$0.charts.isEmpty }.map(\.name)
      throw QueryError("\(self.name) has no charts. These have: \(others.joined(separator: ", ")).")
    }
    guard let name else {
      return query.period == nil ? first : charts.first { $0.x == "period" } ?? first
    }
    if let chart = charts.first(where: { $0.name == name }) { return chart }
    throw QueryError(
      "\(self.name) has no chart \"\(name)\". There are: "
        + "\(charts.map { "\($0.name) (\($0.title))" }.joined(separator: ", ")).")
  }
}
