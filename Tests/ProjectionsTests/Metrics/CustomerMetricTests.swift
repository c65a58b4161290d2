import Tables
import Testing

@testable import Projections

@Suite("Customers and business, by hand")
struct CustomerMetricTests {
  private static let day = 86_400

  /// One event; times in days.
  private static func event(
    _ id: String, _ type: String, _ subject: String, day: Double, _ data: [String: String] = [:],
    _ numbers: [String: Double] = [:], stream: String? = "s"
  ) -> PlainEvent {
    var event = PlainEvent(
      id: id, type: type, subject: subject, seconds: Int(day * Double(Self.day)), stream: stream)
    event.data = data
    event.numbers = numbers
    return event
  }

  /// A, worth 10 and then 30: created on day 0, delivered on day 14. B, worth 20: day 7 to day 14. C, of no known worth: day 0 to 21.
  /// P costs 10 a week and has size 5, Q 8 and size 2, R 4 and no size; created on day 14, P in work since day 21. Z has no cost.
  static var events: [PlainEvent] {
    var definition = event("d", "stream.defined", "s", day: 0)
    definition.stages = [("todo", "queue", nil), ("build", "work", nil), ("done", "done", nil)]
    func entered(_ item: String, _ stage: String, day: Double) -> PlainEvent {
      event("\(item)-\(stage)", "item.entered", item, day: day, ["stage": stage])
    }
    func feedback(_ number: Int, _ scale: String, _ score: Double, day: Double, step: String) -> PlainEvent {
      event(
        "f\(number)", "feedback.received", "F\(number)", day: day, ["scale": scale, "step": step], ["score": score])
    }
    var late = event("z", "item.created", "Z", day: 20)
    late.labels = ["step": "pay"]
    var paying = feedback(9, "csat", 2, day: 27, step: "pay")
    paying.data["item"] = "Q"
    return [
      definition, event("a", "item.created", "A", day: 0, [:], ["value": 10]),
      event("a2", "item.changed", "A", day: 5, [:], ["value": 30]), entered("A", "done", day: 14),
      event("b", "item.created", "B", day: 7, [:], ["value": 20]), entered("B", "done", day: 14),
      event("c", "item.created", "C", day: 0), entered("C", "done", day: 21),
      event("p", "item.created", "P", day: 14, [:], ["costOfDelay": 10, "size": 5]), entered("P", "build", day: 21),
      event("q", "item.created", "Q", day: 14, [:], ["costOfDelay": 8, "size": 2]),
      event("r", "item.created", "R", day: 14, [:], ["costOfDelay": 4]), late,
      feedback(1, "csat", 5, day: 1, step: "find"), feedback(2, "csat", 4, day: 2, step: "find"),
      feedback(3, "csat", 1, day: 26, step: "find"), feedback(4, "csat", 5, day: 27, step: "find"),
      feedback(5, "nps", 10, day: 26, step: "pay"), feedback(6, "nps", 9, day: 26, step: "pay"),
      feedback(7, "nps", 3, day: 26, step: "pay"), feedback(8, "nps", 8, day: 26, step: "pay"), paying,
      event("x", "defect.found", "X", day: 27, ["item": "Q"]),
      event("o1", "outcome.measured", "orders", day: 3, ["unit": "a day"], ["value": 100]),
      event("o2", "outcome.measured", "orders", day: 10, ["unit": "a day"], ["value": 120]),
      event("o3", "outcome.measured", "complaints", day: 10, [:], ["value": 7]),
      event("t1", "target.set", "orders", day: 0, [:], ["value": 150]),
      event("t2", "target.set", "complaints", day: 0, ["direction": "atMost", "by": "2026-03-01"], ["value": 9]),
      event("t3", "target.set", "orders", day: 0, [:], ["value": 1], stream: "other"),
      event("t4", "target.set", "lead-time", day: 0, [:], ["value": 10 * 86_400]),
      event("e", "experiment.started", "smaller-items", day: 15, ["metric": "lead-time"]),
      event("e-", "experiment.ended", "smaller-items", day: 20),
    ]
  }

  private func ask(_ metric: String, atDay day: Int = 28, _ change: (inout Query) -> Void = { _ in }) throws -> Answer {
    try TestLedger(Self.events).answer(metric, knownAt: Self.events.count, at: day * Self.day, change)
  }

  @Test("value: the one last said at delivery; per week of lead time")
  func value() throws {
    let answer = try ask("value")
    #expect(answer.column("delivered") == [.integer(3)])
    #expect(answer.column("valued") == [.integer(2)])
    #expect(answer.column("value") == [.number(50)])
    // 50 in 14 + 7 days.
    #expect(answer.column("perWeek") == [.number(50.0 / 3)])
  }

