import Testing

@testable import Tables

@Suite struct `CSV, Markdown and streamed rows` {
  private func csv(_ cells: [Value]) -> String {
    let columns = cells.indices.map { Column(name: "c\($0)", type: .text) }
    return lines(Table(title: "t", columns: columns, rows: [cells]).rendered(as: .csv, style: plain))
      .dropFirst().joined(separator: "\n")
  }

  @Test func `CSV has the names, then a record a row, nulls empty`() {
    #expect(
      everyKind.rendered(as: .csv, style: plain) == """
        item,moves,rate,age,since,active
        A-1,12,2.5,273600.25,2026-01-02T03:04:05.12Z,0.1234
        ,,,,,

        """)
  }

  @Test func `CSV quotes commas, quotes and line breaks`() {
    #expect(
      csv([.text("a,b"), .text(#"say "x""#), .text("two\nlines"), .text("cr\r\nlf"), .text("plain text")])
        == "\"a,b\",\"say \"\"x\"\"\",\"two\nlines\",\"cr\r\nlf\",plain text")
  }

  @Test func `CSV text that a spreadsheet would run is disarmed, numbers are not touched`() {
    #expect(
      csv([.text("=1+1"), .text("+1"), .text("-1"), .text("@SUM(A1)"), .text("\tx")])
        == "'=1+1,'+1,'-1,'@SUM(A1),'\tx")
    #expect(csv([.text("\r=1"), .text("=A1,B1"), .text("a=1")]) == "\"'\r=1\",\"'=A1,B1\",a=1")
    #expect(csv([.integer(-1), .number(-2.5), .duration(-3), .share(-0.5)]) == "-1,-2.5,-3,-0.5")
    let table = Table(title: "", columns: [Column(name: "=cmd", type: .text)], rows: [])
    #expect(table.rendered(as: .csv, style: plain) == "'=cmd\n")
  }

  @Test func `CSV has no number for what is not finite`() {
    #expect(csv([.number(.nan), .duration(.infinity), .text("x")]) == ",,x")
  }

  @Test func `a null alone in its record is still a record`() {
    #expect(csv([.null]) == "\"\"")
  }

  @Test func `Markdown is a table with numbers to the right`() {
    #expect(
      everyKind.rendered(as: .markdown, style: plain) == """
        ### Items

        | item | moves | rate (items/week) | age | since | active |
        | --- | ---: | ---: | ---: | ---: | ---: |
        | A-1 | 12 | 2.5 | 3d 04h | 2026-01-02 03:04 | 12.3 % |
        | – | – | – | – | – | – |

        """)
  }

  @Test func `Markdown keeps a cell in one line and free of markup`() {
    #expect(MarkdownText.escaped("a|b") == #"a\|b"#)
    #expect(MarkdownText.escaped("a\nb\r\nc\rd") == "a<br>b<br>c<br>d")
    #expect(MarkdownText.escaped(#"<b>*x* `y` [z](u) \| snake_case"#) == #"\<b>\*x\* \`y\` \[z](u) \\\| snake_case"#)
  }

  @Test func `an answer in Markdown ends with histogram, notes and provenance`() {
    let text = lines(cycleTime(notes: ["Read with care."]).rendered(as: .markdown, style: plain))
    #expect(text[0] == "### Cycle time")
    #expect(text[5...6] == ["", "```text"])
    #expect(text[7].hasSuffix("8  ◂ p50"))
    #expect(
      text[10...] == [
        "```", "", "- note: Read with care.", "",
        "position 20000 · root 1f2e3d4c5b6a… · known at 2026-01-02 · at 2026-01-01",
      ])
  }

  @Test func `Markdown without rows says so`() {
    let table = Table(title: "", columns: [Column(name: "a", type: .text)], rows: [])
    #expect(table.rendered(as: .markdown, style: plain) == "| a |\n| --- |\n\nno rows\n")
  }

  @Test(arguments: [
    (RowFormat.csv, ["a,b\n", "x,1\n", "y,\n", ""]),
    (.json, ["[", "\n{\"a\":\"x\",\"b\":1}", ",\n{\"a\":\"y\",\"b\":null}", "\n]\n"]),
    (.ndjson, ["", "{\"a\":\"x\",\"b\":1}\n", "{\"a\":\"y\",\"b\":null}\n", ""]),
    (.markdown, ["| a | b |\n| --- | ---: |\n", "| x | 1 |\n", "| y | – |\n", ""]),
    (.table, ["| a | b |\n| --- | ---: |\n", "| x | 1 |\n", "| y | – |\n", ""]),
  ])
  func `rows are written one by one`(format: RowFormat, parts: [String]) {
    var writer = RowWriter(
      columns: [Column(name: "a", type: .text), Column(name: "b", type: .integer)], format: format)
    var written: [String] = []
    func take(_ append: (inout [UInt8]) -> Void) {
      var bytes: [UInt8] = []
      append(&bytes)
      written.append(String(decoding: bytes, as: UTF8.self))
    }
    take { writer.appendHeader(to: &$0) }
    take { writer.appendRow([.text("x"), .integer(1), .text("surplus")], to: &$0) }
    take { writer.appendRow([.text("y")], to: &$0) }
    take { writer.appendFooter(to: &$0) }
    #expect(written == parts)
  }

  @Test(arguments: RowFormat.allCases)
  func `every text of an answer with rows ends with exactly one newline`(format: RowFormat) {
    let text = cycleTime(notes: ["n"]).rendered(as: format, style: plain)
    #expect(text.hasSuffix("\n") && !text.hasSuffix("\n\n"))
  }
}
