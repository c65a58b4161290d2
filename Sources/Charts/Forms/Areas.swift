import Tables

/// Areas stacked by series: cumulative flow, the first series at the top, as work flows down to what is done.
enum Areas {
  static func draw(_ drawing: Drawing) throws(ChartError) -> Drawn {
    guard let x = drawing.x else { throw drawing.lacks("a column along the axis") }
    let points = try SeriesPoints(drawing)
    let axis = HorizontalAxis(drawing, column: x, isContinuous: true)
    var places: [String: Int] = [:]
    for (place, name) in points.names.enumerated() { places[name] = place }
    let values = points.points.map { point in
      JSON.members([
        ("x", axis.json(point.x)), ("y", points.measure.json(point.y)),
        ("s", points.names.isEmpty ? nil : .string(point.series)),
        ("n", .number(Double(-(places[point.series] ?? 0)))),
      ])
    }
    return Drawn(
      [
        "width": drawing.width, "height": 300, "data": ["values": .array(values)],
        "mark": [
          "type": "area", "tooltip": true, "line": false, "opacity": 0.9,
          // One place alone has no area.
          "point": .bool(Set(points.points.map { Names.text($0.x) }).count == 1),
        ],
        "encoding": [
          "x": axis.encoding, "y": drawing.vertical(points.title, points.measure).with("stack", "zero"),
          "color": points.color(drawing), "order": ["field": "n", "type": "quantitative"],
        ],
      ], notes: points.notes)
  }
}
