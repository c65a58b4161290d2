import Foundation
import Testing

@testable import Tables

@Suite struct `JSON output` {
  private func literal(_ string: String) -> String {
    var bytes: [UInt8] = []
    JSONText.append(string, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private func literal(_ number: Double) -> String {
    var bytes: [UInt8] = []
    JSONText.append(number, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  @Test func `an answer is one object, its members in the promised order, a row a line`() {
    var answer = cycleTime(notes: ["Two items have no start."])
    answer.table.rows.append([.integer(0), .null, .null, .null])
    #expect(
      answer.rendered(as: .json, style: plain) == """
        {
        "metric":"cycle-time",
        "parameters":{"class":"story","knownAt":"2026-01-02","at":"2026-01-01"},
        "position":20000,
        "root":"1f2e3d4c5b6a79880011",
        "columns":[
        {"name":"count","type":"integer","unit":"items"},
        {"name":"p50","type":"duration","unit":null},
        {"name":"p85","type":"duration","unit":null},
        {"name":"p95","type":"duration","unit":null}
        ],
        "rows":[
        {"count":14,"p50":3600,"p85":10800,"p95":14400},
        {"count":0,"p50":null,"p85":null,"p95":null}
        ],
        "notes":[
        "Two items have no start."
        ],
        "histogram":[
        {"from":0,"to":7200,"count":8},
        {"from":7200,"to":14400,"count":5},
        {"from":14400,"to":21600,"count":1}
        ]
        }

        """)
  }

  @Test func `an answer is valid JSON and has no histogram where there is none`() throws {
    var answer = cycleTime()
    #expect(try jsonObject(answer.rendered(as: .json, style: plain))["histogram"] != nil)
    answer.histogram = nil
    answer.parameters = []
    answer.table.rows = []
    let object = try jsonObject(answer.rendered(as: .json, style: plain))
    #expect(
      Set(object.keys) == ["metric", "parameters", "position", "root", "columns", "rows", "notes"])
    #expect((object["rows"] as? [Any])?.isEmpty == true)
  }

  @Test func `every kind of cell has its machine form`() {
    #expect(
      everyKind.rendered(as: .ndjson, style: plain) == """
        {"item":"A-1","moves":12,"rate":2.5,"age":273600.25,"since":"2026-01-02T03:04:05.12Z","active":0.1234}
        {"item":null,"moves":null,"rate":null,"age":null,"since":null,"active":null}

        """)
  }

  @Test func `a table alone is one object with its title`() throws {
    let object = try jsonObject(everyKind.rendered(as: .json, style: plain))
    #expect(object["title"] as? String == "Items")
    #expect((object["rows"] as? [Any])?.count == 2)
  }

  @Test func `no rows are no lines of NDJSON`() {
    #expect(Table(title: "", columns: everyKind.columns, rows: []).rendered(as: .ndjson, style: plain) == "")
  }

  @Test func `quotes, backslashes, controls and line separators are escaped`() {
    #expect(literal(#"say "a\b""#) == #""say \"a\\b\"""#)
    #expect(literal("\u{8}\t\n\u{C}\r\r\n") == #""\b\t\n\f\r\r\n""#)
    #expect(literal("\0\u{1B}\u{1F}") == #""\u0000\u001b\u001f""#)
    #expect(literal("a\u{2028}b\u{2029}") == #""a\u2028b\u2029""#)
    #expect(literal("\u{2027}\u{202A}–é😀") == "\"\u{2027}\u{202A}–é😀\"")
  }

  @Test func `every scalar of the first plane comes back through a parser`() throws {
    let scalars = (UInt32(0)...0xFFFF).compactMap(Unicode.Scalar.init)
    let text = String(String.UnicodeScalarView(scalars))
    let parsed = try JSONSerialization.jsonObject(with: Data("[\(literal(text))]".utf8)) as? [String]
    #expect(parsed?.first.map { Array($0.unicodeScalars) == scalars } == true)
  }

  @Test func `doubles are the shortest that read back, whole ones have no fraction`() {
    #expect(literal(0.1) == "0.1")
    #expect(literal(3.0) == "3")
    #expect(literal(-0.0) == "0")
    #expect(literal(-2.5) == "-2.5")
    #expect(literal(1e300) == "1e+300")
    #expect(literal(Double.leastNonzeroMagnitude) == "5e-324")
    #expect(literal(0.1 + 0.2) == "0.30000000000000004")
    #expect(literal(9_007_199_254_740_991) == "9007199254740991")
  }

  @Test func `what JSON has no number for is null`() {
    #expect(literal(.nan) == "null")
    #expect(literal(.infinity) == "null")
    #expect(literal(-.infinity) == "null")
  }

  @Test func `positions beyond the signed range are written in full`() {
    var bytes: [UInt8] = []
    JSONText.append(UInt64.max, to: &bytes)
    #expect(String(decoding: bytes, as: UTF8.self) == "18446744073709551615")
  }
}
