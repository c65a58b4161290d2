import Foundation
import Testing

/// `vsl chart`, `vsl report` and `vsl show --format vega-lite`.
@Suite struct ChartTests {
  let program: Program

  /// Leaves a test out, saying why, where there is no Python with vl-convert-python.
  static let hasConverter: ConditionTrait = .enabled(
    if: ProcessInfo.processInfo.environment["VSL_PYTHON"] != nil,
    "VSL_PYTHON is not set: run tools/test, or tools/setup --for-tests and set it to .build/venv/bin/python3")

  init() throws {
    program = try Program()
    var text = ""
    for number in 1...9 {
      text += event("item.created", "P-\(number)", "2026-01-05T00:00:00Z")
      text += event("item.entered", "P-\(number)", "2026-01-05T00:00:00Z", data: "{\"stage\":\"</script>\"}")
      if number > 2 { text += event("item.delivered", "P-\(number)", "2026-01-1\(number)T00:00:00Z") }
    }
    #expect(try program.run("append", stdin: text).code == 0)
  }

  private let at = ["--at", "2026-02-01"]

  @Test func aSpecificationNeedsNoConverterAndIsTheSameEachTime() throws {
    program.environment = ["VSL_PYTHON": "/nowhere/python3"]
    let shown = try program.run(["show", "lead-time", "--format", "vega-lite"] + at)
    #expect(shown.code == 0)
    let object = try shown.object()
    #expect(object["$schema"] as? String == "https://vega.github.io/schema/vega-lite/v5.json")
    #expect(try program.run(["chart", "lead-time", "-o", "lead.json"] + at).code == 0)
    #expect(try program.read("lead.json") == Data(shown.out.utf8))
    let trend = try program.run(["show", "lead-time", "--format", "vega-lite", "--chart", "trend"] + at)
    #expect(trend.out.contains("2026-W03") && trend.out.contains("period week"))
  }

  @Test func anUnknownChartIsRefusedWithThoseThereAre() throws {
    let outcome = try program.run("chart", "lead-time", "--chart", "pie", "-o", "x.svg")
    #expect(outcome.code == 2)
    #expect(outcome.err.contains("distribution") && outcome.err.contains("trend"))
    #expect(!FileManager.default.fileExists(atPath: program.path("x.svg")))
    #expect(try program.run("chart", "lead-time", "-o", "x.gif").code == 64)
    #expect(try program.run("show", "lead-time", "--chart", "trend").code == 64)
  }

  @Test func aMissingConverterSaysWhatToInstallAndLeavesTheFileAsItIs() throws {
    try program.write("before", "x.svg")
    program.environment = ["VSL_PYTHON": "/nowhere/python3"]
    let outcome = try program.run("chart", "lead-time", "-o", "x.svg")
    #expect(outcome.code == 2)
    #expect(outcome.err.contains("pip install vl-convert-python") && outcome.err.contains("VSL_PYTHON"))
    #expect(try program.read("x.svg") == Data("before".utf8))
    program.environment = ["VSL_PYTHON": "/bin/false"]
    #expect(try program.run("chart", "lead-time", "-o", "x.svg").code == 2)
    #expect(try program.read("x.svg") == Data("before".utf8))
  }

  @Test(hasConverter) func picturesAreDrawn() throws {
    #expect(try program.run(["chart", "lead-time", "-o", "lead.svg", "--theme", "dark"] + at).code == 0)
    let svg = String(decoding: try program.read("lead.svg"), as: UTF8.self)
    #expect(svg.hasPrefix("<svg") && svg.contains("Lead times"))
    #expect(try program.run(["chart", "queues", "-o", "queues.png", "--width", "300"] + at).code == 0)
    #expect(try program.read("queues.png").starts(with: [0x89, 0x50, 0x4E, 0x47]))
  }

  @Test(hasConverter) func theReportIsOnePageThatItsOwnCommandMakesAgain() throws {
    #expect(try program.run(["report", "--stream", "payments", "--by", "team", "-o", "report.html"] + at).code == 0)
    let html = String(decoding: try program.read("report.html"), as: UTF8.self)
    let size = try program.size()
    #expect(
      html.contains(
        "vsl report --stream payments --by team --known-at \(size) --at 2026-02-01T00:00:00Z -o report.html"))
    #expect(html.contains(try program.root()))
    #expect(html.contains("<svg") && html.contains("id=\"lead-time\"") && html.contains("id=\"throughput\""))
    #expect(!html.contains("<script") && !html.contains("src="))
    // What the ledger learns later does not change what the command makes.
    #expect(try program.run("append", stdin: event("item.delivered", "P-1", "2026-01-15T00:00:00Z")).code == 0)
    let again = try program.run(
      "report", "--stream", "payments", "--by", "team", "--known-at", "\(size)", "--at", "2026-02-01T00:00:00Z", "-o",
      "report.html")
    #expect(again.code == 0)
    #expect(String(decoding: try program.read("report.html"), as: UTF8.self) == html)
  }

  @Test(hasConverter) func aMetricThatRefusesTheQuestionIsLeftOutWithTheReason() throws {
    #expect(try program.run(["report", "--by", "severity", "-o", "report.html"] + at).code == 0)
    let html = String(decoding: try program.read("report.html"), as: UTF8.self)
    #expect(html.contains("<dt>throughput</dt><dd>throughput cannot be split by severity."))
    #expect(html.contains("id=\"defects\""))
  }

  @Test(hasConverter) func workingTimeIsForTheMetricsThatMeasureIt() throws {
    #expect(try program.run(["report", "--working-time", "-o", "report.html"] + at).code == 0)
    let html = String(decoding: try program.read("report.html"), as: UTF8.self)
    #expect(html.contains("vsl show lead-time --working-time"))
    #expect(html.contains("vsl show throughput --period week"))
  }
}
