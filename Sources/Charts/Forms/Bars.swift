import Tables

/// Bars: upright over periods, lying for everything else, so that names can be read.
enum Bars {
  /// More lying bars than this are not drawn.
  static let maximum = 40

  static func draw(_ drawing: Drawing) throws(ChartError) -> Drawn {
    var drawing = drawing
    var notes: [String] = []
    guard let x = drawing.x else { throw drawing.lacks("a column along the axis") }
    var places: [String] = []
    var met: Set<String> = []
    for row in drawing.rows {
      let place = Names.text(drawing.cell(row, x))
      if met.insert(place).inserted { places.append(place) }
    }
    let isUpright = places.allSatisfy(HorizontalAxis.isPeriod)
    if !isUpright, places.count > maximum {
      notes.append("The first \(maximum) of \(places.count) rows; the table has them all.")
      places = Array(places.prefix(maximum))
      met = Set(places)
      drawing.rows = drawing.rows.filter { met.contains(Names.text(drawing.cell($0, x))) }
    }
    let points = try SeriesPoints(drawing)
    notes += points.notes
    let axis = HorizontalAxis(drawing, column: x, isContinuous: false)
    var order: [String: Int] = [:]
    for (place, name) in points.names.enumerated() { order[name] = place }
    let values = points.points.map { point in
      JSON.members([
        ("x", axis.json(point.x)), ("y", points.measure.json(point.y)),
        ("s", points.names.isEmpty ? nil : .string(point.series)),
        ("n", points.names.isEmpty ? nil : .number(Double(order[point.series] ?? 0))),
      ])
    }
    // Figures of one population add up; percentiles, means and rates stand side by side.
    let first = drawing.y.first.map { drawing.table.columns[$0].type }
    let isStacked = drawing.y.count == 1 && (first == .integer || (first == .share && !drawing.isSeriesGrouped))
    var value = drawing.vertical(points.title, points.measure)
    if !isStacked { value = value.with("stack", nil) }
    var encoding: JSON = ["color": points.color(drawing)]
    if isStacked, !points.names.isEmpty { encoding = encoding.with("order", ["field": "n", "type": "quantitative"]) }
    let isGrouped = !isStacked && points.names.count > 1
    let offset: JSON = ["field": "s", "type": "nominal", "sort": .array(points.names.map(JSON.string))]
    var specification: JSON = ["width": drawing.width]
    var mark: JSON = ["type": "bar", "tooltip": true]
    if isUpright {
      encoding = encoding.with("x", axis.encoding).with("y", value)
      if isGrouped { encoding = encoding.with("xOffset", offset) }
      // A few bars do not fill the frame.
      let room = Double(drawing.options.width) / Double(max(places.count, 1))
      if !isGrouped, room > 90 { mark = mark.with("width", ["band": .number((9000 / room).rounded() / 100)]) }
      specification = specification.with("height", 260)
    } else {
      let rows: JSON = [
        "field": "x", "type": "ordinal", "title": nil, "scale": ["domain": .array(places.map(JSON.string))],
        "axis": [
          "labelOverlap": false, "grid": false, "labelLimit": .number(Double(max(88, drawing.options.width / 4))),
        ],
      ]
      encoding = encoding.with("y", rows).with("x", value)
      if isGrouped { encoding = encoding.with("yOffset", offset) }
      let step = isGrouped ? 12 * Double(points.names.count) + 8 : 22
      specification = specification.with("height", .number(step * Double(max(places.count, 1))))
    }
    return Drawn(
      specification.with("data", ["values": .array(values)])
        .with("mark", mark).with("encoding", encoding), notes: notes)
  }
}
