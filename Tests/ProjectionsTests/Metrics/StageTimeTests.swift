import Tables
import Testing

@testable import Projections

@Suite("Time in stage, flow efficiency")
struct StageTimeTests {
  private static func event(_ id: Int, _ type: String, _ item: String, _ seconds: Int, _ data: [String: String] = [:])
    -> PlainEvent
  {
    var event = PlainEvent(id: "\(id)", type: type, subject: item, seconds: seconds, stream: "s")
    event.data = data
    return event
  }

  /// A: todo 0–10, build 10–40 (blocked 20–25), todo 40–50, build 50–60, done. B: todo 30 and on.
  private static var events: [PlainEvent] {
    var definition = PlainEvent(id: "d", type: "stream.defined", subject: "s", seconds: 0)
    definition.stages = [("todo", "queue", nil), ("build", "work", nil), ("done", "done", nil)]
    return [
      definition, event(1, "item.created", "A", 0), event(2, "item.entered", "A", 10, ["stage": "build"]),
      event(3, "item.blocked", "A", 20), event(4, "item.unblocked", "A", 25),
      event(5, "item.changed", "A", 30, ["team": "red"]), event(6, "item.entered", "A", 40, ["stage": "todo"]),
      event(7, "item.entered", "A", 50, ["stage": "build"]), event(8, "item.entered", "A", 60, ["stage": "done"]),
      event(9, "item.created", "B", 30),
    ]
  }

  @Test("by hand: visits and items, in the order of the stages; a change of attributes begins no visit")
  func byHand() throws {
    let test = try TestLedger(Self.events)
    let answer = try test.answer("stage-time", knownAt: 10, at: 100)
    #expect(answer.column("stage") == [.text("todo"), .text("build")])
    #expect(answer.column("role") == [.text("queue"), .text("work")])
    // todo: 10 and 10; build: 30 and 10. By item: todo 20, build 40.
    #expect(answer.column("visits") == [.integer(2), .integer(2)])
    #expect(answer.column("mean") == [.duration(10), .duration(20)])
    #expect(answer.column("p50") == [.duration(10), .duration(10)])
    #expect(answer.column("max") == [.duration(10), .duration(30)])
    #expect(answer.column("items") == [.integer(1), .integer(1)])
    #expect(answer.column("itemMax") == [.duration(20), .duration(40)])
    #expect(answer.notes.count == 1)
  }

  @Test("by hand: process time is work less what was blocked there")
  func efficiency() throws {
    let test = try TestLedger(Self.events)
    let answer = try test.answer("flow-efficiency", knownAt: 10, at: 100)
    // Lead 60; work 40 less 5 blocked: 35; wait 25.
    #expect(
      answer.table.rows
        == [
          [
            .integer(1), .duration(35), .duration(25), .duration(5), .duration(60), .share(35.0 / 60),
            .share(35.0 / 60), .integer(0), .null, .null,
          ]
        ])
    // Logged work is known better than by stage: 20 + 10 s of the lead time of 60.
    func logged(_ id: Int, _ item: String, _ seconds: Double) -> PlainEvent {
      var work = Self.event(id, "work.logged", item, 45)
      work.numbers = ["seconds": seconds]
      return work
    }
    let more = try TestLedger(Self.events + [logged(10, "A", 20), logged(11, "A", 10), logged(12, "B", 99)])
    let withWork = try more.answer("flow-efficiency", knownAt: 13, at: 100)
    #expect(withWork.column("loggedItems") == [.integer(1)])
    #expect(withWork.column("logged") == [.duration(30)])
    #expect(withWork.column("loggedEfficiency") == [.number(0.5)])
  }

  @Test("random events: visits and their seconds, as the second implementation's spans add up", arguments: 0..<6)
  func random(seed: Int) throws {
    let count = 60
    let events = RandomEvents.make(count: count, seed: UInt64(seed) &+ 32_000, distinctTimes: true)
    let test = try TestLedger(events)
    let oracle = NaiveLedger(events: events)
    for (position, seconds) in [(count, 400), (count, 90), (40, 400), (30, 60), (0, 400)] {
      let world = oracle.world(knownAt: position, at: seconds)
      var visits: [String: Int] = [:]
      var longest: [String: Int] = [:]
      for (_, pieces) in Dictionary(grouping: world.spans, by: { "\($0.item) \($0.since)" }) {
        let pieces = pieces.sorted { $0.from < $1.from }
        guard let first = pieces.first, let end = pieces.last?.to else { continue }
        visits["\(first.stream) \(first.stage)", default: 0] += 1
        longest["\(first.stream) \(first.stage)"] = max(
          longest["\(first.stream) \(first.stage)"] ?? 0, end - first.since)
      }
      let answer = try test.answer("stage-time", knownAt: position, at: seconds)
      var counted: [String: Int] = [:]
      var largest: [String: Int] = [:]
      let cells = zip(
        zip(answer.column("stream"), answer.column("stage")), zip(answer.column("visits"), answer.column("max")))
      for ((stream, stage), (number, most)) in cells {
        guard case .text(let stage) = stage, case .integer(let number) = number, case .duration(let most) = most else {
          Issue.record("unexpected cells")
          continue
        }
        let key = if case .text(let name) = stream { "\(name) \(stage)" } else { " \(stage)" }
        counted[key] = Int(number)
        largest[key] = Int(most)
      }
      #expect(counted == visits, "seed \(seed), known at \(position), at \(seconds)")
      #expect(largest == longest, "seed \(seed), known at \(position), at \(seconds)")
    }
  }

  @Test("random events: efficiency is what the second implementation's seconds give", arguments: 0..<6)
  func randomEfficiency(seed: Int) throws {
    let count = 60
    var events = RandomEvents.make(count: count, seed: UInt64(seed) &+ 33_000, distinctTimes: true)
    // Without definitions every stage is work, so that process time is time in any stage less what was blocked there.
    events.removeAll { $0.type == "stream.defined" }
    let test = try TestLedger(events)
    let oracle = NaiveLedger(events: events)
    for (position, seconds) in [(events.count, 400), (events.count, 90), (30, 400)] {
      let world = oracle.world(knownAt: position, at: seconds)
      var process = 0
      var lead = 0
      var n = 0
      for item in world.completions where !item.isCancelled {
        guard let created = item.created else { continue }
        var worked = 0
        for span in world.spans where span.item == item.item { worked += (span.to ?? seconds) - span.from }
        for block in world.blockSpans where block.item == item.item && !block.stage.isEmpty {
          worked -= (block.to ?? seconds) - block.from
        }
        guard worked <= item.completed - created else { continue }
        n += 1
        process += worked
        lead += item.completed - created
      }
      let answer = try test.answer("flow-efficiency", knownAt: position, at: seconds)
      #expect(answer.column("n") == [.integer(Int64(n))], "seed \(seed), known at \(position), at \(seconds)")
      #expect(answer.column("process") == [n == 0 ? .null : .duration(Double(process))])
      #expect(answer.column("lead") == [n == 0 ? .null : .duration(Double(lead))])
    }
  }
}
