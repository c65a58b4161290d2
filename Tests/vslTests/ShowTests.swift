import Foundation
import Testing

/// Ten items with lead times of 1…10 h, so that every figure can be worked out by hand.
@Suite struct ShowTests {
  let program: Program

  init() throws {
    program = try Program()
    // Created at midnight, item n in review from then on, delivered at n o'clock: positions 3n − 2, 3n − 1, 3n.
    var text = ""
    for number in 1...10 {
      let hour = number < 10 ? "0\(number)" : "\(number)"
      text += event("item.created", "P-\(number)", "2026-01-05T00:00:00Z")
      text += event("item.entered", "P-\(number)", "2026-01-05T00:00:00Z", data: "{\"stage\":\"review\"}")
      text += event("item.delivered", "P-\(number)", "2026-01-05T\(hour):00:00Z")
    }
    #expect(try program.run("append", stdin: text).code == 0)
  }

  private func leadTimes(_ options: String...) throws -> [String: Double] {
    let outcome = try program.run(["show", "lead-time", "--format", "json"] + options)
    #expect(outcome.code == 0)
    let row = try #require(try outcome.rows().first)
    return row.compactMapValues { ($0 as? NSNumber)?.doubleValue }
  }

  @Test func leadTimesAreTheHandWorkedOnes() throws {
    let row = try leadTimes()
    #expect(row["n"] == 10)
    #expect(row["mean"] == 5.5 * 3600.0)
    #expect(row["p50"] == 5 * 3600.0)
    #expect(row["p85"] == 9 * 3600.0)
    #expect(row["p95"] == 10 * 3600.0)
    #expect(row["max"] == 10 * 3600.0)
  }

  @Test func anEarlierPositionKnowsFewerItems() throws {
    let row = try leadTimes("--known-at", "12")
    #expect(row["n"] == 4)
    #expect(row["mean"] == 2.5 * 3600.0)
    #expect(row["p50"] == 2 * 3600.0)
    #expect(row["max"] == 4 * 3600.0)
  }

  @Test func anEarlierTimeSawFewerDeliveries() throws {
    let row = try leadTimes("--at", "2026-01-05T06:30:00Z")
    #expect(row["n"] == 6)
    #expect(row["mean"] == 3.5 * 3600.0)
    #expect(row["p50"] == 3 * 3600.0)
  }

  @Test func bothCutsTogetherTakeTheItemsThatBothAllow() throws {
    let row = try leadTimes("--known-at", "12", "--at", "2026-01-05T02:30:00Z")
    #expect(row["n"] == 2)
    #expect(row["max"] == 2 * 3600.0)
  }

  @Test func queuesCountTheItemsAndTheirAges() throws {
    let outcome = try program.run("show", "queues", "--at", "2026-01-05T06:30:00Z", "--format", "json")
    let row = try #require(try outcome.rows().first { $0["stage"] as? String == "review" })
    #expect((row["count"] as? NSNumber)?.intValue == 4)
    #expect((row["oldestAge"] as? NSNumber)?.doubleValue == 6.5 * 3600.0)
    #expect((row["p85Age"] as? NSNumber)?.doubleValue == 6.5 * 3600.0)
    #expect(row["wipLimit"] is NSNull)
  }

  @Test func anOptionWithoutEffectIsRefused() throws {
    let outcome = try program.run("show", "wip", "--working-time")
    #expect(outcome.code == 2)
    #expect(outcome.err.contains("wip measures nothing in working hours: --working-time does not apply."))
  }

  @Test func defectsAreSetAgainstDeliveries() throws {
    let found =
      event("defect.found", "D-1", "2026-01-05T00:30:00Z", data: "{\"item\":\"P-3\"}")
      + event("defect.found", "D-2", "2026-01-06T00:00:00Z", data: "{\"item\":\"P-3\"}")
    #expect(try program.run("append", stdin: found).code == 0)
    let rows = try program.run("show", "defects", "--period", "month", "--format", "json").rows()
    let row = try #require(rows.first { ($0["found"] as? NSNumber)?.intValue ?? 0 > 0 })
    #expect((row["period"] as? String)?.hasPrefix("2026-01") == true)
    #expect((row["found"] as? NSNumber)?.intValue == 2)
    #expect((row["escaped"] as? NSNumber)?.intValue == 1)
    #expect((row["delivered"] as? NSNumber)?.intValue == 10)
    #expect((row["rate"] as? NSNumber)?.doubleValue == 0.2)
  }

