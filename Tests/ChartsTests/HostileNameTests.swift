import Foundation
import Tables
import Testing

@testable import Charts

/// Names come from outside; no name may end a text, a script or a line, or reach into the specification.
struct HostileNameTests {
  static let names = [
    #"quote " and \ backslash"#, "</script><script>alert(1)</script>", "<img src=x onerror=alert(1)>", "🚀👩‍👩‍👧 emoji",
    String(repeating: "long name ", count: 20), "a.b[0]", "datum.x", "line\nbreak\u{2028}", "\u{202E}reversed",
    "__proto__",
    "",
  ]

  private func specification(_ form: ChartDescription.Form) throws -> String {
    let names = Self.names
    let answer = Samples.answer(
      "</script>",
      [
        Column(name: "a.b['x']", type: .text), Column(name: "to \"x\"", type: .text),
        Column(name: "n</script>", type: .integer, unit: "</b>"), Column(name: "m", type: .integer),
        Column(name: "l", type: .integer), Column(name: "u", type: .integer),
      ],
      names.enumerated().map { index, name in
        [
          .text(name), .text(names[(index + 1) % names.count]), .integer(Int64(index)), .integer(3), .integer(1),
          .integer(9),
        ]
      }, parameters: [("stream", "</script>")])
    let chart = ChartDescription(
      name: "hostile", title: #"</script>"\"#, form: form, x: "a.b['x']", y: ["n</script>", "m", "l", "u"],
      series: "to \"x\"")
    return try VegaLite.specification(answer, chart)
  }

  static let forms: [ChartDescription.Form] = [.bars, .lines, .areas, .dots, .control, .ladder, .graph, .fan, .heat]

  @Test("Hostile names stay text", arguments: forms)
  func stayText(_ form: ChartDescription.Form) throws {
    let text = try specification(form)
    #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(text.utf8)) }
    #expect(!text.contains("<"))
    #expect(!text.unicodeScalars.contains { $0 == "\u{202E}" || $0 == "\u{2028}" })
  }

  @Test("Hostile names can be drawn", Converter.isNamed)
  func areDrawn() throws {
    let specifications = try Self.forms.map { (name: "hostile-\($0.rawValue)", text: try specification($0)) }
    for svg in try Converter.svgs(specifications) {
      #expect(svg.hasPrefix("<svg") && !svg.contains("<script") && !svg.contains("<img"))
    }
  }
}
