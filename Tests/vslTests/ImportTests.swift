import Foundation
import Testing

@Suite struct ImportTests {
  let program: Program

  init() throws { program = try Program() }

  private var three: String {
    (1...3).map { event("item.created", "A-\($0)", "2026-01-0\($0)T00:00:00Z") }.joined()
  }

  @Test(arguments: ["lines", "array", "gzip"])
  func eventsAreImportedFromLinesArraysAndGzip(form: String) throws {
    var file = try program.write(three, "events")
    if form == "array" {
      file = try program.write("[\n" + three.split(separator: "\n").joined(separator: ",\n") + "\n]\n", "events")
    }
    if form == "gzip" {
      #expect(try Program.tool("gzip", file) == 0)
      file += ".gz"
    }
    let outcome = try program.run("import", file)
    #expect(outcome.code == 0)
    #expect(outcome.out.contains("3 events appended"))
    #expect(try program.size() == 3)
    let again = try program.run("import", file)
    #expect(again.code == 0)
    #expect(again.out.contains("0 events appended, 3 there already"))
    #expect(try program.size() == 3)
    #expect(try program.run("verify").code == 0)
  }

  @Test func eventsAreImportedFromStandardInput() throws {
    #expect(try program.run("import", "-", stdin: three).code == 0)
    #expect(try program.size() == 3)
  }

  @Test func anXESLogGivesItemsThatAreDeliveredAtTheirLastEvent() throws {
    try program.write(Self.xes, "claims.xes")
    let outcome = try program.run("import", "claims.xes")
    #expect(outcome.code == 0)
    let row = try #require(try program.run("show", "lead-time", "--stream", "claims", "--format", "json").rows().first)
    #expect((row["n"] as? NSNumber)?.intValue == 2)
    #expect((row["max"] as? NSNumber)?.doubleValue == 4 * 3600.0)
    #expect((row["mean"] as? NSNumber)?.doubleValue == 3 * 3600.0)
    #expect(try program.run("import", "claims.xes").out.contains("0 events appended"))
  }

  @Test func refusedEventsAreSkippedAndKeptOnRequest() throws {
    let lines = three.split(separator: "\n")
    try program.write("\(lines[0])\n{broken\n\(lines[1])\n{\"specversion\":\"1.0\"}\n\(lines[2])\n", "events")
    let outcome = try program.run("import", "events", "--on-error", "skip", "--rejects", "rejects.ndjson")
    #expect(outcome.code == 2)
    #expect(outcome.err.contains("2 events were refused"))
    #expect(try program.size() == 3)
    let rejects = String(decoding: try program.read("rejects.ndjson"), as: UTF8.self)
    #expect(rejects.split(separator: "\n").count == 2)
    #expect(rejects.contains("broken"))
  }

  @Test func theRejectsOfAllFilesAreKept() throws {
    try program.write("{broken\n" + three, "one")
    try program.write(three + "{\"specversion\":\"1.0\"}\n", "two")
    for _ in 1...2 {
      #expect(try program.run("import", "one", "two", "--on-error", "skip", "--rejects", "rejects").code == 2)
      let rejects = try program.read("rejects").split(separator: 0x0A).map {
        try JSONSerialization.jsonObject(with: $0) as? [String: Any] ?? [:]
      }
      #expect(rejects.map { $0["file"] as? String } == ["one", "two"])
      #expect(rejects.map { $0["line"] as? Int } == [1, 4])
    }
  }

