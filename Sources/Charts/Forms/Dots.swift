import Tables

/// A dot for each row. Dots of one place are spread over its width, so that they do not hide each other.
enum Dots {
  static func draw(_ drawing: Drawing) throws(ChartError) -> Drawn {
    guard let x = drawing.x else { throw drawing.lacks("a column along the axis") }
    let points = try SeriesPoints(drawing)
    let axis = HorizontalAxis(drawing, column: x, isContinuous: true)
    let isPlaced = Measure.kind(of: drawing.table.columns[x]) == .text
    let values = points.points.map { point in
      JSON.members([
        ("x", axis.json(point.x)), ("y", points.measure.json(point.y)),
        ("s", points.names.isEmpty ? nil : .string(point.series)),
        ("j", isPlaced ? .number(spread(point.row)) : nil),
      ])
    }
    var encoding: JSON = [
      "x": axis.encoding, "y": drawing.vertical(points.title, points.measure), "color": points.color(drawing),
    ]
    if isPlaced {
      encoding = encoding.with(
        "xOffset", ["field": "j", "type": "quantitative", "scale": ["domain": [0, 1], "zero": false]])
    }
    if points.names.count > 1, points.names.count <= 8 {
      encoding = encoding.with(
        "shape",
        [
          "field": "s", "type": "nominal", "title": nil, "sort": nil,
          "scale": ["domain": .array(points.names.map(JSON.string))],
        ])
    }
    return Drawn(
      [
        "width": drawing.width, "height": 280, "data": ["values": .array(values)],
        "mark": ["type": "point", "filled": true, "size": 42, "opacity": 0.75, "tooltip": true], "encoding": encoding,
      ], notes: points.notes)
  }

  /// Places of a row of dots that look random and are the same each time: multiples of the golden ratio, the whole part left out.
  private static func spread(_ row: Int) -> Double {
    let place = Double(row) * 0.618_033_988_749_895
    return ((place - place.rounded(.down)) * 0.7 * 1e3).rounded() / 1e3 + 0.15
  }
}
