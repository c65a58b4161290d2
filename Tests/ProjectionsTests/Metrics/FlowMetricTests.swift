import Tables
import Testing

@testable import Projections

@Suite("Flow, by hand")
struct FlowMetricTests {
  private static func event(_ id: Int, _ type: String, _ item: String, _ seconds: Int, _ data: [String: String] = [:])
    -> PlainEvent
  {
    var event = PlainEvent(id: "\(id)", type: type, subject: item, seconds: seconds, stream: "s")
    event.data = data
    return event
  }

  /// A: todo 0, build 10 (blocked 12–16), test 20, done 30. B: todo 0, build 10, todo 15, build 20, done 40.
  /// C: todo 5, test 25, cancelled 35. D: todo 30. E: todo 20, build 30.
  static var events: [PlainEvent] {
    var definition = PlainEvent(id: "d", type: "stream.defined", subject: "s", seconds: 0)
    definition.stages = [
      ("todo", "queue", nil), ("build", "work", nil), ("test", "work", nil), ("done", "done", nil),
    ]
    func entered(_ id: Int, _ item: String, _ seconds: Int, _ stage: String, by actor: String? = nil) -> PlainEvent {
      event(id, "item.entered", item, seconds, ["stage": stage].merging(actor.map { ["actor": $0] } ?? [:]) { $1 })
    }
    func created(_ id: Int, _ item: String, _ seconds: Int, _ kind: String) -> PlainEvent {
      event(id, "item.created", item, seconds, ["kind": kind])
    }
    return [
      definition, created(1, "A", 0, "feature"), entered(2, "A", 10, "build", by: "ana"),
      event(3, "item.blocked", "A", 12, ["reason": "no test environment"]),
      event(4, "item.unblocked", "A", 16), entered(5, "A", 20, "test", by: "ben"), entered(6, "A", 30, "done"),
      created(7, "B", 0, "bug"), entered(8, "B", 10, "build", by: "ana"), entered(9, "B", 15, "todo"),
      entered(10, "B", 20, "build", by: "ana"), entered(11, "B", 40, "done"), created(12, "C", 5, "feature"),
      entered(13, "C", 25, "test"), event(14, "item.cancelled", "C", 35), created(15, "D", 30, "feature"),
      created(16, "E", 20, "bug"), entered(17, "E", 30, "build"),
    ]
  }

  private func ask(_ metric: String, at seconds: Int = 100, _ change: (inout Query) -> Void = { _ in }) throws -> Answer
  {
    try TestLedger(Self.events).answer(metric, knownAt: 18, at: seconds, change)
  }