  @Test func anIdentityKnownWithOtherContentIsAConflict() throws {
    let other = event(
      "item.created", "A-1", "2026-01-01T00:00:00Z", id: "item.created A-1 2026-01-01T00:00:00Z",
      data: "{\"kind\":\"bug\"}")
    #expect(try program.run("append", stdin: three).code == 0)
    #expect(try program.run("append", stdin: other).code == 3)
    let stopped = try program.run("import", "-", stdin: other)
    #expect(stopped.code == 3)
    #expect(stopped.err.contains("[conflict]"))
    #expect(try program.run("import", "-", "--on-error", "skip", stdin: three + other).code == 3)
    // Conflicts among other refusals: what the program was given is not as it must be.
    #expect(try program.run("import", "-", "--on-error", "skip", stdin: other + "{broken\n").code == 2)
    // Two events of one file.
    let twice = event("item.entered", "B", "2026-01-01T00:00:00Z", id: "B", data: "{\"stage\":\"x\"}")
    #expect(try program.run("import", "-", stdin: twice + twice.replacing("\"x\"", with: "\"y\"")).code == 3)
    #expect(try program.size() == 3)
  }

  @Test func casesOfTheSameNameInTwoLogsAreKeptApartByAPrefix() throws {
    try program.write(Self.xes, "claims.xes")
    #expect(try program.run("import", "claims.xes", "--item-prefix", "north/").code == 0)
    #expect(try program.run("import", "claims.xes", "--item-prefix", "south/").code == 0)
    let row = try #require(try program.run("show", "lead-time", "--format", "json").rows().first)
    #expect((row["n"] as? NSNumber)?.intValue == 4)
    #expect(try program.run("item", "north/C-1").code == 0)
    #expect(try program.run("item", "C-1").code == 2)
  }

  @Test func waitingInAnXESLogCountsInAQueue() throws {
    try program.write(
      Self.xes.replacing(
        "<event><string key=\"concept:name\" value=\"pay\"/>",
        with: "<event><string key=\"concept:name\" value=\"pay\"/>"
          + "<string key=\"lifecycle:transition\" value=\"schedule\"/>"), "claims.xes")
    #expect(try program.run("import", "claims.xes", "--open-cases").code == 0)
    let rows = try program.run("show", "queues", "--format", "json").rows()
    let queue = try #require(rows.first { $0["stage"] as? String == "pay (queue)" })
    #expect(queue["kind"] as? String == "queue")
    #expect((queue["count"] as? NSNumber)?.intValue == 2)
    #expect(try program.run("import", "claims.xes", "--open-cases").out.contains("0 events appended"))
  }

  @Test func aFileThatIsMissingIsSaidByName() throws {
    let outcome = try program.run("import", "nowhere.ndjson")
    #expect(outcome.code == 2)
    #expect(outcome.err.contains("nowhere.ndjson"))
  }

  @Test func exportedEventsMakeTheSameLedgerElsewhere() throws {
    let simulated = try program.run("simulate", "--events", "2000", "--seed", "3")
    try program.write(simulated.out, "simulated")
    #expect(try program.run("import", "simulated").code == 0)
    #expect(try program.run("export", "events", "-o", "exported").code == 0)
    #expect(try program.read("exported") == program.read("simulated"))
    #expect(try program.run("init", "--ledger", "other").code == 0)
    #expect(try program.run("import", "exported", "--ledger", "other").code == 0)
    let ask = ["show", "lead-time", "--at", "2027-01-01", "--period", "month", "--format", "csv"]
    #expect(try program.run(ask).out == program.run(ask + ["--ledger", "other"]).out)
  }

  static let xes = """
    <?xml version="1.0" encoding="UTF-8"?>
    <log xes.version="2.0" xmlns="http://www.xes-standard.org/">
    <string key="concept:name" value="claims"/>
    <trace><string key="concept:name" value="C-1"/>
    <event><string key="concept:name" value="register"/><date key="time:timestamp" value="2026-01-02T08:00:00Z"/></event>
    <event><string key="concept:name" value="pay"/><date key="time:timestamp" value="2026-01-02T10:00:00Z"/></event>
    </trace>
    <trace><string key="concept:name" value="C-2"/>
    <event><string key="concept:name" value="register"/><date key="time:timestamp" value="2026-01-02T08:00:00Z"/></event>
    <event><string key="concept:name" value="pay"/><date key="time:timestamp" value="2026-01-02T12:00:00Z"/></event>
    </trace>
    </log>

    """
}
