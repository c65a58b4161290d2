import Tables

/// The answer's distribution, with a rule at each percentile of the row that it belongs to.
enum HistogramBars {
  static func draw(_ drawing: Drawing) throws(ChartError) -> Drawn {
    guard let histogram = drawing.answer.histogram else {
      // Nothing was counted: there is no distribution of it.
      let isEmpty = drawing.rows.allSatisfy { row in
        drawing.y.allSatisfy { Measure.plain(drawing.cell(row, $0)) == nil }
      }
      guard isEmpty else { throw .noHistogram(chart: drawing.name) }
      return Drawn(VegaLite.empty(drawing.options))
    }
    let part = histogram.parts.first { part in
      drawing.rows.contains { row in part.key.indices.allSatisfy { drawing.cell(row, $0) == part.key[$0] } }
    }
    guard let part, let first = part.buckets.first, let last = part.buckets.last else {
      return Drawn(VegaLite.empty(drawing.options))
    }
    let columns = drawing.drawable.columns
    let width = first.to.isFinite ? first.to - first.from : 1
    let end = last.to.isFinite ? last.to : last.from + width
    let (unit, divisor) = Measure.durationUnit(largest: end)
    func measured(_ seconds: Double) -> Double { (seconds / divisor * 1e6).rounded() / 1e6 }
    let values = part.buckets.map { bucket -> JSON in
      [
        "x": .number(measured(bucket.from)), "e": .number(measured(bucket.to.isFinite ? bucket.to : end)),
        "y": .number(Double(bucket.count)),
      ]
    }
    let start = min(first.from, 0)
    let scale: JSON = [
      "domain": [.number(measured(start)), .number(measured(end))], "nice": false, "zero": false,
    ]
    // The labels of the percentiles stand above the bars.
    let largest = Double(part.buckets.map(\.count).max() ?? 0)
    let top = max(largest, 1) * 260 / (260 - 15 * Double(columns.count) - 6)
    let bars: JSON = [
      "data": ["values": .array(values)], "mark": ["type": "bar", "tooltip": true, "binSpacing": 1],
      "encoding": [
        "x": [
          "field": "x", "type": "quantitative", "bin": ["binned": true], "title": .string(unit), "scale": scale,
          "axis": ["grid": false, "tickCount": .number(Double(max(3, drawing.options.width / 80)))],
        ],
        "x2": ["field": "e"],
        "y": [
          "field": "y", "type": "quantitative", "title": "count", "axis": ["tickMinStep": 1, "tickCount": 5],
          "scale": ["domain": [0, .number(top)], "nice": false],
        ],
        "color": ["value": .string(drawing.theme.series[0])],
      ],
    ]
    var (rules, labels): ([JSON], [JSON]) = ([], [])
    for (number, column) in columns.enumerated() {
      guard let row = drawing.rows.first, let seconds = Measure.plain(drawing.cell(row, column)) else { continue }
      let label = "\(Names.words(drawing.table.columns[column].name)) \(HumanDuration.format(seconds: seconds))"
      let isRight = seconds - start > 0.6 * (end - start)
      rules.append(rule(measured(seconds), number, drawing.theme))
      labels += self.labels(measured(seconds), label, number, isRight: isRight, drawing.theme)
    }
    return Drawn(["width": drawing.width, "height": 260, "layer": .array([bars] + rules + labels)])
  }

  private static let x: JSON = ["field": "p", "type": "quantitative"]

  /// A line at a percentile.
  private static func rule(_ x: Double, _ number: Int, _ theme: Theme) -> JSON {
    let dashes: [JSON] = [[1, 0], [6, 3], [2, 3]]
    return [
      "data": ["values": [["p": .number(x)]]],
      "mark": [
        "type": "rule", "color": .string(theme.ink), "strokeWidth": 1.5, "strokeDash": dashes[number % dashes.count],
      ],
      "encoding": ["x": Self.x],
    ]
  }

  /// Its label, after an outline that keeps it readable where it crosses a line; each stands lower than the one before.
  private static func labels(_ x: Double, _ label: String, _ number: Int, isRight: Bool, _ theme: Theme) -> [JSON] {
    let mark: JSON = [
      "type": "text", "align": isRight ? "right" : "left", "dx": isRight ? -5 : 5,
      "y": .number(8 + 15 * Double(number)),
      "color": .string(theme.ink), "fontWeight": 600,
    ]
    return [mark.with("stroke", .string(theme.ground)).with("strokeWidth", 4), mark].map { mark in
      [
        "data": ["values": [["p": .number(x), "t": .string(label)]]], "mark": mark,
        "encoding": ["x": Self.x, "text": ["field": "t", "type": "nominal"]],
      ]
    }
  }
}