  @Test("cost of delay: by cost ÷ size, what has no size last; paid since creation")
  func costOfDelay() throws {
    let answer = try ask("cost-of-delay")
    #expect(answer.column("item") == [.text("Q"), .text("P"), .text("R")])
    #expect(answer.column("wsjf") == [.number(4), .number(2), .null])
    #expect(answer.column("paid") == [.number(16), .number(20), .number(8)])
    // P has been worked on for one of its two weeks.
    #expect(answer.column("paidWaiting") == [.number(16), .number(10), .number(8)])
    #expect(
      answer.more[0].rows == [[.integer(4), .integer(3), .number(22), .number(44), .number(34)]])
  }

  @Test("cost of delay by the time that is left")
  func costOfDelayByRemaining() throws {
    // On day 24, Q is 10 days old; of the lead times 7, 14 and 21 days, two were longer, the median of them 14: 4 days are left.
    let answer = try ask("cost-of-delay", atDay: 24) { $0.options["by"] = "remaining" }
    #expect(answer.column("item") == [.text("P"), .text("Q"), .text("R")])
    #expect(answer.column("remaining").first == .duration(4 * 86_400))
    #expect(answer.column("wsjf").first == .number(17.5))
  }

  @Test("satisfaction: CSAT, NPS, and their intervals")
  func satisfaction() throws {
    let answer = try ask("satisfaction")
    #expect(answer.column("scale") == [.text("csat"), .text("nps")])
    #expect(answer.column("n") == [.integer(5), .integer(4)])
    // 5, 4, 1, 5, 2: three of five. 10, 9, 3, 8: two promoters less one detractor of four.
    #expect(answer.column("score") == [.number(60), .number(25)])
    #expect(answer.column("mean") == [.number(3.4), .number(7.5)])
    // Wilson's interval of 3 of 5 is 0.2307 … 0.8824.
    guard case .number(let low) = answer.column("low")[0], case .number(let high) = answer.column("high")[0] else {
      Issue.record("no interval")
      return
    }
    #expect(abs(low - 23.07) < 0.01)
    #expect(abs(high - 88.24) < 0.01)
    let byStep = try ask("satisfaction") {
      $0.groupings = [.word("step")]
      $0.fromMicros = PlainEvent.epochMicros + 20 * 86_400_000_000
    }
    #expect(byStep.by("step", "score")["find"] == .number(50))
  }

  @Test("journey: scores now and before, and the open work that touches each step")
  func journey() throws {
    let answer = try ask("journey") { $0.options["days"] = "14" }
    #expect(answer.column("step") == [.text("find"), .text("pay")])
    #expect(answer.column("n") == [.integer(2), .integer(5)])
    // find: 1 and 5 now, 5 and 4 on the first days, which are 14 to 28 days back.
    #expect(answer.column("csat") == [.number(50), .number(0)])
    #expect(answer.column("csatChange") == [.number(-50), .null])
    #expect(answer.column("nps") == [.null, .number(25)])
    // Q by its feedback, Z by its label.
    #expect(answer.column("openItems") == [.integer(0), .integer(2)])
    #expect(answer.column("openDefects") == [.integer(0), .integer(1)])
  }

  @Test("outcomes against the targets of their stream")
  func outcomes() throws {
    let answer = try ask("outcomes")
    #expect(answer.column("measure") == [.text("complaints"), .text("orders")])
    #expect(answer.column("value") == [.number(7), .number(120)])
    #expect(answer.column("change") == [.null, .number(20)])
    #expect(answer.column("target") == [.number(9), .number(150)])
    #expect(answer.column("distance") == [.number(2), .number(-30)])
    #expect(answer.column("met") == [.text("yes"), .text("no")])
    #expect(answer.column("by") == [.text("2026-03-01"), .null])
  }

  @Test("health: each figure is what its metric says of the same days")
  func health() throws {
    let days = 14
    let answer = try ask("health") { $0.options["days"] = "\(days)" }
    #expect(answer.column("stream") == [.text("s")])
    // Delivered after day 14: C alone, in 21 days; A and B were delivered on the 14th day itself, so 14 days before.
    #expect(answer.column("leadTime") == [.duration(21 * 86_400)])
    #expect(answer.column("throughput") == [.integer(1)])
    #expect(answer.column("wip") == [.integer(4)])
    #expect(answer.column("defectRate") == [.number(1)])
    #expect(answer.column("escapeRate") == [.share(0)])
    #expect(answer.column("changeFailureRate") == [.null])
    #expect(answer.column("satisfaction") == [.number(100.0 / 3)])
    // The target names no direction: less is better. 14 days before, A and B: 14 days.
    let day = 86_400.0
    let leadTime: [Value] = [
      .text("s"), .text("lead-time"), .duration(21 * day), .text("s"), .duration(14 * day), .duration(7 * day),
      .text("worse"), .duration(10 * day), .null, .text("no"), .integer(-2),
    ]
    #expect(answer.more[0].rows[0] == leadTime)
    #expect(answer.more[0].rows[1][6] == Value.text("worse"))
    #expect(answer.more[0].rows[6].prefix(3) == [.text("s"), .text("change-failure-rate"), .null])
  }

  @Test("health agrees with the metrics that it sums up", arguments: 0..<6)
  func healthAgrees(seed: Int) throws {
    let events = RandomEvents.make(count: 80, seed: UInt64(seed) &+ 51_000, distinctTimes: true)
    let test = try TestLedger(events)
    // The events span minutes, and a window is whole days: all lies in one.
    let (position, seconds) = (80 - seed * 7, 300 - seed * 30)
    let health = try test.answer("health", knownAt: position, at: seconds)
    func other(_ metric: String, _ column: String, _ change: (inout Query) -> Void = { _ in }) throws -> [String: Value]
    {
      try test.answer(metric, knownAt: position, at: seconds) {
        $0.groupings = [.stream]
        change(&$0)
      }.by("stream", column)
    }
    let expected: [(column: String, cells: [String: Value], missing: Value)] = [
      ("leadTime", try other("lead-time", "p85"), .null),
      ("throughput", try other("throughput", "delivered"), .integer(0)),
      ("wip", try other("wip", "wip"), .integer(0)),
      ("flowEfficiency", try other("flow-efficiency", "efficiency"), .null),
      ("escapeRate", try other("defects", "escapeRate"), .null),
    ]
    for (column, cells, missing) in expected {
      for (stream, cell) in health.by("stream", column) {
        #expect(cell == cells[stream] ?? missing, "\(column) of \(stream), seed \(seed)")
      }
    }
  }

  @Test("an experiment on lead times: as long before and after as it took")
  func experimentOnLeadTimes() throws {
    // It took five days. Before, A in 14 days and B in 7; during it nothing; after it C in 21.
    let answer = try ask("experiment")
    #expect(answer.column("beforeN") == [.integer(2)])
    #expect(answer.column("beforeMedian") == [.number(7)])
    #expect(answer.column("duringN") == [.integer(0)])
    #expect(answer.column("afterMedian") == [.number(21)])
    #expect(answer.column("change") == [.number(14)])
    #expect(answer.column("verdict") == [.text("provisional")])
  }

  @Test("experiments: medians before, during and after, and how sure the difference is")
  func experiments() throws {
    var events: [PlainEvent] = []
    // Scores of 1 to 3 before day 30, of 4 and 5 from day 60 on; ten of each.
    for number in 0..<10 {
      events.append(
        Self.event(
          "b\(number)", "feedback.received", "B\(number)", day: 5 + Double(number), ["scale": "csat"],
          ["score": Double(1 + number % 3)]))
      events.append(
        Self.event(
          "a\(number)", "feedback.received", "A\(number)", day: 65 + Double(number), ["scale": "csat"],
          ["score": Double(4 + number % 2)]))
    }
    events += [
      Self.event("s", "experiment.started", "E1", day: 30, ["metric": "csat"]),
      Self.event("e", "experiment.ended", "E1", day: 60), Self.event("m", "experiment.started", "E2", day: 70),
    ]
    let test = try TestLedger(events)
    let answer = try test.answer("experiment", knownAt: events.count, at: 100 * Self.day)
    #expect(answer.column("experiment") == [.text("E1"), .text("E2")])
    #expect(answer.column("beforeN").first == .integer(10))
    #expect(answer.column("duringN").first == .integer(0))
    #expect(answer.column("afterN").first == .integer(10))
    // 1 four times, 2 and 3 three times each; 4 and 5 five times each.
    #expect(answer.column("beforeMedian").first == .number(2))
    #expect(answer.column("afterMedian").first == .number(4))
    #expect(answer.column("change").first == .number(2))
    #expect(answer.column("compared").first == .text("after"))
    #expect(answer.column("verdict").first == .text("clear"))
    #expect(answer.column("change").last == .null)
    #expect(answer.notes.contains { $0.hasPrefix("E2 names no metric") })
    // While it goes on there is nothing after it.
    let during = try test.answer("experiment", knownAt: events.count, at: 50 * Self.day)
    #expect(during.column("afterN").first == .integer(0))
    #expect(during.column("change").first == .null)
  }
}
