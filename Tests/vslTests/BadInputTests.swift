import Foundation
import Testing

@Suite("Bad input")
struct BadInputTests {
  private static let good = Program.event("1", "item.created", "A", "2026-01-01T00:00:00Z")

  private static func created(_ member: String, _ value: String) -> String {
    #"{"specversion":"1.0","id":"x","source":"/t","type":"vsl.item.created.v1","subject":"A","\#(member)":\#(value)}"#
  }

  /// What is wrong, the bytes of line 2, and what the error must name.
  static let cases: [(name: String, line: [UInt8], names: String)] = [
    ("malformed JSON", Array(#"{"specversion":"1.0","id":}"#.utf8), "json"),
    ("a wrong type", Array(created("data", #"{"kind":7}"#).utf8), "/data/kind"),
    ("a missing member", Array(#"{"specversion":"1.0","id":"x","type":"vsl.item.created.v1","subject":"A"}"#.utf8), "source"),
    ("an unknown type", Array(created("data", "{}").replacing("created", with: "creatd").utf8), "vsl.item.created.v1"),
    ("year 1", Array(created("time", #""0001-01-01T00:00:00Z""#).utf8), "/time"),
    ("year 9999", Array(created("time", #""9999-01-01T00:00:00Z""#).utf8), "/time"),
    ("30 February", Array(created("time", #""2026-02-30T00:00:00Z""#).utf8), "/time"),
    ("hour 25", Array(created("time", #""2026-02-20T25:00:00Z""#).utf8), "/time"),
    ("a string of 1 MiB", Array(created("data", "{\"title\":\"\(String(repeating: "a", count: 1 << 20))\"}").utf8), "size"),
    ("a long name", Array(created("data", "{\"team\":\"\(String(repeating: "a", count: 300))\"}").utf8), "maxLength"),
    ("invalid UTF-8", Array(created("data", "{\"team\":\"").utf8) + [0xC3, 0x28] + Array("\"}}".utf8), "line 2"),
    ("a NUL byte", Array(created("data", "{\"team\":\"").utf8) + [0] + Array("\"}}".utf8), "line 2"),
    ("duplicate keys", Array(created("data", #"{"team":"a","team":"b"}"#).utf8), "/data/team"),
    ("nesting 100 deep", Array(created("data", "{\"x\":" + String(repeating: "[", count: 100) + String(repeating: "]", count: 100) + "}").utf8), "line 2"),
    ("an array", Array("[1]".utf8), "line 2"),
  ]

  @Test("each is a clear error at its line, and nothing of its batch is written", arguments: 0..<cases.count)
  func refused(index: Int) throws {
    let (name, line, names) = Self.cases[index]
    let program = try Program()
    try program.run("init")
    let path = try program.file("events.ndjson", Data(Array(Self.good.utf8) + [0x0A] + line + [0x0A]))
    let result = try program.run("import", path)
    #expect(result.signal == nil, "\(name): crashed")
    #expect(result.code == 2, "\(name): \(result.err.prefix(300))")
    #expect(result.err.contains("line 2"), "\(name): \(result.err.prefix(300))")
    #expect(result.err.contains(names), "\(name): \(result.err.prefix(300))")
    #expect(result.err.utf8.count < 2000, "\(name): the message is as long as the input")
    #expect(try program.count() == 0, "\(name)")
  }

  @Test("with --on-error skip the rest goes on, and the rejects are kept with their reasons")
  func skipped() throws {
    let program = try Program()
    try program.run("init")
    let last = Program.event("9", "item.created", "Z", "2026-01-01T00:00:00Z")
    let path = try program.file(
      "events.ndjson", Data(Array(Self.good.utf8) + [0x0A] + Self.cases[1].line + [0x0A] + Array(last.utf8)))
    let rejects = program.folder + "/rejects.ndjson"
    let result = try program.run("import", path, "--on-error", "skip", "--rejects", rejects)
    #expect(result.code == 2)
    #expect(try program.count() == 2)
    let kept = String(decoding: FileManager.default.contents(atPath: rejects) ?? Data(), as: UTF8.self)
    #expect(kept.split(separator: "\n").count == 1)
    #expect(kept.contains("/data/kind"))
  }

  @Test("XES that ends half-way, or declares entities, is refused with its line, and nothing is written")
  func badXES() throws {
    let program = try Program()
    try program.run("init")
    let trace = """
      <?xml version="1.0"?>
      <log><trace><string key="concept:name" value="1"/>
      <event><string key="concept:name" value="a"/><date key="time:timestamp" value="2026-01-01T00:00:00Z"/></event>
      <event><string key="concept:name" value="b"/>
      """
    let cut = try program.file("cut.xes", Data(trace.utf8))
    let result = try program.run("import", cut)
    #expect(result.signal == nil)
    #expect(result.code == 2)
    #expect(result.err.contains("line 4"), "\(result.err)")
    let bomb = try program.file(
      "bomb.xes",
      Data(#"<?xml version="1.0"?><!DOCTYPE log [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]><log><trace><string key="concept:name" value="&b;"/></trace></log>"#.utf8))
    let bombed = try program.run("import", bomb)
    #expect(bombed.signal == nil)
    #expect(bombed.code == 2)
    #expect(try program.count() == 0)
  }

  @Test("XES becomes items whose lead time is their case's duration")
  func goodXES() throws {
    let program = try Program()
    try program.run("init")
    let log = """
      <?xml version="1.0"?>
      <log xes.version="1.0"><string key="concept:name" value="claims"/>
      <trace><string key="concept:name" value="C1"/>
      <event><string key="concept:name" value="check"/><string key="lifecycle:transition" value="START"/><date key="time:timestamp" value="2026-01-01T10:00:00.000+01:00"/></event>
      <event><string key="concept:name" value="check"/><string key="lifecycle:transition" value="COMPLETE"/><date key="time:timestamp" value="2026-01-01T12:30:00.000+01:00"/></event>
      </trace></log>
      """
    let path = try program.file("claims.xes", Data(log.utf8))
    #expect(try program.run("import", path).code == 0)
    #expect(try program.run("import", path).out.contains("0 events appended"))
    let answer = try program.run("show", "lead-time", "--stream", "claims", "--at", "2026-02-01", "--format", "csv").out
    #expect(answer.split(separator: "\n").last?.hasPrefix("1,9000,") == true, "\(answer)")
  }
}
