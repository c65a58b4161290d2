import EventLog
import Tables
import TestSupport
import Testing

@testable import Projections

/// The checks on the data against counts over plain events.
@Suite("Checks on the data, against a second implementation")
struct DataQualityPropertyTests {
  private static let day = 86_400
  /// Positions and instants; after a day what was heard of in the first seconds is long ago, and what came later is not.
  private static let cuts = [(100, day + 40), (100, day + 190), (100, 150), (60, day + 90), (35, 70), (0, 400)]

  /// Random events, of which some have no time of their own, some checks name no item, and some defects neither.
  private static func events(_ seed: Int) -> [PlainEvent] {
    var generator = SeededGenerator(seed: UInt64(seed) &+ 71_500)
    var events = EveryMetricTests.events(
      count: 99, seed: UInt64(seed) &+ 71_000, distinctTimes: true, voids: seed % 3 > 0)
    // Somebody of whom nothing more is heard.
    events.insert(PlainEvent(id: "silent", type: "item.created", subject: "I9", seconds: 1), at: 20)
    for index in events.indices where Bool.random(using: &generator) {
      guard ["check.completed", "deployment.completed"].contains(events[index].type) else { continue }
      events[index].data["item"] = nil
      // What has no time happened when it was recorded, which is the beginning.
      if Bool.random(using: &generator) { (events[index].hasTime, events[index].seconds) = (false, 0) }
    }
    return events
  }

  /// Counts, of how many, and the first positions of one check.
  private struct Expected {
    var found: [Int] = []
    var count = 0
    var of = 0

    /// What is known by positions.
    init(_ events: [NaiveLedger.Known], where isFound: (PlainEvent) -> Bool) {
      found = events.filter { isFound($0.event) }.map(\.position).sorted()
      (count, of) = (found.count, events.count)
    }

    /// What is known by number only.
    init<Thing>(_ things: some Collection<Thing>, where isFound: (Thing) -> Bool) {
      (count, of) = (things.filter(isFound).count, things.count)
    }
  }

  private static func byEvents(_ standing: [NaiveLedger.Known]) -> [String: Expected] {
    [
      "events that occurred after they were recorded": Expected(standing) { $0.seconds > 0 },
      "events without a time": Expected(standing) { !$0.hasTime },
      "checks without an item": Expected(standing.filter { $0.event.type == "check.completed" }) {
        $0.data["item"] == nil
      },
      "deployments without changes": Expected(standing.filter { $0.event.type == "deployment.completed" }) {
        ($0.lists["changes"] ?? []).isEmpty
      },
    ]
  }

  private static func byItems(_ oracle: NaiveLedger, _ position: Int, _ seconds: Int) -> [String: Expected] {
    let standing = oracle.standing(knownAt: position, at: seconds).map(\.event)
    let world = oracle.world(knownAt: position, at: seconds)
    let lives = oracle.lives(knownAt: position, at: seconds)
    let created = Dictionary(grouping: standing.filter { $0.type == "item.created" }, by: \.subject)
      .compactMapValues { $0.map(\.seconds).min() }
    let delivered = world.completions.filter { !$0.isCancelled && created[$0.item] != nil }
    let heard = Set(
      standing.filter { $0.type.hasPrefix("item.") && $0.seconds > seconds - day }.map(\.subject))
    let stages = standing.filter { $0.type == "stream.defined" }.sorted { $0.seconds < $1.seconds }
    let visits = Dictionary(grouping: world.spans) { "\($0.item) \($0.since)" }.values
      .compactMap { $0.min { $0.from < $1.from } }
      .compactMap { visit in
        stages.last { $0.subject == visit.stream && $0.seconds <= visit.from }.map { (visit, $0.stages.map(\.name)) }
      }
    return [
      "items without created": Expected(lives.keys) { created[$0] == nil },
      "items created after their delivery": Expected(delivered) { created[$0.item] ?? 0 > $0.completed },
      "items in no stream": Expected(lives.values) { $0.openedStream.isEmpty },
      "visits of unknown stages": Expected(visits) { !$0.1.contains($0.0.stage) },
      "open items without events for long": Expected(world.open) { !heard.contains($0) },
      "items blocked for long": Expected(world.blocks) { $0.since <= seconds - day },
      "defects without an item": Expected(world.defects) { defect in
        standing.first { $0.type == "defect.found" && $0.subject == defect.defect && $0.seconds == defect.found }?
          .data["item"] == nil
      },
    ]
  }

