import Tables

/// Squares of one column by another; the fuller the colour, the more, and in a colour of its own what lies below 0. The number stands in
/// the square.
enum Heat {
  static func draw(_ drawing: Drawing) throws(ChartError) -> Drawn {
    guard let x = drawing.x, let column = drawing.y.first, !drawing.series.isEmpty else {
      throw drawing.lacks("a column for each axis and one for the colour")
    }
    let measure = drawing.measure([column])
    let axis = HorizontalAxis(drawing, column: x, isContinuous: false)
    var places: [String] = []
    var columns: Set<String> = []
    var largest = 0.0
    for row in drawing.rows {
      let name = drawing.seriesName(row)
      if !places.contains(name) { places.append(name) }
      columns.insert(Names.text(drawing.cell(row, x)))
      largest = max(largest, abs(measure.number(drawing.cell(row, column)) ?? 0))
    }
    let values = drawing.rows.map { row -> JSON in
      let value = drawing.cell(row, column)
      return [
        "x": axis.json(drawing.cell(row, x)), "s": .string(drawing.seriesName(row)), "y": measure.json(value),
        "a": measure.number(value).map { JSON.number(abs($0)) } ?? nil,
        "t": .string(value == .null ? "" : ScreenText.of(value)),
      ]
    }
    let title = measure.title(drawing.table.columns[column].name)
    let seriesTitle = drawing.series.map { Names.words(drawing.table.columns[$0].name) }.joined(separator: " · ")
    let domain: JSON = [0, .number(largest > 0 ? largest : 1)]
    let squares: JSON = [
      "mark": ["type": "rect", "tooltip": true],
      "encoding": [
        "color": [
          "condition": ["test": "datum.y < 0", "value": .string(drawing.theme.series[1])],
          "value": .string(drawing.theme.series[0]),
        ],
        "opacity": [
          "field": "a", "type": "quantitative", "title": .string(title),
          "scale": ["domain": domain, "range": [0.06, 1]],
          "legend": nil,
        ],
      ],
    ]
    let isRoomy = columns.count * 34 <= drawing.options.width
    let numbers: JSON = [
      "mark": ["type": "text", "fontSize": 10],
      "encoding": [
        "text": ["field": "t", "type": "nominal"],
        "color": [
          "condition": [
            "test": .string("datum.a > \(JSON.number(largest * 0.55).text.dropLast())"),
            "value": .string(drawing.theme == .page ? "var(--vsl-ground)" : drawing.theme.ground),
          ], "value": .string(drawing.theme.ink),
        ],
      ],
    ]
    return Drawn([
      "width": drawing.width, "height": .number(28 * Double(places.count)), "data": ["values": .array(values)],
      "encoding": [
        "x": axis.encoding,
        "y": [
          "field": "s", "type": "ordinal", "title": .string(seriesTitle),
          "scale": ["domain": .array(places.map(JSON.string))],
          "axis": [
            "grid": false, "labelOverlap": false, "labelLimit": .number(Double(max(70, drawing.options.width / 4))),
          ],
        ],
      ],
      "layer": .array(isRoomy ? [squares, numbers] : [squares]),
    ])
  }
}
