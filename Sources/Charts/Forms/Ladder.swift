import Tables

/// A value stream map: a box for each stage with what is in it and how much leaves it complete and accurate; below, the ladder of the
/// time spent waiting (the upper steps) and in process (the lower ones).
enum Ladder {
  static func draw(_ drawing: Drawing) throws(ChartError) -> Drawn {
    guard let x = drawing.x, !drawing.rows.isEmpty else { throw drawing.lacks("a column of stages") }
    let columns = drawing.y.map { (index: $0, column: drawing.table.columns[$0]) }
    let durations = columns.filter { $0.column.type == .duration }
    let wait = durations.first { $0.column.name.lowercased().contains("wait") }
    let process = durations.first { $0.index != wait?.index }
    let counts = columns.filter { [.integer, .number].contains($0.column.type) }
    let shares = columns.filter { $0.column.type == .share }

    let step = max(Double(drawing.options.width) / Double(drawing.rows.count), 104)
    let lines = 1 + counts.count + shares.count
    let boxHeight = Double(lines) * 16 + 12
    let (upper, lower) = (boxHeight + 34, boxHeight + 62)
    var canvas = Canvas(width: step * Double(drawing.rows.count), height: lower + 20)
    var (boxes, arrows, names, details, waits, works, path): ([JSON], [JSON], [JSON], [JSON], [JSON], [JSON], [JSON]) =
      ([], [], [], [], [], [], [])
    for (number, row) in drawing.rows.enumerated() {
      let left = Double(number) * step
      boxes.append([
        "x": Canvas.pixel(left + 7), "x2": Canvas.pixel(left + step - 7), "y": 0, "y2": Canvas.pixel(boxHeight),
      ])
      if number > 0 { arrows.append(["x": Canvas.pixel(left), "y": Canvas.pixel(boxHeight / 2)]) }
      let middle = left + step / 2
      names.append(
        Canvas.text(drawing.cell(row, x) == .null ? "(no stage)" : Names.text(drawing.cell(row, x)), x: middle, y: 15))
      for (line, figure) in (counts + shares).enumerated() {
        let value = drawing.cell(row, figure.index)
        // The time in no stage has no queue and hands nothing on.
        let text = value == .null ? "" : label(figure.column, value, isCount: line < counts.count)
        details.append(Canvas.text(text, x: middle, y: 31 + 16 * Double(line)))
      }
      func duration(_ column: (index: Int, column: Column)?) -> String {
        guard let column, let seconds = Measure.plain(drawing.cell(row, column.index)) else { return "–" }
        return HumanDuration.format(seconds: seconds)
      }
      waits.append(Canvas.text(duration(wait), x: left + step / 4, y: upper - 8))
      works.append(Canvas.text(duration(process), x: left + step * 3 / 4, y: lower + 10))
      for (place, level) in [(left, upper), (left + step / 2, upper), (left + step / 2, lower), (left + step, lower)] {
        path.append(["x": Canvas.pixel(place), "y": Canvas.pixel(level), "o": .number(Double(path.count))])
      }
    }
    let theme = drawing.theme
    canvas.addBoxes(boxes, fill: theme.panel, stroke: theme.series[0])
    canvas.add(
      arrows,
      mark: ["type": "point", "shape": "triangle-right", "size": 70, "filled": true, "color": .string(theme.soft)])
    canvas.addTexts(names, mark: ["fontWeight": 600, "color": .string(theme.ink), "limit": .number(step - 20)])
    canvas.addTexts(details, mark: ["color": .string(theme.soft), "fontSize": 11, "limit": .number(step - 18)])
    guard wait != nil || process != nil else { return Drawn(canvas.specification) }
    canvas.add(
      path, mark: ["type": "line", "strokeWidth": 1.5, "color": .string(theme.soft)],
      [("order", ["field": "o", "type": "quantitative"])])
    canvas.addTexts(waits, mark: ["color": .string(theme.alarm), "fontSize": 10.5, "limit": .number(step / 2)])
    canvas.addTexts(works, mark: ["color": .string(theme.series[2]), "fontSize": 10.5, "limit": .number(step / 2)])
    for (text, level, color) in [("waiting", upper, theme.alarm), ("process", lower, theme.series[2])] {
      canvas.addTexts(
        [Canvas.text(text, x: 0, y: level)],
        mark: ["align": "right", "dx": -6, "fontSize": 10.5, "color": .string(color)])
    }
    return Drawn(canvas.specification)
  }

  private static func label(_ column: Column, _ value: Value, isCount: Bool) -> String {
    let text = ScreenText.of(value)
    let name = column.name.lowercased()
    if !isCount, name.contains("accurate") || name.contains("ca") { return "%C&A \(text)" }
    if isCount, ["count", "queue", "items", "wip"].contains(name) { return "\(text) \(column.unit ?? "items")" }
    return "\(Names.words(column.name)) \(text)"
  }
}