  private static func compare(
    _ test: TestLedger, _ position: Int, _ seconds: Int, _ expected: [String: Expected], _ place: Comment,
    _ change: (inout Query) -> Void = { _ in }
  ) throws {
    let answer = try test.answer("data-quality", knownAt: position, at: seconds) {
      $0.options = ["idle": "1", "blocked": "1"]
      change(&$0)
    }
    for (check, one) in expected {
      #expect(answer.by("check", "count")[check] == .integer(Int64(one.count)), "\(check), \(place)")
      #expect(answer.by("check", "of")[check] == .integer(Int64(one.of)), "\(check), \(place)")
      guard !one.found.isEmpty else { continue }
      let listed = one.found.prefix(8).map(String.init).joined(separator: " ") + (one.found.count > 8 ? " …" : "")
      #expect(answer.by("check", "positions")[check] == .text(listed), "\(check), \(place)")
    }
  }

  @Test("every check, on one core and on several", arguments: 0..<9)
  func checks(seed: Int) throws {
    let events = Self.events(seed)
    let oracle = NaiveLedger(events: events)
    let test = try TestLedger(events, indexed: Double(seed % 3) / 2)
    for (position, seconds) in Self.cuts {
      let standing = oracle.standing(knownAt: position, at: seconds)
      let ofEvents = Self.byEvents(standing)
      let ofItems = Self.byItems(oracle, position, seconds)
      for lanes in [1, 3] {
        let place: Comment = "seed \(seed), known at \(position), at \(seconds), on \(lanes)"
        try Cores.$forcedLanes.withValue(lanes) {
          try Self.compare(test, position, seconds, ofEvents.merging(ofItems) { $1 }, place)
          // Events count by the stream that they name, or define.
          let named = standing.filter {
            $0.event.stream == "s1" || $0.event.type == "stream.defined" && $0.event.subject == "s1"
          }
          guard !named.isEmpty else { return }
          let ofStream = Self.byEvents(named)
          try Self.compare(test, position, seconds, ofStream, "s1, \(place)") { $0.filter.streams = ["s1"] }
        }
      }
    }
  }

  @Test("the events have all that is looked for")
  func everythingIsThere() {
    var found: [String: Int] = [:]
    for seed in 0..<9 {
      let oracle = NaiveLedger(events: Self.events(seed))
      for (position, seconds) in Self.cuts {
        let ofEvents = Self.byEvents(oracle.standing(knownAt: position, at: seconds))
        for (check, one) in ofEvents.merging(Self.byItems(oracle, position, seconds), uniquingKeysWith: { $1 }) {
          found[check, default: 0] += one.count
        }
      }
    }
    #expect(Set(found.keys) == Set(DataCheck.allCases.map(\.text)))
    #expect(found.filter { $0.value == 0 } == [:])
  }

  @Test("an explanation lists all that is counted", arguments: 0..<3)
  func explanation(seed: Int) throws {
    let events = Self.events(seed)
    let test = try TestLedger(events)
    let answer = try test.answer("data-quality", knownAt: 100, at: Self.day + 90) { $0.explains = true }
    let expected = Self.byEvents(NaiveLedger(events: events).standing(knownAt: 100, at: Self.day + 90))
    let explanation = try #require(answer.explanation)
    for (check, one) in expected where !one.found.isEmpty {
      let group = try #require(explanation.rows.first { $0.key == [check] }, "\(check)")
      #expect(group.evidence.map { Int($0.position) } == one.found, "\(check)")
    }
  }
}
