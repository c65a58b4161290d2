import Tables
import Testing

@testable import Projections

@Suite("Work in progress, load, distribution, age")
struct LoadTests {
  private static let hour = 3600

  private static func event(
    _ id: Int, _ type: String, _ item: String, hour: Int, _ data: [String: String] = [:]
  ) -> PlainEvent {
    var event = PlainEvent(id: "\(id)", type: type, subject: item, seconds: hour * Self.hour, stream: "s")
    event.data = data
    return event
  }

  private static func definition() -> PlainEvent {
    var event = PlainEvent(id: "d", type: "stream.defined", subject: "s", seconds: 0)
    event.stages = [("todo", "queue", nil), ("build", "work", nil), ("done", "done", nil)]
    return event
  }

  /// A from 0 h to 12 h, built from 6 h on; B from 12 h on, never built; C from 0 h to 24 h (cancelled), open again from 36 h on.
  private static let events = [
    definition(),
    event(1, "item.created", "A", hour: 0, ["kind": "feature"]),
    event(2, "item.entered", "A", hour: 6, ["stage": "build"]),
    event(3, "item.entered", "A", hour: 12, ["stage": "done"]),
    event(4, "item.created", "B", hour: 12, ["kind": "bug"]),
    event(5, "item.created", "C", hour: 0, ["kind": "feature"]),
    event(6, "item.cancelled", "C", hour: 24),
    event(7, "item.reopened", "C", hour: 36),
    event(8, "item.blocked", "C", hour: 37),
  ]

  @Test("by hand: work in progress at an instant")
  func atInstant() throws {
    let test = try TestLedger(Self.events)
    // At 40 h: B (in todo) and C (reopened into no stage).
    let now = try test.answer("wip", knownAt: 9, at: 40 * Self.hour)
    #expect(now.column("wip") == [.integer(2)])
    #expect(now.column("inNoStage") == [.integer(1)])
    // At 7 h: A and C; only A was committed to, by entering build.
    #expect(try test.answer("wip", knownAt: 9, at: 7 * Self.hour).column("wip") == [.integer(2)])
    let committed = try test.answer("wip", knownAt: 9, at: 7 * Self.hour) { $0.options["committed"] = "yes" }
    #expect(committed.column("wip") == [.integer(1)])
    let byStage = try test.answer("wip", knownAt: 9, at: 7 * Self.hour) { $0.groupings = [.stage] }
    #expect(byStage.by("stage", "wip") == ["build": .integer(1), "todo": .integer(1)])
  }

  @Test("by hand: average over days, and the number at their end")
  func byPeriod() throws {
    let test = try TestLedger(Self.events)
    // Day 1: A 12 h + B 12 h + C 24 h = 48 h of 24 h: 2.0; at its end B and C (cancelled as day 2 begins): 2.
    // Day 2, up to 42 h: B 18 h + C 6 h = 24 h of 18 h: 4/3; at 42 h B and C: 2.
    let answer = try test.answer("wip", knownAt: 9, at: 42 * Self.hour) { $0.period = .day }
    #expect(answer.column("average") == [.number(2), .number(4.0 / 3)])
    #expect(answer.column("wip") == [.integer(2), .integer(2)])
    #expect(answer.column("complete") == [.text("yes"), .text("no")])
    // Committed: A from 6 h to 12 h only: 6 h of 24 h.
    let committed = try test.answer("wip", knownAt: 9, at: 42 * Self.hour) {
      $0.period = .day
      $0.options["committed"] = "yes"
    }
    #expect(committed.column("average").first == .number(0.25))
  }

  @Test("by hand: load and distribution are shares of what is open and of what was delivered")
  func shares() throws {
    let test = try TestLedger(Self.events + [Self.event(9, "item.delivered", "B", hour: 41)])
    let load = try test.answer("flow-load", knownAt: 9, at: 40 * Self.hour)
    #expect(load.by("kind", "share") == ["bug": .share(0.5), "feature": .share(0.5)])
    let spread = try test.answer("distribution", knownAt: 10, at: 42 * Self.hour)
    #expect(spread.by("kind", "delivered") == ["bug": .integer(1), "feature": .integer(1)])
    #expect(spread.by("kind", "share") == ["bug": .share(0.5), "feature": .share(0.5)])
  }

