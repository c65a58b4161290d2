import Tables

/// The rows of one panel under the columns that are drawn: what every form starts from.
struct Drawing {
  let answer: Answer
  let name: String
  let form: ChartDescription.Form
  let table: Table
  let options: ChartOptions
  /// The rows of the panel.
  var rows: [[Value]]
  /// The column along the horizontal axis; only a histogram has none.
  let x: Int?
  /// The columns along the vertical axis.
  let y: [Int]
  /// The columns that tell series apart, joined.
  var series: [Int]
  /// Whether the series are the question's groups rather than the description's.
  var isSeriesGrouped = false

  init(
    _ answer: Answer, _ description: ChartDescription, _ table: Table, _ options: ChartOptions
  ) throws(ChartError) {
    self.answer = answer
    name = description.name
    form = description.form
    self.table = table
    self.options = options
    rows = table.rows
    func index(_ name: String) throws(ChartError) -> Int {
      guard let index = table.columns.firstIndex(where: { $0.name == name }) else {
        throw .noColumn(chart: description.name, column: name, columns: table.columns.map(\.name))
      }
      return index
    }
    x = description.form == .histogram ? nil : try index(description.x)
    var columns: [Int] = []
    for name in description.y { columns.append(try index(name)) }
    y = columns
    series = try description.series.map { name throws(ChartError) in [try index(name)] } ?? []
  }

  /// The colours.
  var theme: Theme { options.theme }

  /// The width of the plot.
  var width: JSON { .number(Double(options.width)) }

  /// A cell; null where the row is too short.
  func cell(_ row: [Value], _ column: Int) -> Value { column < row.count ? row[column] : .null }

  /// The name of a row's series.
  func seriesName(_ row: [Value]) -> String { series.map { Names.text(cell(row, $0)) }.joined(separator: " · ") }

  /// The columns of `y` that share the first one's kind, and can share an axis; the others in words.
  var drawable: (columns: [Int], note: String?) {
    guard let first = y.first else { return ([], nil) }
    let kind = Measure.kind(of: table.columns[first])
    let columns = y.filter { Measure.kind(of: table.columns[$0]) == kind }
    let others = y.filter { !columns.contains($0) }.map { Names.words(table.columns[$0].name) }
    return (columns, others.isEmpty ? nil : "In the table only: \(others.joined(separator: ", ")).")
  }

  /// The measure of columns, over the rows of the panel.
  func measure(_ columns: [Int]) -> Measure {
    Measure(columns.map { table.columns[$0] }, values: rows.lazy.flatMap { row in columns.map { cell(row, $0) } })
  }

  /// The title of an axis of columns: the column's name, when there is one only, and the unit.
  func title(_ columns: [Int], _ measure: Measure) -> String {
    columns.count == 1 ? measure.title(table.columns[columns[0]].name) : measure.unit ?? ""
  }

  /// A vertical axis of numbers.
  func vertical(_ title: String, _ measure: Measure, isFromZero: Bool = true) -> JSON {
    [
      "field": "y", "type": measure.type,
      "title": title.isEmpty ? nil : .string(title),
      "axis": axis(measure), "scale": ["zero": .bool(isFromZero)],
    ]
  }

  /// How an axis of a measure is written.
  func axis(_ measure: Measure) -> JSON {
    JSON.members([("format", measure.format), ("tickCount", 5), ("tickMinStep", isWhole(measure) ? 1 : nil)])
  }

  private func isWhole(_ measure: Measure) -> Bool {
    measure.kind == .number && y.allSatisfy { table.columns[$0].type == .integer }
  }

  /// The fault of a description that has not got what its form needs.
  func lacks(_ needs: String) -> ChartError { .wrongColumns(chart: name, form: form, needs: needs) }
}
