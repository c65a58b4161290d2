import Tables

/// Writes pictures of answers as specifications of Vega-Lite 5, with their data inside: nothing has to be loaded to draw them.
public enum VegaLite {
  /// The specification of one picture of an answer, the same text each time.
  ///
  /// An answer without rows gives a picture that says so. The data are in the picture's units (days, hours …), under short names of
  /// their own, since names of columns may hold what Vega-Lite takes for a path.
  ///
  /// - Throws: ``ChartError`` when the answer has not got the tables and columns that the description names.
  public static func specification(
    _ answer: Answer, _ description: ChartDescription, options: ChartOptions = ChartOptions()
  ) throws(ChartError) -> String {
    let source = try ChartSource(answer, description, options)
    let panels = try self.panels(source)
    var specification: JSON = [
      "$schema": "https://vega.github.io/schema/vega-lite/v5.json", "description": .string(source.spokenTitle),
    ]
    if options.hasTitle { specification = specification.with("title", source.title(notes: panels.notes)) }
    specification = specification.with("config", options.theme.config).with("padding", options.hasTitle ? 12 : 3)
    if panels.drawn.count == 1, let panel = panels.drawn.first, panel.name == nil {
      for member in panel.members { specification = specification.with(member.name, member.value) }
    } else {
      let drawn = panels.drawn.map { panel in
        JSON.object([JSON.Member(name: "title", value: source.panelTitle(panel.name ?? ""))] + panel.members)
      }
      specification = specification.with("vconcat", .array(drawn)).with("spacing", 28)
      // Panels with the same series share a legend; else each has its own.
      let colors = panels.drawn.map { panel in panel.members.first { $0.name == "encoding" }?.value.member("color") }
      if !colors.allSatisfy({ $0 == colors.first }) {
        let each: JSON = ["color": "independent", "strokeDash": "independent", "shape": "independent"]
        specification = specification.with("resolve", ["scale": each, "legend": each])
      }
    }
    return specification.text
  }

  /// One picture inside of a picture: all of it, or the part of one group.
  private struct Panel {
    var name: String?
    var members: [JSON.Member]
  }

  private static func panels(_ source: ChartSource) throws(ChartError) -> (drawn: [Panel], notes: [String]) {
    var drawn: [Panel] = []
    var notes = source.notes
    for part in source.parts {
      let drawing = try draw(part.drawing)
      notes += drawing.notes.filter { !notes.contains($0) }
      guard case .object(let members) = drawing.specification else { continue }
      drawn.append(Panel(name: part.name, members: members))
    }
    if drawn.isEmpty, case .object(let members) = empty(source.options) {
      drawn.append(Panel(name: nil, members: members))
    }
    return (drawn, notes)
  }

  private static func draw(_ drawing: Drawing) throws(ChartError) -> Drawn {
    if drawing.rows.isEmpty { return Drawn(empty(drawing.options)) }
    switch drawing.form {
    case .bars: return try Bars.draw(drawing)
    case .lines: return try Lines.draw(drawing)
    case .areas: return try Areas.draw(drawing)
    case .dots: return try Dots.draw(drawing)
    case .histogram: return try HistogramBars.draw(drawing)
    case .control: return try Control.draw(drawing)
    case .ladder: return try Ladder.draw(drawing)
    case .graph: return try Graph.draw(drawing)
    case .fan: return try Fan.draw(drawing)
    case .heat: return try Heat.draw(drawing)
    }
  }

  /// A picture that says that there is nothing to show.
  static func empty(_ options: ChartOptions) -> JSON {
    [
      "width": .number(Double(options.width)), "height": 80, "data": ["values": [["t": "No data"]]],
      "mark": ["type": "text", "fontSize": 13, "color": .string(options.theme.soft)],
      "encoding": ["text": ["field": "t", "type": "nominal"]],
    ]
  }
}

/// What a form makes of a ``Drawing``: members of a specification, and what a reader must know of it.
struct Drawn {
  var specification: JSON
  var notes: [String]

  init(_ specification: JSON, notes: [String] = []) {
    self.specification = specification
    self.notes = notes
  }
}