  @Test(arguments: [
    ("lead-time", ["n", "mean", "p50", "p85", "p95", "max"], true),
    ("queues", ["stage", "count", "oldestAge", "p85Age", "wipLimit"], false),
    ("defects", ["period", "found", "escaped", "delivered", "rate"], false),
  ])
  func jsonIsOneObjectWithExactlyTheMembersThatAreSaid(metric: String, columns: [String], hasHistogram: Bool) throws {
    let object = try program.run("show", metric, "--format", "json").object()
    var members: Set = ["metric", "parameters", "position", "root", "columns", "rows", "notes"]
    if hasHistogram { members.insert("histogram") }
    #expect(Set(object.keys) == members)
    #expect(object["metric"] as? String == metric)
    #expect(object["position"] as? Int == 30)
    #expect((object["root"] as? String)?.count == 64)
    let described = object["columns"] as? [[String: Any]] ?? []
    let names = described.compactMap { $0["name"] as? String }
    #expect(Set(columns).subtracting(names).isEmpty)
    for column in described { #expect(Set(column.keys) == ["name", "type", "unit"]) }
    for row in object["rows"] as? [[String: Any]] ?? [] { #expect(Set(row.keys) == Set(names)) }
  }

  @Test(arguments: ["lead-time", "queues", "defects"])
  func everyFormatHasTheSameRows(metric: String) throws {
    let count = try program.run("show", metric, "--format", "json").rows().count
    let csv = try program.run("show", metric, "--format", "csv")
    #expect(csv.code == 0)
    #expect(csv.lines.count == count + 1)
    let ndjson = try program.run("show", metric, "--format", "ndjson")
    #expect(ndjson.lines.count == count)
    for line in ndjson.lines { #expect(throws: Never.self) { try JSONSerialization.jsonObject(with: Data(line.utf8)) } }
    let markdown = try program.run("show", metric, "--format", "markdown")
    #expect(markdown.out.contains("| ---"))
    let table = try program.run("show", metric)
    #expect(table.out.contains("position 30"))
    #expect(try program.run("show", metric, "--format", "yaml").code == 64)
  }

  @Test func theTerminalDrawsTheHistogram() throws {
    let table = try program.run("show", "lead-time")
    #expect(table.out.contains("█"))
    let object = try program.run("show", "lead-time", "--format", "json").object()
    #expect(object["histogram"] != nil)
  }

  @Test func everyGroupAndPeriodHasItsOwnHistogram() throws {
    let more =
      event("item.created", "Q-1", "2026-02-01T00:00:00Z", data: "{\"team\":\"core\"}")
      + event("item.delivered", "Q-1", "2026-02-01T05:30:00Z")
    #expect(try program.run("append", stdin: more).code == 0)
    let ask = ["show", "lead-time", "--by", "team", "--period", "month"]
    let buckets = try program.run(ask + ["--format", "json"]).object()["histogram"] as? [[String: Any]] ?? []
    #expect(buckets.allSatisfy { Set($0.keys) == ["period", "team", "from", "to", "count"] })
    let january = buckets.filter { ($0["period"] as? String)?.hasPrefix("2026-01") == true }
    // One to ten hours, one item each.
    #expect(january.allSatisfy { $0["team"] is NSNull && $0["count"] as? Int == 1 })
    #expect(january.compactMap { $0["from"] as? Int } == (1...10).map { $0 * 3600 })
    let core = buckets.filter { $0["team"] as? String == "core" }
    #expect(core.compactMap { $0["from"] as? Int } == [5 * 3600] && core.compactMap { $0["count"] as? Int } == [1])
    #expect(january.count + core.count == buckets.count)
    let drawn = try program.run(ask).out
    #expect(drawn.contains("2026-02 · core\n"))
  }

  @Test(arguments: [
    (["ledtime"], "lead-time"), (["lead-time", "--stream", "paymens"], "payments"),
    (["queues", "--stage", "reveiw"], "review"),
  ])
  func anUnknownNameSuggestsTheNearest(options: [String], suggestion: String) throws {
    let outcome = try program.run(["show"] + options)
    #expect(outcome.code == 2)
    #expect(outcome.out == "")
    #expect(outcome.err.contains("Did you mean \"\(suggestion)\"?"))
  }

  @Test func aPositionBeyondTheLogIsRefused() throws {
    let outcome = try program.run("show", "lead-time", "--known-at", "31")
    #expect(outcome.code == 2)
    #expect(outcome.err.contains("31"))
  }

  @Test func exportWritesWhatShowAnswers() throws {
    let shown = try program.run("show", "lead-time", "--format", "csv").out
    #expect(try program.run("export", "lead-time", "-o", "lead.csv").code == 0)
    #expect(String(decoding: try program.read("lead.csv"), as: UTF8.self) == shown)
  }
}
