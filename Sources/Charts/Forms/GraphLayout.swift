/// Places of the nodes and arrows of a ``Graph``: a column of boxes, steps to the next between them, arcs beside them.
struct GraphLayout {
  private static let (step, boxHeight) = (50.0, 26.0)
  private let nodes: [String]
  private let edges: [Graph.Edge]
  private let width: Double
  private let middle: Double
  private let boxWidth: Double
  private let height: Double
  private let places: [String: Int]

  init(_ nodes: [String], _ edges: [Graph.Edge], _ options: ChartOptions) {
    self.nodes = nodes
    self.edges = edges
    width = Double(options.width)
    middle = width / 2
    let longest = Double(nodes.map(\.count).max() ?? 4)
    boxWidth = min(max(longest * 7.2 + 20, 70), max(width * 0.34, 90))
    height = Double(nodes.count) * Self.step
    places = Dictionary(uniqueKeysWithValues: nodes.enumerated().map { ($0.element, $0.offset) })
  }

  /// All of it, drawn.
  func canvas(_ theme: Theme) -> Canvas {
    var canvas = Canvas(width: width, height: height)
    let largest = edges.map(\.count).max() ?? 1
    var (paths, heads, labels): ([[JSON]], [[JSON]], [[JSON]]) = ([[], [], []], [[], [], []], [[], [], []])
    for (number, edge) in edges.enumerated() {
      guard let from = places[edge.from], let to = places[edge.to] else { continue }
      // 0 to the next, 1 skips ahead, 2 goes back.
      let kind = to == from + 1 ? 0 : to > from ? 1 : 2
      let points = curve(from, to, kind)
      let thickness = 1 + 7 * (edge.count / largest)
      for (order, point) in points.enumerated() {
        paths[kind].append([
          "x": Canvas.pixel(point.x), "y": Canvas.pixel(point.y), "e": .number(Double(number)),
          "o": .number(Double(order)), "w": Canvas.pixel(thickness),
        ])
      }
      if let end = points.last {
        heads[kind].append(["x": Canvas.pixel(end.x), "y": Canvas.pixel(end.y), "w": Canvas.pixel(50 + 22 * thickness)])
      }
      let label = Canvas.text(count(edge.count), x: points[points.count / 2].x, y: points[points.count / 2].y)
      labels[kind].append(label)
    }
    let colors = [theme.series[0], theme.series[2], theme.alarm]
    let shapes: [JSON] = ["triangle-down", "triangle-left", "triangle-right"]
    let offsets: [JSON] = [["align": "left", "dx": 9], ["align": "left", "dx": 7], ["align": "right", "dx": -7]]
    for kind in [1, 2, 0] {
      canvas.add(
        paths[kind], mark: ["type": "line", "color": .string(colors[kind]), "opacity": 0.75, "strokeCap": "butt"],
        [
          ("detail", ["field": "e", "type": "nominal"]), ("order", ["field": "o", "type": "quantitative"]),
          ("strokeWidth", ["field": "w", "type": "quantitative", "scale": nil, "legend": nil]),
        ])
      canvas.add(
        heads[kind],
        mark: ["type": "point", "shape": shapes[kind], "filled": true, "opacity": 1, "color": .string(colors[kind])],
        [("size", ["field": "w", "type": "quantitative", "scale": nil, "legend": nil])])
    }
    canvas.addBoxes(
      nodes.indices.map { number in
        [
          "x": Canvas.pixel(middle - boxWidth / 2), "x2": Canvas.pixel(middle + boxWidth / 2),
          "y": Canvas.pixel(y(number) - Self.boxHeight / 2), "y2": Canvas.pixel(y(number) + Self.boxHeight / 2),
        ]
      }, fill: theme.panel, stroke: theme.soft)
    canvas.addTexts(
      nodes.enumerated().map { Canvas.text($0.element, x: middle, y: y($0.offset)) },
      mark: ["color": .string(theme.ink), "limit": .number(boxWidth - 10)])
    for kind in [0, 1, 2] {
      // First its outline in the colour of the ground, so that a number can be read where it crosses an arrow.
      let mark = offsets[kind].with("fontSize", 10).with("color", .string(theme.ink))
      canvas.addTexts(labels[kind], mark: mark.with("stroke", .string(theme.ground)).with("strokeWidth", 3))
      canvas.addTexts(labels[kind], mark: mark)
    }
    return canvas
  }

  private func count(_ number: Double) -> String {
    String(JSON.number((number * 100).rounded() / 100).text.dropLast())
  }

  private func y(_ place: Int) -> Double { (Double(place) + 0.5) * Self.step }

  /// The points of an arrow. Arcs leave and enter a box a little above and below its middle, so that the ends of both are seen.
  private func curve(_ from: Int, _ to: Int, _ kind: Int) -> [(x: Double, y: Double)] {
    if kind == 0 {
      let (start, end) = (y(from) + Self.boxHeight / 2, y(to) - Self.boxHeight / 2 - 5)
      return [(middle, start), (middle, (start + end) / 2), (middle, end)]
    }
    let side = kind == 1 ? 1.0 : -1.0
    let edge = middle + side * boxWidth / 2
    // The longest arc reaches nearly the border, and leaves room for its label.
    let room = max(width / 2 - boxWidth / 2 - 44, 20)
    let span = Double(abs(to - from))
    let longest = Double(max(nodes.count - 1, 2))
    let bulge = room * (from == to ? 0.16 : 0.16 + 0.84 * (span / longest).squareRoot())
    let shift = from == to ? 7.0 : kind == 1 ? 5.0 : -5.0
    let (start, end) = (y(from) + (from == to ? -shift : shift), y(to) + (from == to ? shift : -shift))
    let steps = 24
    return (0...steps).map { number in
      let share = Double(number) / Double(steps)
      let angle = share * Double.pi
      return (
        edge + side * (bulge * sine(angle) + (number == steps ? 5 : 0)), start + (end - start) * (1 - cosine(angle)) / 2
      )
    }
  }

  /// Taylor's series around the middle, to the same digits on every machine; enough for tenths of pixels from 0 to π.
  private func sine(_ angle: Double) -> Double { cosine(angle - Double.pi / 2) }

  private func cosine(_ angle: Double) -> Double {
    let square = angle * angle
    var (term, sum) = (1.0, 1.0)
    for number in 1...10 {
      term *= -square / Double((2 * number - 1) * (2 * number))
      sum += term
    }
    return sum
  }
}
