/// A plane measured in pixels, for pictures that are not a chart along axes: layers of marks at places worked out beforehand.
struct Canvas {
  let width: Double
  let height: Double
  private(set) var layers: [JSON] = []

  init(width: Double, height: Double) {
    self.width = width
    self.height = height
  }

  /// The members of the specification.
  var specification: JSON {
    ["width": .number(width), "height": .number(height), "layer": .array(layers)]
  }

  /// A horizontal and a vertical place.
  private func place(_ field: String, _ length: Double, isReversed: Bool) -> JSON {
    [
      "field": .string(field), "type": "quantitative", "axis": nil,
      "scale": ["domain": [0, .number(length)], "nice": false, "zero": false, "reverse": .bool(isReversed)],
    ]
  }

  private func encoding(_ more: [(String, JSON)]) -> JSON {
    let start: JSON = [
      "x": place("x", width, isReversed: false), "y": place("y", height, isReversed: true),
    ]
    return more.reduce(start) { $0.with($1.0, $1.1) }
  }

  /// A mark for each datum, which holds `x` and `y`, and what `more` encodes.
  mutating func add(_ data: [JSON], mark: JSON, _ more: [(String, JSON)] = []) {
    guard !data.isEmpty else { return }
    layers.append(["data": ["values": .array(data)], "mark": mark, "encoding": encoding(more)])
  }

  /// Boxes from `x`, `y` to `x2`, `y2`.
  mutating func addBoxes(_ data: [JSON], fill: String, stroke: String) {
    add(
      data, mark: ["type": "rect", "fill": .string(fill), "stroke": .string(stroke), "cornerRadius": 4],
      [("x2", ["field": "x2"]), ("y2", ["field": "y2"])])
  }

  /// Texts, `t`, at places.
  mutating func addTexts(_ data: [JSON], mark: JSON) {
    add(data, mark: mark.with("type", "text"), [("text", ["field": "t", "type": "nominal"])])
  }

  /// A number to a tenth of a pixel.
  static func pixel(_ number: Double) -> JSON { .number((number * 10).rounded() / 10) }

  /// A text at a place.
  static func text(_ text: String, x: Double, y: Double) -> JSON {
    ["x": pixel(x), "y": pixel(y), "t": .string(text)]
  }
}
