import Tables

/// The points of a picture with one value axis, in long form: a point for each row and column, each with the name of its series.
struct SeriesPoints {
  /// More series than this cannot be told apart by colour; the table has them all.
  static let maximum = 12

  struct Point {
    var row: Int
    var x: Value
    var y: Value
    var series: String
  }

  private(set) var points: [Point] = []
  /// The series in the order they are met; empty when there is only one without a name.
  private(set) var names: [String] = []
  let measure: Measure
  let title: String
  private(set) var notes: [String] = []

  /// Gathers the points of a drawing, of the heaviest series when there are too many.
  init(_ drawing: Drawing) throws(ChartError) {
    let (columns, note) = drawing.drawable
    guard !columns.isEmpty, let x = drawing.x else { throw drawing.lacks("at least one column of numbers") }
    if let note { notes.append(note) }
    measure = drawing.measure(columns)
    title = drawing.title(columns, measure)
    var weights: [String: Double] = [:]
    for (number, row) in drawing.rows.enumerated() {
      for column in columns {
        var parts = drawing.series.isEmpty ? [] : [drawing.seriesName(row)]
        if columns.count > 1 { parts.append(Names.words(drawing.table.columns[column].name)) }
        let series = parts.joined(separator: " · ")
        let value = drawing.cell(row, column)
        if weights[series] == nil { names.append(series) }
        weights[series, default: 0] += Measure.plain(value)?.magnitude ?? 0
        points.append(Point(row: number, x: drawing.cell(row, x), y: value, series: series))
      }
    }
    if names.count > Self.maximum {
      let heaviest = names.enumerated().sorted {
        let (left, right) = (weights[$0.element] ?? 0, weights[$1.element] ?? 0)
        return left == right ? $0.offset < $1.offset : left > right
      }
      let kept = Set(heaviest.prefix(Self.maximum).map(\.element))
      notes.append("The \(Self.maximum) largest of \(names.count) series; the table has them all.")
      names.removeAll { !kept.contains($0) }
      points.removeAll { !kept.contains($0.series) }
    }
    if names == [""] { names = [] }
    // Stages and the like have an order of their own; groups are met in the order of the first period, which may lack some.
    if drawing.isSeriesGrouped { names.sort() }
  }

  /// The colour of each series, and the legend below in as many columns as fit.
  ///
  /// - Parameter symbol: the legend's symbols, when they are not the mark's.
  func color(_ drawing: Drawing, symbol: JSON? = nil) -> JSON {
    guard !names.isEmpty else { return ["value": .string(drawing.theme.series[0])] }
    let longest = min(names.map(\.count).max() ?? 1, 24)
    let columns = max(1, min(names.count, drawing.options.width / (longest * 7 + 34)))
    return [
      "field": "s", "type": "nominal", "title": nil, "sort": nil,
      "scale": ["domain": .array(names.map(JSON.string)), "range": .array(Self.colors(names.count, drawing.theme))],
      "legend": JSON.members([
        ("columns", .number(Double(columns))), ("symbolType", symbol), ("symbolSize", symbol.map { _ in 260 }),
      ]),
    ]
  }

  static func colors(_ count: Int, _ theme: Theme) -> [JSON] {
    (0..<count).map { .string(theme.series[$0 % theme.series.count]) }
  }
}
