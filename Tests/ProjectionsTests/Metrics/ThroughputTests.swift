import Tables
import Testing

@testable import Projections

@Suite("Throughput")
struct ThroughputTests {
  @Test("by hand: three delivered on two days, one of them twice, one cancelled; the day between shows 0")
  func byHand() throws {
    func event(_ id: String, _ type: String, _ item: String, day: Int) -> PlainEvent {
      PlainEvent(id: id, type: type, subject: item, seconds: day * 86_400, stream: "s")
    }
    let test = try TestLedger([
      event("1", "item.delivered", "A", day: 0), event("2", "item.delivered", "B", day: 0),
      event("3", "item.reopened", "B", day: 1), event("4", "item.delivered", "B", day: 2),
      event("5", "item.cancelled", "C", day: 2),
    ])
    let answer = try test.answer("throughput", knownAt: 5, at: 10 * 86_400) { $0.period = .day }
    #expect(answer.column("period") == [.text("2026-01-01"), .text("2026-01-02"), .text("2026-01-03")])
    #expect(answer.column("delivered") == [.integer(1), .integer(0), .integer(1)])
    #expect(answer.column("cancelled") == [.integer(0), .integer(0), .integer(1)])
    // As was known and true on the first day, both were delivered.
    let before = try test.answer("throughput", knownAt: 5, at: 3600)
    #expect(before.column("delivered") == [.integer(2)])
  }

  @Test("random events: as the second implementation counts, in any cut, split by team", arguments: 0..<8)
  func random(seed: Int) throws {
    let count = 60
    let events = RandomEvents.make(count: count, seed: UInt64(seed) &+ 21_000, distinctTimes: false)
    let test = try TestLedger(events)
    let oracle = NaiveLedger(events: events)
    for (position, seconds) in [(count, 400), (count, 90), (40, 400), (30, 60), (0, 400)] {
      let world = oracle.world(knownAt: position, at: seconds)
      let expected = Dictionary(grouping: world.completions, by: \.team)
        .mapValues { list in Value.integer(Int64(list.filter { !$0.isCancelled }.count)) }
      let answer = try test.answer("throughput", knownAt: position, at: seconds) { $0.groupings = [.attribute(.team)] }
      #expect(answer.by("team", "delivered") == expected, "seed \(seed), known at \(position), at \(seconds)")
    }
  }

  @Test("an explanation names each item that a row counts, and the position that says so")
  func explained() throws {
    let test = try TestLedger([
      PlainEvent(id: "1", type: "item.delivered", subject: "A", seconds: 5),
      PlainEvent(id: "2", type: "item.cancelled", subject: "B", seconds: 6),
    ])
    let answer = try test.answer("throughput", knownAt: 2, at: 100) { $0.explains = true }
    let evidence = try #require(answer.explanation?.rows.first?.evidence)
    #expect(evidence.map(\.subject) == ["A", "B"])
    #expect(evidence.map(\.position) == [1, 2])
  }
}
