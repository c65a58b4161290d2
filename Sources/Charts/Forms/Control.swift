import Tables

/// A process behaviour chart: the values, their mean and natural limits, and the points that signal a change.
enum Control {
  static func draw(_ drawing: Drawing) throws(ChartError) -> Drawn {
    guard let x = drawing.x, drawing.y.count >= 4, drawing.drawable.columns.count == drawing.y.count else {
      throw drawing.lacks("four columns of one kind: value, mean, lower limit, upper limit")
    }
    let measure = drawing.measure(drawing.y)
    let axis = HorizontalAxis(drawing, column: x, isContinuous: true)
    let value = drawing.y[0]
    var signals: [String] = []
    let values = drawing.rows.map { row -> JSON in
      let signal = drawing.series.isEmpty ? "" : drawing.seriesName(row)
      let isSignal = !["", "–", "no", "none", "false"].contains(signal)
      if isSignal, !signals.contains(signal) { signals.append(signal) }
      return JSON.members([
        ("x", axis.json(drawing.cell(row, x))), ("y", measure.json(drawing.cell(row, value))),
        ("m", measure.json(drawing.cell(row, drawing.y[1]))), ("l", measure.json(drawing.cell(row, drawing.y[2]))),
        ("u", measure.json(drawing.cell(row, drawing.y[3]))), ("s", isSignal ? .string(signal) : nil),
      ])
    }
    let title = measure.title(drawing.table.columns[value].name)
    let y = drawing.vertical(title, measure)
    let theme = drawing.theme
    var layers: [JSON] = []
    for (field, dash) in [("m", [1, 0]), ("l", [6, 4]), ("u", [6, 4])] as [(String, [JSON])] {
      layers.append([
        "mark": ["type": "line", "color": .string(theme.soft), "strokeWidth": 1.2, "strokeDash": .array(dash)],
        "encoding": ["y": y.with("field", .string(field))],
      ])
    }
    layers.append([
      "mark": [
        "type": "line", "color": .string(theme.series[0]), "strokeWidth": 1.8, "tooltip": true,
        "point": ["size": 26, "filled": true, "color": .string(theme.series[0])],
      ],
      "encoding": ["y": y],
    ])
    if !signals.isEmpty {
      let colors = [theme.alarm] + theme.series.filter { $0 != theme.alarm && $0 != theme.series[0] }
      let range = signals.indices.map { JSON.string(colors[$0 % colors.count]) }
      layers.append([
        "transform": [["filter": "isValid(datum.s)"]],
        "mark": ["type": "point", "filled": true, "size": 90, "opacity": 1],
        "encoding": [
          "y": y,
          "color": [
            "field": "s", "type": "nominal", "title": "signal", "sort": nil,
            "scale": ["domain": .array(signals.map(JSON.string)), "range": .array(range)],
            "legend": ["columns": .number(Double(max(1, drawing.options.width / 200)))],
          ],
          "shape": [
            "field": "s", "type": "nominal", "title": "signal", "sort": nil,
            "scale": ["domain": .array(signals.map(JSON.string))],
          ],
        ],
      ])
    }
    layers += labels(drawing, measure, axis, x)
    return Drawn([
      "width": drawing.width, "height": 260, "data": ["values": .array(values)],
      "encoding": ["x": axis.encoding], "layer": .array(layers),
    ])
  }

  /// The mean and the limits in words behind the end of their lines.
  private static func labels(
    _ drawing: Drawing, _ measure: Measure, _ axis: HorizontalAxis, _ x: Int
  ) -> [JSON] {
    guard let last = drawing.rows.last else { return [] }
    return zip(drawing.y[1...3], ["mean", "lower", "upper"]).compactMap { column, name in
      guard let number = measure.number(drawing.cell(last, column)) else { return nil }
      return [
        "data": ["values": [["x": axis.json(drawing.cell(last, x)), "y": .number(number), "t": .string(name)]]],
        "mark": ["type": "text", "align": "left", "dx": 8, "color": .string(drawing.theme.soft)],
        "encoding": [
          "y": drawing.vertical("", measure).with("title", nil), "text": ["field": "t", "type": "nominal"],
        ],
      ]
    }
  }
}
