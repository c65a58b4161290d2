import Tables

/// Lines over the horizontal axis; a missing value is a gap, and a lonely one a point.
enum Lines {
  static func draw(_ drawing: Drawing) throws(ChartError) -> Drawn {
    guard let x = drawing.x else { throw drawing.lacks("a column along the axis") }
    let points = try SeriesPoints(drawing)
    let axis = HorizontalAxis(drawing, column: x, isContinuous: true)
    let values = points.points.map { point in
      JSON.members([
        ("x", axis.json(point.x)), ("y", points.measure.json(point.y)),
        ("s", points.names.isEmpty ? nil : .string(point.series)),
      ])
    }
    var encoding: JSON = [
      "x": axis.encoding, "y": drawing.vertical(points.title, points.measure),
      "color": points.color(drawing, symbol: "stroke"),
    ]
    if points.names.count > 1 {
      // Told apart without colour too.
      encoding = encoding.with(
        "strokeDash",
        [
          "field": "s", "type": "nominal", "title": nil, "sort": nil,
          "scale": [
            "domain": .array(points.names.map(JSON.string)), "range": .array(dashes(points.names.count)),
          ],
        ])
    }
    return Drawn(
      [
        "width": drawing.width, "height": 260, "data": ["values": .array(values)],
        "mark": [
          "type": "line", "strokeWidth": 2, "tooltip": true,
          "point": ["size": .number(drawing.rows.count > 120 ? 8 : 28), "filled": true],
        ],
        "encoding": encoding,
      ], notes: points.notes)
  }

  private static func dashes(_ count: Int) -> [JSON] {
    let kinds: [JSON] = [[1, 0], [6, 3], [2, 2], [8, 3, 2, 3]]
    return (0..<count).map { kinds[$0 % kinds.count] }
  }
}