  @Test("cumulative flow: who has reached a stage or a later one; skipped stages count as reached")
  func cumulativeFlow() throws {
    let now = try ask("cfd") { $0.period = .hour }
    #expect(
      now.column("stage")
        == [.text("todo"), .text("build"), .text("test"), .text("(delivered)"), .text("(cancelled)")])
    // todo: all five. build: A, B, E, and C that skipped it. test: A, C, and B that was delivered past it.
    #expect(now.column("arrived") == [5, 4, 3, 2, 1].map { Value.integer($0) })
    // In todo D, in build E; the bands of what is over are what is over.
    #expect(now.column("items") == [1, 1, 0, 2, 1].map { Value.integer($0) })
    // At 28: E in todo; B in build (its way back changes nothing); A and C in test.
    let before = try ask("cfd", at: 28) { $0.period = .hour }
    #expect(before.column("arrived") == [4, 3, 2, 0, 0].map { Value.integer($0) })
    #expect(before.column("items") == [1, 1, 2, 0, 0].map { Value.integer($0) })
  }

  @Test("cumulative flow: without a period the last 30 days, what came before is counted in")
  func cumulativeFlowByDay() throws {
    let later = try ask("cfd", at: 40 * 86_400)
    #expect(later.table.rows.count == 31 * 5)
    #expect(later.column("arrived").prefix(5) == [5, 4, 3, 2, 1].map { Value.integer($0) }[...])
  }

  @Test("transitions: how often one stage follows another, and how long the first lasted")
  func transitions() throws {
    let answer = try ask("transitions")
    let pairs = zip(answer.column("from"), answer.column("to")).map { "\($0) \($1)" }
    let counts = Dictionary(uniqueKeysWithValues: zip(pairs, answer.column("count")))
    let expected: [(String, String, Int64)] = [
      ("(start)", "todo", 5), ("todo", "build", 4), ("todo", "test", 1), ("build", "test", 1), ("build", "todo", 1),
      ("build", "(delivered)", 1), ("test", "(delivered)", 1), ("test", "(cancelled)", 1),
    ]
    #expect(counts.count == expected.count)
    for (from, to, count) in expected {
      #expect(counts["\(Value.text(from)) \(Value.text(to))"] == .integer(count), "\(from) → \(to)")
    }
    // todo → build after 10, 10, 5 and 10 seconds; four of the five that follow todo.
    let row = try #require(answer.table.rows.first { $0[0] == .text("todo") && $0[1] == .text("build") })
    #expect(row[3...8] == [.share(0.8), .integer(4), .duration(8.75), .duration(10), .duration(10), .duration(10)])
  }

  @Test("variants: each way that delivered items took; a repeated part may count once")
  func variants() throws {
    let kept = try ask("variants")
    #expect(
      kept.column("variant") == [.text("todo → build → test"), .text("todo → build → todo → build")])
    #expect(kept.column("items") == [.integer(1), .integer(1)])
    #expect(kept.column("leadP50") == [.duration(30), .duration(40)])
    #expect(kept.column("upTo") == [.share(0.5), .share(1)])
    let shortened = try ask("variants") { $0.options["loops"] = "shortened" }
    #expect(shortened.column("variant") == [.text("todo → build"), .text("todo → build → test")])
  }

  @Test(
    "shortening leaves each repeated part once, however often and however long",
    arguments: [
      ([1, 1, 1], [1]), ([1, 2, 1, 2, 1, 2, 3], [1, 2, 3]), ([1, 2, 3, 1, 2, 3, 3], [1, 2, 3]),
      ([1, 2, 1], [1, 2, 1]),
      ([1, 2, 2, 1, 2, 1, 2], [1, 2]), ([], []),
    ] as [([UInt32], [UInt32])])
  func shortening(stages: [UInt32], expected: [UInt32]) {
    var stages = stages
    Variants.shorten(&stages)
    #expect(stages == expected)
  }

  @Test("conformance: in order, skipped, repeated; items with deviations are listed")
  func conformance() throws {
    let answer = try ask("conformance")
    // In order: A 3, B 2, C 1, D 1, E 2. Skips: C's test, and B's delivery without test. Repeats: B's second todo and build.
    #expect(
      answer.table.rows
        == [
          [
            .integer(5), .share(0.6), .integer(13), .integer(9), .integer(2), .integer(2), .integer(0), .integer(0),
          ]
        ])
    #expect(answer.more[0].rows.map { $0[0] } == [.text("B"), .text("C")])
    #expect(answer.more[0].rows.map { $0[2] } == [.integer(3), .integer(1)])
  }

  @Test("a policy may forget the visits of later stages when an item moves back")
  func backwardMoves() throws {
    // build: A 10, B 5 and 20; B's first visit is forgotten when B goes back to todo. todo keeps both of B's.
    #expect(
      try ask("stage-time").by("stage", "visits") == ["todo": .integer(5), "build": .integer(3), "test": .integer(2)])
    let policy = try Policy(json: #"{"backwardMoves":"forgetLater"}"#)
    let answer = try ask("stage-time") { $0.policy = policy }
    #expect(answer.by("stage", "visits") == ["todo": .integer(5), "build": .integer(2), "test": .integer(2)])
    #expect(answer.by("stage", "mean")["build"] == .duration(15))
    #expect(answer.parameters.contains { $0.name == "policy" && $0.value == "backwardMoves=forgetLater" })
  }

  @Test("bottlenecks: growth first, then the average queue; takt and interval beside")
  func bottlenecks() throws {
    let answer = try ask("bottlenecks") { $0.fromMicros = PlainEvent.epochMicros }
    #expect(answer.column("stage") == [.text("todo"), .text("build"), .text("test")])
    #expect(answer.column("growth") == [.integer(1), .integer(1), .integer(0)])
    // Seconds in todo: A 10, B 10 + 5, C 20, D 70, E 10; in build A 10, B 5 + 20, E 70; in test A 10, C 10; of 100.
    #expect(answer.column("averageQueue") == [.number(1.25), .number(1.05), .number(0.2)])
    #expect(answer.column("queue") == [.integer(1), .integer(1), .integer(0)])
    // Five items came in 100 s: one every 20. todo let 5 go, build 3, test 2.
    #expect(answer.column("takt") == [.duration(20), .duration(20), .duration(20)])
    #expect(answer.column("interval") == [.duration(20), .duration(100e6 / 3 / 1e6), .duration(50)])
  }

  @Test("value stream map: the stages' times add up to the lead time")
  func map() throws {
    let answer = try ask("map")
    #expect(answer.column("stage") == [.text("todo"), .text("build"), .text("test")])
    #expect(answer.column("queue") == [.integer(1), .integer(1), .integer(0)])
    // Of A and B: todo 10 and 15; build 10 (4 of it blocked) and 25; test 10 and nothing.
    #expect(answer.column("wait") == [.duration(12.5), .duration(2), .duration(0)])
    #expect(answer.column("process") == [.duration(0), .duration(15.5), .duration(5)])
    // todo handed off five times, once for B to come back; build twice, test once.
    #expect(answer.column("accurate") == [.share(0.8), .share(1), .share(1)])
    #expect(
      answer.more[0].rows
        == [
          [
            .text("s"), .integer(2), .duration(35), .duration(20.5), .share(20.5 / 35), .share(0.8), .share(0.5),
          ]
        ])
  }

  @Test("Little's law: 2.5 items in progress, two delivered in 100 s, imply 125 s; measured are 35")
  func littlesLaw() throws {
    // Seconds in progress: A 30, B 40, C 30, D 70, E 80.
    let answer = try ask("littles-law") { $0.fromMicros = PlainEvent.epochMicros }
    #expect(
      answer.table.rows
        == [
          [
            .number(2.5), .integer(5), .integer(2), .integer(1), .number(1728), .duration(125), .integer(2),
            .duration(35), .number(125.0 / 35),
          ]
        ])
  }

  @Test("service level: one of two within 35 s; the risk of an open item grows with its age")
  func serviceLevel() throws {
    let answer = try ask("service-level", at: 45) { $0.options["target"] = "35" }
    #expect(
      answer.table.rows
        == [[.text("s"), .share(0.85), .duration(35), .integer(2), .share(0.5), .text("no"), .duration(40)]])
    // E is 25 s old, D 15: of the two delivered items that took longer, one took longer than 35.
    #expect(answer.more[0].rows.map { $0[0] } == [.text("E"), .text("D")])
    #expect(answer.more[0].rows.map { $0[5] } == [.share(0.5), .share(0.5)])
    let late = try ask("service-level") { $0.options["target"] = "35" }
    #expect(late.more[0].rows.map { $0[5] } == [.share(1), .share(1)])
    // The stream promises nothing of itself: said, not made up.
    let none = try ask("service-level")
    #expect(none.table.rows.isEmpty)
    #expect(none.notes.contains { $0.contains("promise nothing") })
    #expect(throws: QueryError.self) { try ask("service-level") { $0.options["target"] = "-1" } }
  }

  @Test("quantiles with open items: half take at most 40 s, and of 85 % nothing can be said")
  func openQuantiles() throws {
    // 30 and 40 delivered; 70 and 80 old and open. After 30 s three of four are left, after 40 s two of four.
    let answer = try ask("open-quantiles")
    #expect(
      answer.table.rows
        == [[.integer(2), .integer(2), .duration(40), .null, .null, .duration(30), .duration(40), .duration(40)]])
  }

  @Test("flow debt: three have left, the third was committed to 75 s ago, those delivered took 25 s")
  func flowDebt() throws {
    // Committed: A 10, B 10, C 25, E 30. Left: A 30, C 35, B 40.
    let answer = try ask("flow-debt")
    #expect(
      answer.table.rows
        == [[.text("s"), .integer(4), .integer(3), .duration(75), .integer(2), .duration(25), .duration(50)]])
  }

  @Test("checks on the data find each thing once, with its position")
  func dataQuality() throws {
    var events = Self.events
    events.append(Self.event(18, "item.entered", "F", 40, ["stage": "elsewhere"]))
    events.append(Self.event(19, "item.delivered", "G", 41))
    events.append(Self.event(20, "item.created", "G", 50))
    events.append(Self.event(21, "check.completed", "run", 60, ["outcome": "passed"]))
    events.append(Self.event(22, "deployment.completed", "dep", 60, ["outcome": "succeeded", "environment": "live"]))
    events.append(Self.event(23, "defect.found", "bug", 60))
    events.append(Self.event(24, "item.blocked", "D", 60))
    let test = try TestLedger(events)
    let days = 86_400 * 40
    let answer = try test.answer("data-quality", knownAt: 25, at: days)
    let counts = answer.by("check", "count")
    #expect(counts["items without created"] == .integer(1))
    #expect(counts["items created after their delivery"] == .integer(1))
    #expect(counts["visits of unknown stages"] == .integer(1))
    // D, E and F are open, and nothing was heard of them for 40 days.
    #expect(counts["open items without events for long"] == .integer(3))
    #expect(counts["items blocked for long"] == .integer(1))
    // Every event of the test was recorded at the beginning of 2026, most of them later.
    #expect(answer.by("check", "of")["events that occurred after they were recorded"] == .integer(25))
    let later = events.indices.filter { events[$0].seconds > 0 }.map { $0 + 1 }
    #expect(counts["events that occurred after they were recorded"] == .integer(Int64(later.count)))
    #expect(later.count > 8)
    #expect(
      answer.by("check", "positions")["events that occurred after they were recorded"]
        == .text(later.prefix(8).map(String.init).joined(separator: " ") + " …"))
    #expect(counts["checks without an item"] == .integer(1))
    #expect(counts["defects without an item"] == .integer(1))
    #expect(counts["deployments without changes"] == .integer(1))
    #expect(answer.by("check", "positions")["items without created"] == .text("19"))
    let young = try test.answer("data-quality", knownAt: 25, at: 100)
    #expect(young.by("check", "count")["open items without events for long"] == .integer(0))
  }
}
