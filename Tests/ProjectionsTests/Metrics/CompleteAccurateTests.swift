import Tables
import Testing

@testable import Projections

@Suite("Complete and accurate")
struct CompleteAccurateTests {
  private static func event(_ id: Int, _ type: String, _ item: String, _ seconds: Int, _ data: [String: String] = [:])
    -> PlainEvent
  {
    var event = PlainEvent(id: "\(id)", type: type, subject: item, seconds: seconds, stream: "s")
    event.data = data
    return event
  }

  private static func definition(_ stream: String) -> PlainEvent {
    var definition = PlainEvent(id: "d", type: "stream.defined", subject: stream, seconds: 0)
    definition.stages = [
      ("backlog", "queue", nil), ("doing", "work", nil), ("review", "work", nil), ("done", "done", nil),
    ]
    return definition
  }

  @Test("by hand: back to doing is not accepted, a rejection neither; the product and the yield stand beside")
  func byHand() throws {
    let test = try TestLedger([
      Self.definition("s"),
      // A goes through at once.
      Self.event(1, "item.created", "A", 0), Self.event(2, "item.entered", "A", 10, ["stage": "doing"]),
      Self.event(3, "item.entered", "A", 20, ["stage": "review"]),
      Self.event(4, "item.entered", "A", 30, ["stage": "done"]),
      // B goes back from review to doing, once.
      Self.event(5, "item.created", "B", 0), Self.event(6, "item.entered", "B", 10, ["stage": "doing"]),
      Self.event(7, "item.entered", "B", 20, ["stage": "review"]),
      Self.event(8, "item.entered", "B", 30, ["stage": "doing"]),
      Self.event(9, "item.entered", "B", 40, ["stage": "review"]),
      Self.event(10, "item.entered", "B", 50, ["stage": "done"]),
      // C does not, but what the backlog said was wrong.
      Self.event(11, "item.created", "C", 0), Self.event(12, "item.entered", "C", 10, ["stage": "doing"]),
      Self.event(13, "item.rejected", "C", 15, ["origin": "backlog"]),
    ])
    let answer = try test.answer("complete-accurate", knownAt: 14, at: 100)
    #expect(answer.column("stage") == [.text("backlog"), .text("doing"), .text("review")])
    // backlog: A, B, C, and C was rejected. doing: A, B twice, the first of which came back. review: A and B's second visit.
    #expect(answer.column("handedOff") == [.integer(3), .integer(3), .integer(2)])
    #expect(answer.column("accepted") == [.integer(2), .integer(2), .integer(2)])
    // Rolled: 2/3 · 2/3 · 1. First pass: A of A and B.
    #expect(
      answer.more.first?.rows
        == [[.text("s"), .share(2.0 / 3 * (2.0 / 3)), .integer(2), .integer(1), .share(0.5)]])
    #expect(try test.answer("complete-accurate", knownAt: 0, at: 100).table.rows.isEmpty)
  }

  @Test("random events: each handoff judged by looking at everything after it", arguments: 0..<6)
  func random(seed: Int) throws {
    let count = 80
    var events = RandomEvents.make(count: count, seed: UInt64(seed) &+ 36_000, distinctTimes: true, voids: false)
    events.removeAll { $0.type == "stream.defined" }
    for index in events.indices where events[index].type.hasPrefix("item.") { events[index].stream = "s1" }
    events.insert(Self.definition("s1"), at: 0)
    let test = try TestLedger(events)
    let oracle = NaiveLedger(events: events)
    let names = ["backlog", "doing", "review"]
    for (position, seconds) in [(events.count, 400), (events.count, 120), (40, 400)] {
      let world = oracle.world(knownAt: position, at: seconds)
      let known = events.prefix(position).filter { $0.seconds <= seconds }
      var handedOff: [String: Int] = [:]
      var accepted: [String: Int] = [:]
      for (item, spans) in Dictionary(grouping: world.spans, by: \.item) {
        let visits = Dictionary(grouping: spans, by: \.since).values
          .map { $0.sorted { $0.from < $1.from } }.sorted { $0[0].since < $1[0].since }
          .filter { names.contains($0[0].stage) }
        let isDelivered = world.completions.contains { $0.item == item && !$0.isCancelled }
        for (index, visit) in visits.enumerated() {
          guard let end = visit.last?.to, let place = names.firstIndex(of: visit[0].stage) else { continue }
          let later = visits[(index + 1)...]
          let next = later.first.flatMap { names.firstIndex(of: $0[0].stage) } ?? (isDelivered ? 99 : -1)
          guard next > place else { continue }
          handedOff[visit[0].stage, default: 0] += 1
          let again = later.first { $0[0].stage == visit[0].stage }?[0].since ?? .max
          let cameBack = later.contains { (names.firstIndex(of: $0[0].stage) ?? 99) <= place }
          let rejected = known.contains {
            $0.type == "item.rejected" && $0.subject == item && $0.data["origin"] == visit[0].stage
              && $0.seconds >= end && $0.seconds < again
          }
          accepted[visit[0].stage, default: 0] += cameBack || rejected ? 0 : 1
        }
      }
      let answer = try test.answer("complete-accurate", knownAt: position, at: seconds)
      #expect(answer.by("stage", "handedOff") == handedOff.mapValues { .integer(Int64($0)) }, "seed \(seed)")
      #expect(answer.by("stage", "accepted") == accepted.mapValues { .integer(Int64($0)) }, "seed \(seed)")
    }
  }
}
