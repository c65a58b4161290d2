import Tables
import Testing

@testable import Projections

@Suite("Blocked time, rework, handoffs, arrivals, waste")
struct LossTests {
  private static func event(_ id: Int, _ type: String, _ item: String, _ seconds: Int, _ data: [String: String] = [:])
    -> PlainEvent
  {
    var event = PlainEvent(id: "\(id)", type: type, subject: item, seconds: seconds, stream: "s")
    event.data = data
    return event
  }

  /// A: todo 0, build 10 (ana), test 20 (ben), build 30 (ben), test 40 (no one said), done 50; blocked 5–25 for "x".
  /// B: todo 0, build 10, cancelled 40. C: todo 0, cancelled 5. D: created 60, blocked since 70.
  private static var events: [PlainEvent] {
    var definition = PlainEvent(id: "d", type: "stream.defined", subject: "s", seconds: 0)
    definition.stages = [
      ("todo", "queue", nil), ("build", "work", nil), ("test", "work", nil), ("done", "done", nil),
    ]
    return [
      definition, event(1, "item.created", "A", 0), event(2, "item.blocked", "A", 5, ["reason": "x"]),
      event(3, "item.entered", "A", 10, ["stage": "build", "actor": "ana"]),
      event(4, "item.entered", "A", 20, ["stage": "test", "actor": "ben"]), event(5, "item.unblocked", "A", 25),
      event(6, "item.entered", "A", 30, ["stage": "build", "actor": "ben"]),
      event(7, "item.entered", "A", 40, ["stage": "test"]), event(8, "item.entered", "A", 50, ["stage": "done"]),
      event(9, "item.created", "B", 0), event(10, "item.entered", "B", 10, ["stage": "build"]),
      event(11, "item.cancelled", "B", 40), event(12, "item.created", "C", 0), event(13, "item.cancelled", "C", 5),
      event(14, "item.created", "D", 60), event(15, "item.blocked", "D", 70),
    ]
  }

  @Test("by hand: a block counts once, or in each stage for its part; open ones stand beside")
  func blocked() throws {
    let test = try TestLedger(Self.events)
    let answer = try test.answer("blocked", knownAt: 16, at: 100)
    #expect(answer.table.rows == [[.text("x"), .integer(1), .duration(20), .duration(20), .duration(20)]])
    #expect(answer.more.first?.rows.first?.first == .text("D"))
    #expect(answer.more.first?.rows.first?.last == .duration(30))
    let byStage = try test.answer("blocked", knownAt: 16, at: 100) { $0.groupings = [.stage] }
    #expect(byStage.by("stage", "total") == ["todo": .duration(5), "build": .duration(10), "test": .duration(5)])
  }