  @Test("by hand: ages, the oldest first; committed ones only when asked for")
  func ages() throws {
    let test = try TestLedger(Self.events)
    // At 40 h: C is 40 h old, B 28 h.
    let answer = try test.answer("age", knownAt: 9, at: 40 * Self.hour)
    #expect(answer.column("item") == [.text("C"), .text("B")])
    #expect(answer.column("age") == [.duration(144_000), .duration(100_800)])
    #expect(answer.column("blocked") == [.text("yes"), .text("no")])
    #expect(answer.column("stage") == [.null, .text("todo")])
    // Nearest rank of two: p50 the first, p85 the second; the mean of 40 h and 28 h is 34 h.
    #expect(
      answer.more.first?.rows
        == [
          [
            .integer(2), .duration(122_400), .duration(100_800), .duration(144_000), .duration(144_000),
            .duration(144_000),
          ]
        ])
    let top = try test.answer("age", knownAt: 9, at: 40 * Self.hour) { $0.options["top"] = "1" }
    #expect(top.column("item") == [.text("C")])
    #expect(top.notes.count == 1)
    let committed = try test.answer("age", knownAt: 9, at: 7 * Self.hour) { $0.options["since"] = "commitment" }
    #expect(committed.column("item") == [.text("A")])
    #expect(committed.column("age") == [.duration(3600)])
    #expect(throws: QueryError.self) { try test.answer("age", knownAt: 9, at: 0) { $0.options["top"] = "none" } }
  }

  @Test("nothing recorded: counts are 0, ages and shares are no data")
  func empty() throws {
    let test = try TestLedger([])
    #expect(try test.answer("wip", knownAt: 0, at: 0).column("wip") == [.integer(0)])
    #expect(try test.answer("wip", knownAt: 0, at: 0) { $0.period = .day }.table.rows.isEmpty)
    for name in ["flow-load", "distribution", "age", "stage-time"] {
      #expect(try test.answer(name, knownAt: 0, at: 0).table.rows.isEmpty, "\(name)")
    }
    #expect(
      try test.answer("flow-efficiency", knownAt: 0, at: 0).table.rows
        == [[.integer(0), .null, .null, .null, .null, .null, .null, .integer(0), .null, .null]])
  }

  @Test(
    "random events: the number in progress at every instant, and its average, as counted second by second",
    arguments: 0..<6)
  func random(seed: Int) throws {
    let count = 50
    let events = RandomEvents.make(count: count, seed: UInt64(seed) &+ 31_000, distinctTimes: true)
    let test = try TestLedger(events)
    let oracle = NaiveLedger(events: events)
    for position in [count, 30] {
      // Every event happens at a whole second, so that the level holds from one second to the next.
      let end = 120
      let levels = (0...end).map { oracle.world(knownAt: position, at: $0).open.count }
      for second in stride(from: 0, through: end, by: 17) {
        let now = try test.answer("wip", knownAt: position, at: second)
        #expect(now.column("wip") == [.integer(Int64(levels[second]))], "seed \(seed), \(position), at \(second)")
        let load = try test.answer("flow-load", knownAt: position, at: second) { $0.groupings = [.stage] }
        let stages = oracle.world(knownAt: position, at: second)
        var expected: [String: Int] = [:]
        for visit in stages.visits { expected[visit.stage, default: 0] += 1 }
        let between = stages.open.count - stages.visits.count
        if between > 0 { expected[""] = between }
        #expect(load.by("stage", "wip") == expected.mapValues { .integer(Int64($0)) }, "seed \(seed), at \(second)")
      }
      let average = try test.answer("wip", knownAt: position, at: end) {
        $0.period = .day
        $0.fromMicros = PlainEvent.epochMicros
      }
      let sum = levels.dropLast().reduce(0, +)
      #expect(average.column("average") == [.number(Double(sum) / Double(end))], "seed \(seed), \(position)")
      #expect(average.column("wip") == [.integer(Int64(levels[end]))], "seed \(seed), \(position)")
    }
  }
}
