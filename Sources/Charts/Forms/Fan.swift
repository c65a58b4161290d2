import Tables

/// Percentiles over the horizontal axis, from the lowest to the highest: bands that widen, and a line for each.
enum Fan {
  static func draw(_ drawing: Drawing) throws(ChartError) -> Drawn {
    let (columns, note) = drawing.drawable
    guard let x = drawing.x, columns.count >= 2 else { throw drawing.lacks("at least two columns of one kind") }
    let measure = drawing.measure(columns)
    let axis = HorizontalAxis(drawing, column: x, isContinuous: true)
    let values = drawing.rows.map { row in
      JSON.members(
        [("x", axis.json(drawing.cell(row, x)))]
          + columns.enumerated().map { ("y\($0.offset)", measure.json(drawing.cell(row, $0.element))) })
    }
    let y = drawing.vertical(
      measure.unit ?? drawing.title([columns[columns.count / 2]], measure), measure, isFromZero: false)
    let color = JSON.string(drawing.theme.series[0])
    var layers: [JSON] = []
    var (low, high) = (0, columns.count - 1)
    while low < high {
      layers.append([
        "mark": ["type": "area", "color": color, "opacity": 0.2],
        "encoding": ["y": y.with("field", .string("y\(low)")), "y2": ["field": .string("y\(high)")]],
      ])
      low += 1
      high -= 1
    }
    for index in columns.indices {
      let isMiddle = columns.count % 2 == 1 && index == columns.count / 2
      layers.append([
        "mark": [
          "type": "line", "color": color, "strokeWidth": isMiddle ? 2.5 : 1, "tooltip": true,
          "point": .bool(drawing.rows.count == 1),
        ],
        "encoding": ["y": y.with("field", .string("y\(index)"))],
      ])
    }
    layers += labels(drawing, columns, measure, axis, x, y)
    return Drawn(
      [
        "width": drawing.width, "height": 280, "data": ["values": .array(values)],
        "encoding": ["x": axis.encoding], "layer": .array(layers),
      ], notes: note.map { [$0] } ?? [])
  }

  /// The names of the lines behind their ends; those too near to the one below are left out.
  private static func labels(
    _ drawing: Drawing, _ columns: [Int], _ measure: Measure, _ axis: HorizontalAxis, _ x: Int, _ y: JSON
  ) -> [JSON] {
    guard let last = drawing.rows.last else { return [] }
    let all = drawing.rows.flatMap { row in columns.compactMap { measure.number(drawing.cell(row, $0)) } }
    let room = ((all.max() ?? 0) - (all.min() ?? 0)) * 12 / 280
    var previous: Double?
    return columns.compactMap { column in
      guard let number = measure.number(drawing.cell(last, column)) else { return nil }
      if let previous, abs(number - previous) < room { return nil }
      previous = number
      return [
        "data": [
          "values": [
            [
              "x": axis.json(drawing.cell(last, x)), "y": .number(number),
              "t": .string(Names.words(drawing.table.columns[column].name)),
            ]
          ]
        ],
        "mark": ["type": "text", "align": "left", "dx": 6, "color": .string(drawing.theme.soft)],
        "encoding": ["y": y, "text": ["field": "t", "type": "nominal"]],
      ]
    }
  }
}
