import Tables

/// The horizontal axis: places in the order of the rows, moments, or numbers.
struct HorizontalAxis {
  private enum Kind {
    case places([String])
    case days
    case measured(Measure)
  }

  private let kind: Kind
  private let title: String
  private let width: Int

  /// - Parameter isContinuous: whether days may be drawn as moments rather than as one place each.
  init(_ drawing: Drawing, column: Int, isContinuous: Bool) {
    width = drawing.options.width
    let measure = drawing.measure([column])
    let words = measure.title(drawing.table.columns[column].name)
    title = words
    guard measure.kind == .text || !isContinuous else {
      kind = .measured(measure)
      return
    }
    var met: Set<String> = []
    var names: [String] = []
    for row in drawing.rows {
      let name = Names.text(drawing.cell(row, column))
      if met.insert(name).inserted { names.append(name) }
    }
    kind = isContinuous && !names.isEmpty && names.allSatisfy(Self.isDay) ? .days : .places(names)
  }

  /// A row's place along the axis.
  func json(_ value: Value) -> JSON {
    switch kind {
    case .places: .string(Names.text(value))
    case .days: .string("\(Names.text(value))T00:00:00Z")
    case .measured(let measure): measure.json(value)
    }
  }

  /// The encoding of the axis, under the field `x`.
  var encoding: JSON {
    switch kind {
    case .places(let names):
      return [
        "field": "x", "type": "ordinal", "title": .string(title),
        "scale": ["domain": .array(names.map(JSON.string))], "axis": axis(names),
      ]
    case .days: return moments
    case .measured(let measure):
      if measure.kind == .moment { return moments }
      return [
        "field": "x", "type": measure.type, "title": .string(title),
        "axis": JSON.members([("format", measure.format), ("tickCount", 6)]), "scale": ["zero": false],
      ]
    }
  }

  private var moments: JSON {
    let ticks: JSON = .number(Double(max(2, width / 90)))
    return [
      "field": "x", "type": "temporal", "title": nil, "scale": ["type": "utc"],
      "axis": ["tickCount": ticks, "grid": false, "format": "%-d %b %y"],
    ]
  }

  /// Labels of periods stand level, and as many as there is room for; those of other places stand all, at a slant when they must.
  private func axis(_ names: [String]) -> JSON {
    let longest = min(names.map(\.count).max() ?? 0, 24)
    let needed = (Double(longest) * 6.5 + 10) * Double(names.count)
    if needed <= Double(width) { return ["labelAngle": 0, "grid": false, "labelOverlap": false] }
    guard names.allSatisfy(Self.isPeriod) else {
      return ["labelAngle": -40, "grid": false, "labelOverlap": .bool(names.count * 14 > width), "labelLimit": 110]
    }
    let step = Int((needed / Double(width)).rounded(.up))
    let shown = stride(from: 0, to: names.count, by: step).map { JSON.string(names[$0]) }
    return ["labelAngle": 0, "grid": false, "labelOverlap": true, "values": .array(shown)]
  }

  /// Whether a name is that of a period: `2026`, `2026-W07`, `2026-01-02`.
  static func isPeriod(_ name: String) -> Bool {
    let bytes = Array(name.utf8.prefix(5))
    return bytes.count >= 4 && bytes.prefix(4).allSatisfy { (0x30...0x39).contains($0) }
      && (bytes.count == 4 || bytes[4] == UInt8(ascii: "-"))
  }

  private static func isDay(_ name: String) -> Bool {
    let bytes = Array(name.utf8)
    return bytes.count == 10
      && bytes.indices.allSatisfy {
        $0 == 4 || $0 == 7 ? bytes[$0] == UInt8(ascii: "-") : (0x30...0x39).contains(bytes[$0])
      }
  }
}
