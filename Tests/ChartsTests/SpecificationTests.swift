import Foundation
import Tables
import Testing

@testable import Charts

/// Every form of picture, from answers made by hand.
struct SpecificationTests {
  private func text(_ sample: Samples.Sample, _ options: ChartOptions = ChartOptions()) throws -> String {
    try VegaLite.specification(sample.answer, sample.chart, options: options)
  }

  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test(
    "Each form is a Vega-Lite specification with its data inside and its origin below the title", arguments: Samples.all
  )
  func isSpecification(_ sample: Samples.Sample) throws {
    let text = try text(sample)
    let object = try object(text)
    #expect(object["$schema"] as? String == "https://vega.github.io/schema/vega-lite/v5.json")
    #expect(!text.contains(#""url""#))
    let title = try #require(object["title"] as? [String: Any])
    #expect(title["text"] as? [String] == [sample.chart.title])
    let subtitle = try #require(title["subtitle"] as? [String]).joined(separator: " ")
    #expect(subtitle.contains("position 20000 · root 1f2e3d4c… · at 2026-06-30T22:00:00Z"))
  }

  @Test("The same answer gives the same text, in every theme", arguments: Samples.all)
  func isDeterministic(_ sample: Samples.Sample) throws {
    for theme in Theme.allCases {
      let options = ChartOptions(theme: theme, width: 400)
      #expect(try text(sample, options) == text(sample, options))
    }
    #expect(try text(sample, ChartOptions(theme: .light)) != text(sample, ChartOptions(theme: .dark)))
  }

  @Test("vl-convert draws each form, light, dark, for a page, and narrow", Converter.isNamed)
  func compiles() throws {
    var specifications: [(name: String, text: String)] = []
    for sample in Samples.all {
      for theme in Theme.allCases {
        specifications.append(("\(sample.name)-\(theme.rawValue)", try text(sample, ChartOptions(theme: theme))))
      }
      specifications.append(("\(sample.name)-narrow", try text(sample, ChartOptions(theme: .light, width: 260))))
    }
    for (specification, svg) in zip(specifications, try Converter.svgs(specifications)) {
      #expect(svg.hasPrefix("<svg"), "\(specification.name)")
      #expect(!svg.contains("NaN") && !svg.contains("undefined"), "\(specification.name)")
      #expect(svg.contains("var(--vsl-ink)") == specification.name.hasSuffix("page"), "\(specification.name)")
    }
  }

  @Test("An answer without rows gives a picture that says so", arguments: Samples.all)
  func empty(_ sample: Samples.Sample) throws {
    var sample = sample
    sample.answer.table.rows = []
    sample.answer.histogram = nil
    #expect(try text(sample).contains("No data"))
  }

  @Test("Empty answers, single rows and rows of nulls can be drawn", Converter.isNamed)
  func sparse() throws {
    var specifications: [(name: String, text: String)] = []
    for var sample in Samples.all {
      let (columns, rows) = (sample.answer.table.columns, sample.answer.table.rows)
      sample.answer.table.rows = Array(rows.prefix(1))
      specifications.append(("\(sample.name)-one-row", try text(sample)))
      sample.answer.table.rows = [columns.map { _ in .null }, columns.map { _ in .null }]
      sample.answer.histogram = nil
      specifications.append(("\(sample.name)-nulls", try text(sample)))
      sample.answer.table.rows = [[]]
      specifications.append(("\(sample.name)-short-row", try text(sample)))
      sample.answer.table.rows = []
      specifications.append(("\(sample.name)-empty", try text(sample)))
    }
    for (specification, svg) in zip(specifications, try Converter.svgs(specifications)) {
      #expect(svg.hasPrefix("<svg") && !svg.contains("NaN"), "\(specification.name)")
    }
  }

  @Test("A missing value stays null: a gap, not a zero")
  func gaps() throws {
    let sample = try #require(Samples.all.first { $0.name == "lines" })
    let data = try #require(object(text(sample))["data"] as? [String: Any])
    let values = try #require(data["values"] as? [[String: Any]])
    #expect(values.count { $0["y"] is NSNull } == 6)
  }

  @Test(
    "Durations are in the unit that reads well, which the axis names",
    arguments: [(90.0, "seconds"), (3000, "minutes"), (50_000, "hours"), (900_000, "days")])
  func units(_ seconds: Double, _ unit: String) throws {
    let answer = Samples.answer(
      "lead-time", [Samples.period, Column(name: "cycleP85", type: .duration)],
      [[.text("2026-W01"), .duration(seconds)], [.text("2026-W02"), .duration(seconds / 3)]])
    let text = try VegaLite.specification(
      answer, ChartDescription(name: "l", title: "L", form: .lines, x: "period", y: ["cycleP85"]))
    #expect(text.contains(#""title":"cycle p85 (\#(unit))""#))
  }

  @Test("Rows of several groups become series, or panels of their own")
  func groups() throws {
    let stacked = try #require(Samples.all.first { $0.name == "bars-stacked" })
    #expect(try text(stacked).contains(#""domain":["billing","core","mobile"]"#))
    var split = try #require(Samples.all.first { $0.name == "ladder" })
    split.answer.parameters.append((name: "by", value: "team"))
    split.answer.table.columns.append(Column(name: "team", type: .text))
    split.answer.table.rows = ["core", "billing"].flatMap { team in split.answer.table.rows.map { $0 + [.text(team)] } }
    #expect(try #require(object(text(split))["vconcat"] as? [Any]).count == 2)
  }

  @Test("A graph's nodes stand in the order that most of the work takes")
  func order() {
    let edges = [
      Graph.Edge(from: "review", to: "build", count: 3), Graph.Edge(from: "build", to: "review", count: 20),
      Graph.Edge(from: "review", to: "ship", count: 17), Graph.Edge(from: "plan", to: "build", count: 20),
    ]
    #expect(NodeOrder.of(edges) == ["plan", "build", "review", "ship"])
    #expect(NodeOrder.of([]) == [])
    #expect(NodeOrder.of([Graph.Edge(from: "a", to: "a", count: 1)]) == ["a"])
  }

  @Test("What the answer has not got is an error that says what to do")
  func refusals() throws {
    let sample = try #require(Samples.all.first { $0.name == "lines" })
    var chart = sample.chart
    chart.table = 1
    #expect(throws: ChartError.noTable(chart: "lead-time", table: 1, count: 1)) {
      try VegaLite.specification(sample.answer, chart)
    }
    chart = sample.chart
    chart.x = "day"
    #expect(throws: ChartError.noColumn(chart: "lead-time", column: "day", columns: ["period", "p50", "p85"])) {
      try VegaLite.specification(sample.answer, chart)
    }
    chart = sample.chart
    chart.form = .control
    #expect(throws: ChartError.self) { try VegaLite.specification(sample.answer, chart) }
    chart.form = .histogram
    #expect(throws: ChartError.noHistogram(chart: "lead-time")) { try VegaLite.specification(sample.answer, chart) }
  }
}
