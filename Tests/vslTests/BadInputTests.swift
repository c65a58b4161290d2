import Foundation
import Testing

/// Whatever comes in: an error at its line, exit code 2, nothing of its batch written, never a signal.
@Suite struct BadInputTests {
  let program: Program

  init() throws { program = try Program() }

  private static let good = event("item.created", "GOOD", "2026-01-01T00:00:00Z")

  private static func at(_ time: String) -> String { event("item.created", "A", time) }

  private static func data(_ data: String) -> String { event("item.created", "A", "2026-01-01T00:00:00Z", data: data) }

  /// A bad line, and what the message says of it.
  static let lines: [String: (line: String, part: String)] = [
    "malformed JSON": ("{\"id\":", "line 2"),
    "no object": ("7", "line 2"),
    "a wrong type": (data("{\"kind\":7}"), "/data/kind"),
    "data that is no object": (data("[]"), "/data"),
    "a missing member": (event("item.entered", "A", "2026-01-01T00:00:00Z"), "/data/stage"),
    "a missing envelope member": ("{\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/x\"}", "/type"),
    "an unknown type": (event("item.exploded", "A", "2026-01-01T00:00:00Z"), "/type"),
    "the year 1": (at("0001-01-01T00:00:00Z"), "/time"),
    "the year 9999": (at("9999-12-31T23:59:59Z"), "/time"),
    "February 30": (at("2026-02-30T00:00:00Z"), "/time"),
    "25 o'clock": (at("2026-01-01T25:00:00Z"), "/time"),
    "words for a time": (at("yesterday"), "/time"),
    "a duplicate key": (data("{\"kind\":\"a\",\"kind\":\"b\"}"), "kind"),
    "deep nesting": (
      data("{\"x\":" + String(repeating: "[", count: 100) + String(repeating: "]", count: 100) + "}"), "line 2"
    ),
    "a string of 1 MiB": (data("{\"title\":\"\(String(repeating: "x", count: 1 << 20))\"}"), "line 2"),
    "a NUL byte": (data("{\"title\":\"a\u{0}b\"}"), "line 2"),
  ]

  @Test(arguments: lines.keys.sorted(), ["append", "import"])
  func aBadLineIsRefusedAtItsPlace(name: String, command: String) throws {
    let (line, part) = try #require(Self.lines[name])
    let text = Self.good + line.trimmingCharacters(in: .newlines) + "\n"
    let outcome = try program.run([command] + (command == "import" ? ["-"] : []), stdin: Data(text.utf8))
    #expect(outcome.code == 2)
    #expect(outcome.err.contains("line 2"))
    #expect(outcome.err.contains(part))
    #expect(outcome.err.utf8.count < 2000)
    #expect(try program.size() == 0)
  }

  @Test(arguments: ["append", "import"])
  func invalidUTF8IsRefusedAtItsPlace(command: String) throws {
    var bytes = Data(Self.good.utf8)
    bytes += Data("{\"specversion\":\"1.0\",\"id\":\"".utf8) + Data([0xFF, 0xFE, 0xC0]) + Data("\"}\n".utf8)
    let outcome = try program.run([command] + (command == "import" ? ["-"] : []), stdin: bytes)
    #expect(outcome.code == 2)
    #expect(outcome.err.contains("line 2"))
    #expect(try program.size() == 0)
  }

  @Test func anEmptyInputIsSaidNotSwallowed() throws {
    let append = try program.run("append", stdin: "")
    #expect(append.code == 2)
    #expect(append.err.contains("no events"))
    try program.write("", "empty")
    let imported = try program.run("import", "empty")
    #expect(imported.code < 128)
    #expect(imported.code == 2 || imported.out.contains("0 events"))
    #expect(try program.size() == 0)
  }

  @Test func anArrayThatEndsHalfWayIsRefused() throws {
    let outcome = try program.run("import", "-", stdin: "[\n" + Self.good.dropLast() + ",\n{\"specversion\":")
    #expect(outcome.code == 2)
    #expect(outcome.err.contains("line "))
    #expect(try program.size() == 0)
  }

  @Test func anXESLogThatEndsHalfWayIsRefused() throws {
    let whole = ImportTests.xes
    for share in [3, 5, 8] {
      try program.write(String(whole.prefix(whole.count * share / 10)), "half.xes")
      let outcome = try program.run("import", "half.xes")
      #expect(outcome.code == 2)
      #expect(outcome.err.contains("line "))
      #expect(try program.size() == 0)
    }
  }

  @Test func anXESLogWithEntitiesIsRefused() throws {
    let bomb = """
      <?xml version="1.0"?>
      <!DOCTYPE log [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>
      <log><trace><string key="concept:name" value="&c;"/></trace></log>
      """
    try program.write(bomb, "bomb.xes")
    let outcome = try program.run("import", "bomb.xes")
    #expect(outcome.code == 2)
    #expect(outcome.err.contains("line 2"))
    #expect(try program.size() == 0)
  }

  @Test func aGzipFileThatIsCutOffIsRefused() throws {
    // Random ids, so that there is something left to cut.
    let text = (0..<200).map { _ in event("item.created", UUID().uuidString, "2026-01-01T00:00:00Z") }.joined()
    let path = try program.write(text, "events")
    #expect(try Program.tool("gzip", path) == 0)
    let whole = try program.read("events.gz")
    try program.write(whole.prefix(whole.count / 2), "cut.gz")
    let outcome = try program.run("import", "cut.gz")
    #expect(outcome.code == 2)
    #expect(outcome.err.contains("cut.gz") || outcome.err.contains("gzip") || outcome.err.contains("line "))
    #expect(try program.size() == 0)
  }
}
