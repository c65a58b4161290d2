import Foundation
import Testing

/// Software delivery, forecast and process behaviour, worked by hand.
@Suite struct DeliveryTests {
  let program: Program

  init() throws { program = try Program() }

  private func number(_ value: Any?) -> Double? { (value as? NSNumber)?.doubleValue }

  @Test func theFiveKeysAreTheHandWorkedOnes() throws {
    func deployed(_ id: String, _ time: String, _ outcome: String, _ more: String = "") -> String {
      event(
        "deployment.completed", id, time,
        data: #"{"environment":"production","outcome":"\#(outcome)","service":"billing"\#(more)}"#)
    }
    let text =
      event("change.merged", "c1", "2026-01-05T12:00:00Z", data: #"{"committedAt":"2026-01-05T08:00:00Z"}"#)
      + event("change.merged", "c2", "2026-01-05T14:00:00Z")
      + event("change.merged", "c3", "2026-01-05T15:00:00Z")
      // Brings c1 after 10 h and c2 after 4 h.
      + deployed("d1", "2026-01-05T18:00:00Z", "succeeded", #","changes":["c1","c2"]"#)
      // Brings nothing for the first time; an incident that names it is resolved 3 h after it began.
      + deployed("d2", "2026-01-05T20:00:00Z", "succeeded", #","changes":["c1"]"#)
      + event("incident.opened", "i1", "2026-01-05T21:00:00Z", data: #"{"deployment":"d2"}"#)
      + event("incident.resolved", "i1", "2026-01-06T00:00:00Z")
      // Fails; the next success of the service comes 1 h later and was not planned.
      + deployed("d3", "2026-01-06T10:00:00Z", "failed")
      + deployed("d4", "2026-01-06T11:00:00Z", "succeeded", #","unplanned":true"#)
      // Joined by service and time, and open.
      + event("incident.opened", "i2", "2026-01-06T12:00:00Z", data: #"{"service":"billing"}"#)
      // Of another service: joined to nothing. Not production: does not count.
      + event("incident.opened", "i3", "2026-01-06T12:00:00Z", data: #"{"service":"search"}"#)
      + event(
        "deployment.completed", "d5", "2026-01-06T13:00:00Z",
        data: #"{"environment":"staging","outcome":"succeeded","service":"billing"}"#)
    #expect(try program.run("append", stdin: text).code == 0)
    let object = try program.run("show", "dora", "--at", "2026-02-01", "--format", "json").object()
    let row = try #require((object["rows"] as? [[String: Any]])?.first)
    #expect(number(row["deployments"]) == 4)
    #expect(number(row["succeeded"]) == 3)
    #expect(number(row["days"]) == 2)
    #expect(number(row["changes"]) == 2)
    // Nearest rank of 4 h and 10 h.
    #expect(number(row["changeLeadTime"]) == 4 * 3600.0)
    #expect(number(row["failed"]) == 3)
    #expect(number(row["failureRate"]) == 0.75)
    // 3 h and 1 h; d4 is not recovered.
    #expect(number(row["recoveries"]) == 2)
    #expect(number(row["recoveryTime"]) == 3600)
    #expect(number(row["notRecovered"]) == 1)
    #expect(number(row["unplanned"]) == 1)
    #expect(number(row["reworkRate"]) == 0.25)
    let joins = try #require((object["tables"] as? [[String: Any]])?.first?["rows"] as? [[String: Any]])
    let counts = Dictionary(uniqueKeysWithValues: joins.map { ($0["rule"] as? String ?? "", number($0["count"]) ?? 0) })
    #expect(
      counts == ["its own outcome": 1, "named by an incident": 1, "service and time": 1, "incidents joined to none": 1])
    #expect((object["notes"] as? [String])?.contains { $0.hasPrefix("1 merged changes") } == true)

    // Under another policy staging counts, and an hour is no longer soon after.
    let policy = try program.write(
      #"{"productionEnvironments":["production","staging"],"attributionWindow":"PT30M"}"#, "policy.json")
    let other = try #require(
      try program.run("show", "dora", "--at", "2026-02-01", "--policy", policy, "--format", "json").rows().first)
    #expect(number(other["deployments"]) == 5)
    #expect(number(other["failed"]) == 2)
    let days = try program.run(
      "show", "dora", "--at", "2026-02-01", "--period", "day", "--by", "service", "--format", "json")
    #expect(try days.rows().map { number($0["deployments"]) } == [2, 2])
    #expect(try days.rows().map { $0["service"] as? String } == ["billing", "billing"])
  }

  /// Two items delivered on each of ten days.
  private func steady() -> String {
    var text = ""
    for day in 1...10 {
      let date = "2026-01-\(day < 10 ? "0" : "")\(day)"
      for item in 1...2 {
        text += event("item.created", "\(day)-\(item)", "\(date)T08:00:00Z")
        text += event("item.delivered", "\(day)-\(item)", "\(date)T\(item == 1 ? "09" : "11"):00:00Z")
      }
    }
    return text
  }

  @Test func aSteadyHistoryLeavesNothingToChance() throws {
    #expect(try program.run("append", stdin: steady()).code == 0)
    let outcome = try program.run(
      "show", "forecast", "--at", "2026-01-11T12:00:00Z", "--set", "items=7", "--set", "ahead=5", "--format", "json")
    let rows = try outcome.rows()
    #expect(rows.map { number($0["certainty"]) } == [0.5, 0.7, 0.85, 0.95])
    #expect(rows.allSatisfy { number($0["items"]) == 10 && number($0["days"]) == 4 })
    #expect(rows.first?["doneBy"] as? String == "2026-01-15T00:00:00Z")
    let none = try program.run("show", "forecast", "--at", "2025-01-11", "--format", "json").object()
    #expect((none["rows"] as? [Any])?.isEmpty == true)
    #expect((none["notes"] as? [String])?.contains { $0.contains("no forecast") } == true)
    #expect(try program.run("show", "forecast", "--set", "items=none").code == 2)
    #expect(try program.run("show", "forecast", "--set", "itmes=4").err.contains("Did you mean \"items\"?"))
  }

  @Test func theProcessBehaviourChartHasTheHandWorkedLimits() throws {
    #expect(try program.run("append", stdin: steady()).code == 0)
    let rows = try program.run("show", "control-chart", "--at", "2026-02-01", "--format", "json").rows()
    // Lead times of 1 h and 3 h by turns: mean 2 h, mean moving range 2 h, limits 2 ± 2.66 · 2, not below 0.
    #expect(rows.count == 20)
    #expect(number(rows.first?["value"]) == 3600)
    #expect(number(rows.first?["mean"]) == 7200)
    #expect(number(rows.first?["upper"]).map { abs($0 - (2 + 2.66 * 2) * 3600) < 0.001 } == true)
    #expect(number(rows.first?["lower"]) == 0)
    #expect(rows.allSatisfy { $0["signals"] as? String == "" })
    let weeks = try program.run(
      "show", "control-chart", "--at", "2026-02-01", "--set", "of=throughput", "--format", "json"
    ).rows()
    // 2025-12-29 … 01-04: four days of two; 01-05 … 01-11: six.
    #expect(weeks.prefix(2).map { number($0["value"]) } == [8, 12])
    #expect(try program.run("show", "control-chart", "--period", "day").code == 2)
  }
}
