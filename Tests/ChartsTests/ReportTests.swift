import Tables
import Testing

@testable import Charts

/// The page, without a converter: what stands around the pictures.
struct ReportTests {
  private func report(streams: [[Value]] = [], rows: [[Value]], notes: [String] = []) -> Report {
    let svg = "<svg><clipPath id=\"clip0\"></clipPath><g clip-path=\"url(#clip0)\"></g></svg>"
    var answer = Samples.answer("throughput", [Samples.period, Samples.delivered], rows)
    answer.notes = notes
    return Report(
      streams: Samples.answer("streams", [Column(name: "stream", type: .text)], streams),
      parameters: [(name: "stream", value: "a & b")], command: "vsl report --stream 'a & b' -o report.html",
      sections: [
        Report.Section(
          name: "throughput", title: "Throughput", definition: "Items <delivered>.",
          parts: [
            Report.Part(
              figures: [Report.Figure(title: "Items", wide: svg, narrow: svg)], answer: answer,
              command: "vsl show throughput")
          ])
      ], omitted: [(name: "wip", reason: "It cannot be split by team.")])
  }

  @Test("The page has position, root, instant, commands, definitions and what was left out")
  func complete() {
    let html = report(rows: [[.text("2026-W01"), .integer(3)]]).html
    for text in [
      "<dd>20000</dd>", "1f2e3d4c5b6a7988", "2026-06-30T22:00:00Z",
      "vsl report --stream &#39;a &amp; b&#39; -o report.html",
      "vsl show throughput", "Items &lt;delivered&gt;.", "<dt>wip</dt><dd>It cannot be split by team.</dd>",
      "<td>2026-W01</td><td class=\"n\">3</td>",
    ] { #expect(html.contains(text), "\(text)") }
    #expect(html == report(rows: [[.text("2026-W01"), .integer(3)]]).html)
  }

  @Test("Nothing is loaded, nothing runs, and hostile names stay text", arguments: HostileNameTests.names)
  func escapes(_ name: String) {
    let html = report(streams: [[.text(name)]], rows: [[.text(name), .null]], notes: [name]).html
    #expect(!html.contains("<script") && !html.contains("<img"))
    #expect(!html.contains("http://") && !html.contains("https://"))
    #expect(html.contains("default-src 'none'"))
    #expect(!html.unicodeScalars.contains("\u{202E}"))
  }

  @Test("Pictures do not share the names of their parts")
  func identities() {
    let html = report(rows: []).html
    #expect(html.contains("id=\"p1-clip0\"") && html.contains("url(#p1-clip0)"))
    #expect(html.contains("id=\"p2-clip0\"") && html.contains("url(#p2-clip0)"))
  }

  @Test("A long table is cut, and says so")
  func long() {
    let html = report(rows: (0..<250).map { [.text("row \($0)"), .integer(1)] }).html
    #expect(html.contains("The first 100 of 250 rows."))
    #expect(html.contains("<td>row 99</td>") && !html.contains("<td>row 100</td>"))
  }
}
