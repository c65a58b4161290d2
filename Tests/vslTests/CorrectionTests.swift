import Foundation
import Testing

/// Voids, corrections, comparisons, publications and explanations, as scripts use them.
@Suite struct CorrectionTests {
  let program: Program

  init() throws {
    program = try Program()
    let text =
      event("item.created", "P-1", "2026-01-01T00:00:00Z") + event("item.delivered", "P-1", "2026-01-03T00:00:00Z")
      + event("item.created", "P-2", "2026-01-01T00:00:00Z") + event("item.delivered", "P-2", "2026-01-05T00:00:00Z")
    #expect(try program.run("append", stdin: text).code == 0)
  }

  private func leadTimes(_ options: String...) throws -> [String: Any] {
    let ask = ["show", "lead-time", "--at", "2026-02-01", "--format", "json"]
    return try #require(try program.run(ask + options).rows().first)
  }

  private func number(_ value: Any?) -> Double? { (value as? NSNumber)?.doubleValue }

  @Test func aVoidHoldsFromItsPositionOn() throws {
    let outcome = try program.run("void", "4", "--reason", "by mistake")
    #expect(outcome.code == 0)
    #expect(outcome.out == "5\n")
    #expect(number(try leadTimes()["n"]) == 1)
    #expect(number(try leadTimes("--known-at", "4")["n"]) == 2)
    #expect(try program.run("void", "5").code == 0)
    #expect(number(try leadTimes()["n"]) == 2)
    #expect(try program.run("verify").code == 0)
  }

  @Test func aCorrectionVoidsAndAppendsInOneTransaction() throws {
    let outcome = try program.run("correct", "4", "--at", "2026-01-11T00:00:00Z", "--reason", "the clock was wrong")
    #expect(outcome.out == "5\n6\n")
    #expect(number(try leadTimes()["max"]) == 10 * 86_400.0)
    #expect(number(try leadTimes("--known-at", "4")["max"]) == 4 * 86_400.0)
    let log = try program.run("log", "--from-position", "6", "--format", "ndjson").out
    #expect(log.contains("\"subject\":\"P-2\"") && log.contains("vsl.item.delivered.v1"))
    #expect(try program.run("verify").code == 0)
  }

  @Test func aCorrectionThatIsRefusedWritesNothing() throws {
    let unknown = try program.run("correct", "99", "--at", "2026-01-11")
    #expect(unknown.code == 2)
    #expect(unknown.err.contains("There is no event at position 99"))
    #expect(try program.run("correct", "1").code == 64)
    let slip = try program.run("correct", "1", "knid=bug")
    #expect(slip.code == 2)
    #expect(slip.err.contains("kind"))
    let absent = try program.run("correct", "1", "kind=")
    #expect(absent.code == 2)
    #expect(try program.size() == 4)
  }

  @Test func aMemberIsChangedAndTakenAway() throws {
    #expect(try program.run("append", "item.created", "P-9", "kind=bug", "team=core", "--at", "2026-01-01").code == 0)
    #expect(try program.run("correct", "5", "kind=feature", "team=").code == 0)
    let item = try program.run("item", "P-9").out
    #expect(item.contains("feature"))
    #expect(!item.contains("core"))
  }

  @Test func aDifferenceNamesFiguresAndWhatDidIt() throws {
    #expect(try program.run("correct", "4", "--at", "2026-01-11T00:00:00Z").code == 0)
    let object = try program.run(
      "diff", "lead-time", "--known-at", "4", "--at", "2026-02-01", "--format", "json"
    ).object()
    let rows = try #require(object["rows"] as? [[String: Any]])
    let longest = try #require(rows.first { $0["figure"] as? String == "max" })
    #expect(number(longest["before"]) == 4 * 86_400.0)
    #expect(number(longest["after"]) == 10 * 86_400.0)
    let tables = try #require(object["tables"] as? [[String: Any]])
    let things = try #require(tables.first?["rows"] as? [[String: Any]])
    #expect(things.count == 1)
    #expect(things.first?["id"] as? String == "P-2")
    #expect(things.first?["what"] as? String == "changed")
    #expect(number(things.first?["position"]) == 6)
    #expect(try program.run("diff", "lead-time").code == 64)
  }

  @Test func aPublishedFigureIsRestatedOnceItHasChanged() throws {
    let published = try program.run("publish", "lead-time", "--figure", "max", "--at", "2026-02-01")
    #expect(published.code == 0)
    #expect(published.out == "345600.0\nposition 5\n")
    #expect(try program.run("restated", "--format", "json").rows().isEmpty)
    #expect(try program.run("correct", "4", "--at", "2026-01-11T00:00:00Z").code == 0)
    let row = try #require(try program.run("restated", "--format", "json").rows().first)
    #expect(number(row["value"]) == 345_600)
    #expect(number(row["now"]) == 864_000)
    #expect(number(row["change"]) == 518_400)
    let none = try program.run("publish", "lead-time", "--figure", "max", "--at", "2020-01-01")
    #expect(none.code == 2)
    #expect(none.err.contains("no data"))
    let slip = try program.run("publish", "lead-time", "--figure", "maxx")
    #expect(slip.code == 2)
    #expect(slip.err.contains("Did you mean \"max\"?"))
  }

  @Test func anExplanationNamesWhatCountsAndWhatIsLeftOut() throws {
    #expect(try program.run("append", "item.delivered", "P-3", "--at", "2026-01-06").code == 0)
    let rows = try program.run("explain", "lead-time", "--at", "2026-02-01", "--format", "json").rows()
    #expect(rows.compactMap { $0["id"] as? String } == ["P-1", "P-2", "P-3"])
    #expect(rows.compactMap { $0["counts"] as? String } == ["counts", "counts", "left out"])
    #expect(rows.prefix(2).map { number($0["amount"]) } == [172_800, 345_600])
    #expect(rows.prefix(2).map { number($0["position"]) } == [2, 4])
    #expect((rows.last?["why"] as? String)?.contains("no created event") == true)
  }

  @Test func workingTimeCountsTheCalendarOfTheStream() throws {
    // Thursday 16:00 to Monday 10:00, 09:00 to 17:00 on working days: one hour and one hour.
    let text =
      event(
        "stream.defined", "desk", "2026-01-01T00:00:00Z",
        data:
          #"{"stages":[{"name":"work","kind":"work"}],"timezone":"UTC","calendar":{"weekdays":["monday","tuesday","wednesday","thursday"],"hours":[{"from":"09:00","to":"17:00"}]}}"#,
        stream: "desk")
      + event("item.created", "D-1", "2026-01-08T16:00:00Z", stream: "desk")
      + event("item.delivered", "D-1", "2026-01-12T10:00:00Z", stream: "desk")
    #expect(try program.run("append", stdin: text).code == 0)
    #expect(number(try leadTimes("--stream", "desk")["max"]) == 90 * 3600.0)
    #expect(number(try leadTimes("--stream", "desk", "--working-time")["max"]) == 2 * 3600.0)
    let mixed = try program.run("show", "lead-time", "--at", "2026-02-01", "--working-time", "--format", "json")
      .object()
    #expect(
      (mixed["notes"] as? [String])?.contains { $0.contains("without a calendar") && $0.contains("payments") } == true)
  }
}