  @Test("by hand: going back and passing again are rework")
  func rework() throws {
    let test = try TestLedger(Self.events)
    // A enters build (30) after leaving test, and test (40) after having left it: two visits of 10 each.
    let answer = try test.answer("rework", knownAt: 16, at: 100)
    #expect(
      answer.table.rows
        == [[.integer(1), .integer(1), .share(1), .integer(2), .integer(0), .duration(20)]])
    #expect(try test.answer("rework", knownAt: 16, at: 45).column("rate") == [.null])
  }

  @Test("by hand: from ana to ben is one handoff; who is not named is passed over")
  func handoffs() throws {
    let test = try TestLedger(Self.events)
    let answer = try test.answer("handoffs", knownAt: 16, at: 100)
    #expect(answer.table.rows == [[.integer(1), .integer(1), .number(1), .integer(1), .integer(1), .integer(1)]])
    let nothing = try test.answer("handoffs", knownAt: 0, at: 100)
    #expect(nothing.table.rows == [[.integer(0), .integer(0), .null, .null, .null, .null]])
  }

  @Test("by hand: arrivals and departures of each stage, in their order")
  func arrivals() throws {
    let test = try TestLedger(Self.events)
    let answer = try test.answer("arrivals", knownAt: 16, at: 100)
    #expect(answer.column("stage") == [.text("todo"), .text("build"), .text("test")])
    // todo: A, B, C, D in; all but D out. build: A twice, B; all out. test: A twice.
    #expect(answer.column("arrivals") == [.integer(4), .integer(3), .integer(2)])
    #expect(answer.column("departures") == [.integer(3), .integer(3), .integer(2)])
    #expect(answer.column("net") == [.integer(1), .integer(0), .integer(0)])
  }

  @Test("by hand: only what was cancelled after its commitment is waste")
  func waste() throws {
    let test = try TestLedger(Self.events)
    // Delivered A, cancelled B and C; B was committed to at 10 and cancelled at 40: 1 of 3, 30 s, all of it in work.
    let answer = try test.answer("waste", knownAt: 16, at: 100)
    #expect(
      answer.table.rows
        == [[.integer(1), .integer(2), .integer(1), .share(1.0 / 3), .duration(30), .duration(30)]])
    let byStage = try test.answer("waste", knownAt: 16, at: 100) { $0.groupings = [.stage] }
    #expect(byStage.by("stage", "wasted") == ["todo": .integer(0), "build": .integer(1), "test": .integer(0)])
    #expect(try test.answer("waste", knownAt: 0, at: 100).column("rate") == [.null])
  }

  /// Visits put together from the second implementation's spans, by item, in the order of time.
  private static func visits(_ world: NaiveLedger.World) -> [String: [[NaiveLedger.Span]]] {
    Dictionary(grouping: world.spans, by: \.item).mapValues { spans in
      Dictionary(grouping: spans, by: \.since).values
        .map { $0.sorted { $0.from < $1.from } }.sorted { $0[0].since < $1[0].since }
    }
  }

  @Test("random events: as the second implementation counts, in any cut", arguments: 0..<6)
  func random(seed: Int) throws {
    let count = 70
    let events = RandomEvents.make(count: count, seed: UInt64(seed) &+ 34_000, distinctTimes: true)
    let test = try TestLedger(events)
    let oracle = NaiveLedger(events: events)
    for (position, seconds) in [(count, 400), (count, 120), (45, 400), (30, 60), (0, 400)] {
      let world = oracle.world(knownAt: position, at: seconds)
      let visits = Self.visits(world)
      let place: Comment = "seed \(seed), known at \(position), at \(seconds)"

      let ended = visits.values.joined().filter { $0.last?.to != nil }.count
      let arrivals = try test.answer("arrivals", knownAt: position, at: seconds)
      #expect(Self.sum(arrivals.column("arrivals")) == visits.values.joined().count, place)
      #expect(Self.sum(arrivals.column("departures")) == ended, place)

      let cancelled = world.completions.filter(\.isCancelled)
      let wasted = cancelled.filter { $0.committed != nil }
      let waste = try test.answer("waste", knownAt: position, at: seconds)
      #expect(waste.column("cancelled") == [.integer(Int64(cancelled.count))], place)
      #expect(waste.column("wasted") == [.integer(Int64(wasted.count))], place)
      let time = wasted.reduce(0) { $0 + $1.completed - ($1.committed ?? 0) }
      #expect(waste.column("time") == [wasted.isEmpty ? .null : .duration(Double(time))], place)

      var handoffs: [Int] = []
      for item in world.completions where !item.isCancelled {
        let actors = (visits[item.item] ?? []).map { $0[0].actor }.filter { !$0.isEmpty }
        if !actors.isEmpty { handoffs.append(zip(actors, actors.dropFirst()).filter { $0 != $1 }.count) }
      }
      let answer = try test.answer("handoffs", knownAt: position, at: seconds)
      #expect(answer.column("n") == [.integer(Int64(handoffs.count))], place)
      #expect(answer.column("handoffs") == [.integer(Int64(handoffs.reduce(0, +)))], place)

      let blocks = Dictionary(grouping: world.blockSpans, by: { "\($0.item) \($0.since)" }).values
        .map { $0.sorted { $0.from < $1.from } }
      let closed = blocks.filter { $0.last?.to != nil }
      let blocked = try test.answer("blocked", knownAt: position, at: seconds)
      #expect(Self.sum(blocked.column("blocks")) == closed.count, place)
      let total = closed.reduce(0) { $0 + ($1.last?.to ?? 0) - $1[0].since }
      #expect(Self.sum(blocked.column("total")) == total, place)
      #expect(blocked.more[0].rows.count == blocks.count - closed.count, place)
    }
  }

  @Test("random events: rework as the stages' order and the reopenings say", arguments: 0..<6)
  func randomRework(seed: Int) throws {
    let count = 80
    // One definition for all time, so that the order is known; no voids, so that reopenings can be read off the events.
    var events = RandomEvents.make(count: count, seed: UInt64(seed) &+ 35_000, distinctTimes: true, voids: false)
    events.removeAll { $0.type == "stream.defined" }
    for index in events.indices where events[index].type.hasPrefix("item.") { events[index].stream = "s1" }
    var definition = PlainEvent(id: "d", type: "stream.defined", subject: "s1", seconds: 0)
    definition.stages = [
      ("backlog", "queue", nil), ("doing", "work", nil), ("review", "work", nil), ("done", "done", nil),
    ]
    events.insert(definition, at: 0)
    let test = try TestLedger(events)
    let oracle = NaiveLedger(events: events)
    for (position, seconds) in [(events.count, 400), (events.count, 120), (40, 400)] {
      let world = oracle.world(knownAt: position, at: seconds)
      let visits = Self.visits(world)
      var back = 0
      var delivered = 0
      for item in world.completions where !item.isCancelled {
        delivered += 1
        var left: [Int] = []
        for visit in visits[item.item] ?? [] {
          guard let place = ["backlog", "doing", "review"].firstIndex(of: visit[0].stage) else { continue }
          if left.contains(where: { place <= $0 }) { back += 1 }
          left.append(place)
        }
      }
      let answer = try test.answer("rework", knownAt: position, at: seconds)
      #expect(answer.column("delivered") == [.integer(Int64(delivered))], "seed \(seed), \(position), \(seconds)")
      #expect(answer.column("visits") == [.integer(Int64(back))], "seed \(seed), \(position), \(seconds)")
    }
  }

  private static func sum(_ values: [Value]) -> Int {
    values.reduce(0) { sum, value in
      switch value {
      case .integer(let number): sum + Int(number)
      case .duration(let seconds): sum + Int(seconds)
      default: sum
      }
    }
  }
}
