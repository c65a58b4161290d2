import Testing

@testable import Tables

@Suite struct `Terminal output` {
  @Test func `columns are aligned under a header and a rule, numbers to the right`() {
    #expect(
      everyKind.rendered(as: .table, style: plain) == """
        Items
        item  moves  rate (items/week)     age             since  active
        ────────────────────────────────────────────────────────────────
        A-1      12                2.5  3d 04h  2026-01-02 03:04  12.3 %
        –         –                  –       –                 –       –

        """)
  }

  @Test func `wide and combining characters keep the columns aligned`() {
    let table = Table(
      title: "", columns: [Column(name: "who", type: .text), Column(name: "n", type: .integer)],
      rows: [[.text("日本"), .integer(1)], [.text("e\u{301}"), .integer(22)], [.text("👩‍👩‍👧‍👦"), .integer(3)]])
    #expect(
      table.rendered(as: .table, style: plain) == """
        who    n
        ────────
        日本   1
        e\u{301}     22
        👩‍👩‍👧‍👦     3

        """)
  }

  private let wide = Table(
    title: "",
    columns: [
      Column(name: "short", type: .text), Column(name: "long", type: .text), Column(name: "n", type: .integer),
    ],
    rows: [[.text("abcdefg"), .text("the quick brown fox"), .integer(123_456)]])

  @Test func `the widest text is shortened until the line fits, and no more than that`() {
    #expect(lines(wide.rendered(as: .table, style: .init(width: 36, isColoured: false)))[2].contains("fox  123456"))
    #expect(
      wide.rendered(as: .table, style: .init(width: 30, isColoured: false)) == """
        short    long                n
        ──────────────────────────────
        abcdefg  the quick br…  123456

        """)
  }

  @Test func `a very narrow terminal shortens every text but no number`() {
    #expect(lines(wide.rendered(as: .table, style: .init(width: 0, isColoured: false)))[2] == "abc…  the…  123456")
  }

  @Test func `without a limit nothing is shortened`() {
    var table = wide
    let long = String(repeating: "x", count: 5000)
    table.rows[0][1] = .text(long)
    #expect(table.rendered(as: .table, style: .init(width: .max, isColoured: false)).contains(long))
    #expect(!table.rendered(as: .table, style: plain).contains(long))
  }

  @Test func `a table without rows says so`() {
    let table = Table(title: "Items", columns: [Column(name: "item", type: .text)], rows: [])
    #expect(table.rendered(as: .table, style: plain) == "Items\nitem\n────\nno rows\n")
    #expect(Table(title: "", columns: [], rows: []).rendered(as: .table, style: plain) == "no rows\n")
  }

  @Test func `short rows end in dashes and surplus cells are left out`() {
    let table = Table(
      title: "", columns: [Column(name: "a", type: .text), Column(name: "b", type: .text)],
      rows: [[.text("x")], [.text("x"), .text("y"), .text("z")]])
    #expect(lines(table.rendered(as: .table, style: plain)).suffix(2) == ["x  –", "x  y"])
  }

  @Test func `an answer ends with its notes and its provenance`() {
    var answer = cycleTime(notes: ["Two items have no start."])
    answer.histogram = nil
    #expect(
      answer.rendered(as: .table, style: plain) == """
        Cycle time
        count (items)     p50     p85     p95
        ─────────────────────────────────────
                   14  1h 00m  3h 00m  4h 00m

        note: Two items have no start.

        position 20000 · root 1f2e3d4c5b6a… · known at 2026-01-02 · at 2026-01-01

        """)
  }

  @Test func `a provenance without root and times is the position`() {
    let table = Table(title: "", columns: [], rows: [])
    let answer = Answer(metric: "m", parameters: [], position: 0, root: "", notes: [], table: table, histogram: nil)
    #expect(answer.rendered(as: .table, style: plain) == "no rows\n\nposition 0\n")
  }

  @Test func `only a coloured terminal gets escape sequences`() {
    #expect(!cycleTime().rendered(as: .table, style: plain).utf8.contains(0x1B))
    let coloured = lines(cycleTime().rendered(as: .table, style: .init(width: 80, isColoured: true)))
    #expect(coloured[0] == "\u{1B}[1mCycle time\u{1B}[0m")
    #expect(coloured[1].hasPrefix("\u{1B}[1mcount"))
    #expect(coloured[2].hasPrefix("\u{1B}[2m─"))
    #expect(coloured[coloured.count - 1].hasPrefix("\u{1B}[2mposition 20000"))
    for format in RowFormat.allCases where format != .table {
      #expect(!cycleTime().rendered(as: format, style: .init(width: 80, isColoured: true)).utf8.contains(0x1B))
    }
  }
}
