import Tables
import Testing

@testable import Projections

/// A period in which nothing happened in a group has a row all the same.
@Suite("Every period of every group")
struct EveryPeriodTests {
  private static let hour = 3600
  private static let hours = 6

  /// Random events over six hours.
  private static func ledger(_ seed: Int) throws -> TestLedger {
    var events = EveryMetricTests.events(
      count: 100, seed: UInt64(seed) &+ 51_000, distinctTimes: true, voids: false)
    for index in events.indices { events[index].seconds = events[index].seconds * hours * hour / 300 }
    return try TestLedger(events)
  }

  private func ask(_ test: TestLedger, _ name: String, _ change: (inout Query) -> Void) throws -> Answer {
    try test.answer(name, knownAt: 100, at: Self.hours * Self.hour) {
      $0.period = .hour
      $0.fromMicros = PlainEvent.epochMicros
      $0.toMicros = PlainEvent.epochMicros + Int64(Self.hours * Self.hour) * 1_000_000
      change(&$0)
    }
  }

  /// Cells that name a row, without its period, and the others.
  private func keyed(_ answer: Answer) -> [(key: String, period: String, cells: [Value])] {
    let place = answer.table.columns.firstIndex { $0.type != .text } ?? 0
    return answer.table.rows.map { ("\(Array($0[1..<place]))", "\($0[0])", Array($0[place...])) }
  }

  @Test(
    "has a row",
    arguments: [
      "throughput", "lead-time", "wip", "flow-efficiency", "rework", "handoffs", "complete-accurate", "stage-time",
      "arrivals", "bottlenecks", "littles-law", "flow-debt", "service-level", "conformance", "distribution", "waste",
      "blocked", "defects", "defect-matrix", "first-pass-yield", "checks", "dora", "value", "cfd",
    ])
  func rows(name: String) throws {
    var count = 0
    for seed in 0..<4 {
      let rows = keyed(
        try ask(Self.ledger(seed), name) {
          $0.groupings = [.stream]
          if name == "service-level" { $0.options["target"] = "3600" }
        })
      let keys = Set(rows.map(\.key))
      #expect(rows.count == keys.count * Self.hours, "seed \(seed)")
      #expect(Set(rows.map(\.period)).count == (rows.isEmpty ? 0 : Self.hours), "seed \(seed)")
      count += rows.count
    }
    #expect(count > 0)
  }

  @Test(
    "says what a question about the group alone says",
    arguments: [
      "throughput", "lead-time", "wip", "flow-efficiency", "rework", "handoffs", "littles-law", "conformance",
      "waste", "defects", "first-pass-yield",
    ])
  func alone(name: String) throws {
    for seed in 0..<4 {
      let test = try Self.ledger(seed)
      let grouped = keyed(try ask(test, name) { $0.groupings = [.stream] })
      for stream in ["s1", "s2"] where grouped.contains(where: { $0.key == "\([Value.text(stream)])" }) {
        let alone = try ask(test, name) { $0.filter.streams = [stream] }
        let told = grouped.filter { $0.key == "\([Value.text(stream)])" }
        #expect(told.map(\.cells) == keyed(alone).map(\.cells), "seed \(seed), \(stream)")
        #expect(told.map(\.period) == keyed(alone).map(\.period), "seed \(seed), \(stream)")
      }
    }
  }

  /// One item of each of twenty teams is delivered.
  private static func teams() throws -> TestLedger {
    try TestLedger(
      (0..<20).flatMap { number in
        [
          PlainEvent(
            id: "c\(number)", type: "item.created", subject: "I\(number)", seconds: number * hour,
            data: ["team": "t\(number)", "stage": "doing"]),
          PlainEvent(id: "d\(number)", type: "item.delivered", subject: "I\(number)", seconds: number * hour + 60),
        ]
      })
  }

  @Test("items are no groups: they have rows where something happened")
  func items() throws {
    let test = try Self.teams()
    func rows(_ grouping: Grouping) throws -> Int {
      try test.answer("throughput", knownAt: 40, at: 20 * Self.hour) {
        $0.period = .hour
        $0.groupings = [grouping]
      }.table.rows.count
    }
    #expect(try rows(.item) == 20)
    #expect(try rows(.attribute(.team)) == 20 * 20)
  }

  @Test("more than a million rows are refused", arguments: ["throughput", "defects"])
  func limit(name: String) throws {
    let test = try Self.teams()
    func ask(hours: Int) throws -> Int {
      try test.answer(name, knownAt: 40, at: 20 * Self.hour) {
        $0.period = .hour
        $0.groupings = [.attribute(.team)]
        $0.fromMicros = PlainEvent.epochMicros
        $0.toMicros = PlainEvent.epochMicros + Int64(hours * Self.hour) * 1_000_000
      }.table.rows.count
    }
    #expect(try ask(hours: 1000) == 20_000)
    let error = #expect(throws: QueryError.self) { try ask(hours: 50_001) }
    #expect(error?.description.contains("20 groups in 50001 periods") == true)
  }
}
