import EventLog
import Foundation
import Testing
import ValueStream

@testable import Interchange

@Suite struct SimulatorTests {
  private func lines(_ options: SimulatorOptions) -> [String] {
    var lines: [String] = []
    var simulator = Simulator(options)
    simulator.run { lines.append(String(decoding: $0, as: UTF8.self)) }
    return lines
  }

  private func digest(_ options: SimulatorOptions) -> UInt64 {
    var digest: UInt64 = 0
    var simulator = Simulator(options)
    simulator.run { digest = StableHash.hash($0, seed: digest) }
    return digest
  }

  @Test func aSeedGivesTheSameBytesForEver() {
    #expect(digest(SimulatorOptions(seed: 1, events: 20_000)) == 18_402_452_457_853_034_957)
    #expect(digest(SimulatorOptions(seed: 7, events: 3000, lateShare: 0.2)) == 10_506_542_791_047_005_898)
  }

  @Test func anotherSeedTellsAnotherStory() {
    #expect(digest(SimulatorOptions(seed: 1, events: 500)) != digest(SimulatorOptions(seed: 2, events: 500)))
  }

  @Test(arguments: [-1, 0, 1, 2, 5, 100, 4321])
  func thereAreExactlyAsManyLinesAsAskedFor(events: Int) {
    let lines = lines(SimulatorOptions(events: events, lateShare: 0.5))
    #expect(lines.count == max(0, events))
    #expect(lines.allSatisfy { $0.hasSuffix("}}\n") && $0.dropLast().firstIndex(of: "\n") == nil })
  }

  @Test(arguments: [0.0, 0.02, 0.3, 1.0])
  func theShareOfLateEventsIsTheOneAskedFor(share: Double) throws {
    var latest: Int64 = 0
    var late = 0
    let events = 20_000
    for line in lines(SimulatorOptions(seed: 3, events: events, lateShare: share)) {
      let time = try DecodedEvent(line).micros
      if time < latest { late += 1 }
      latest = max(latest, time)
    }
    // When all are late, some of them overtake nobody.
    let bounds = share == 1 ? 0.5...1 : share * 0.8...share * 1.2
    #expect(bounds.contains(Double(late) / Double(events)))
  }

  @Test func lateEventsComeHoursToThreeWeeksLater() throws {
    var latest: Int64 = 0
    var delays: [Int64] = []
    for line in lines(SimulatorOptions(seed: 3, events: 20_000)) {
      let time = try DecodedEvent(line).micros
      if time < latest { delays.append(latest - time) }
      latest = max(latest, time)
    }
    let day: Int64 = 86_400_000_000
    #expect(try #require(delays.max()) > 5 * day)
    #expect(try #require(delays.max()) <= 21 * day)
    #expect(delays.sorted()[delays.count / 2] > day / 6)
  }

  @Test func twentyThousandEventsTellOfSixMonthsAndNoTwoHappenAtOnce() throws {
    let times = try lines(SimulatorOptions()).map { try DecodedEvent($0).micros }
    let days = Double(try #require(times.max()) - SimulatorOptions.defaultStartMicros) / 86_400e6
    #expect((150...215).contains(days))
    #expect(Set(times).count == times.count)
  }

  @Test func idsAreUniqueAndAnEventHasAboutThreeHundredBytes() throws {
    let lines = lines(SimulatorOptions(seed: 9))
    #expect(Set(try lines.map { try DecodedEvent($0) }.map { $0.source + " " + $0.id }).count == lines.count)
    let mean = lines.reduce(0) { $0 + $1.utf8.count } / lines.count
    #expect((250...350).contains(mean))
  }

  @Test func aTimelineInTheOrderOfTimeIsLegal() throws {
    var items: [String: [DecodedEvent]] = [:]
    for line in lines(SimulatorOptions(seed: 5)) {
      let event = try DecodedEvent(line)
      if event.type.hasPrefix("vsl.item.") { items[event.subject, default: []].append(event) }
    }
    #expect(items.count > 1000)
    for (item, events) in items {
      #expect(problems(of: events.sorted { $0.micros < $1.micros }) == [], "\(item)")
    }
  }

  /// Walks an item's life and names every step that could not be.
  private func problems(of events: [DecodedEvent]) -> [String] {
    var problems: [String] = []
    var state = ""
    var stage = ""
    var isBlocked = false
    for event in events {
      let next = event.data["stage"] as? String ?? ""
      switch (event.type.split(separator: ".")[2], state) {
      case ("created", ""), ("reopened", "delivered"): (state, stage) = ("open", next)
      case ("entered", "open") where next != stage && !isBlocked:
        stage = next
        if next == "done" || next == "live" { state = "delivered" }
      case ("left", "open") where next == stage: stage = ""
      case ("blocked", "open") where !isBlocked: isBlocked = true
      case ("unblocked", "open") where isBlocked: isBlocked = false
      case ("delivered", "open") where !isBlocked: state = "delivered"
      case ("cancelled", "open") where !isBlocked: state = "cancelled"
      case ("changed", "open"), ("linked", "open"), ("rejected", "open"): break
      case ("logged", _): break
      default: problems.append("\(event.type) while \(state) in \(stage)")
      }
    }
    return problems
  }

  @Test func everyKindOfEventOccurs() throws {
    let types = Set(try lines(SimulatorOptions()).map { try DecodedEvent($0).type })
    let expected = Set(EventKind.allCases.map(\.typeName)).subtracting([
      EventKind.opaque.typeName, "vsl.policy.defined.v1", "vsl.metric.published.v1", "vsl.sealing.defined.v1",
      "vsl.content.erased.v1",
    ])
    #expect(types == expected)
  }

  @Test func openWorkStaysBoundedWhenEventsGrow() throws {
    func mostOpen(_ events: Int) -> Int {
      var simulation = Simulation(SimulatorOptions(events: events))
      var most = 0
      var told = 0
      while told < events, let happening = simulation.next() {
        simulation.tell(happening)
        told += simulation.lines.ends.count
        most = max(most, simulation.items.count)
      }
      return most
    }
    let small = mostOpen(200_000)
    #expect(small > 300)
    #expect(mostOpen(600_000) < small * 13 / 10)
  }

  @Test func theLedgerTakesEveryEvent() throws {
    let preparer = EventPreparer(isStrict: true)
    let batch = EventBatch()
    var simulator = Simulator(SimulatorOptions(seed: 11, events: 30_000))
    var line = 0
    try simulator.run { bytes in
      line += 1
      try preparer.prepare(bytes.trimmed, line: line, into: batch)
    }
    #expect(batch.count == 30_000)
  }
}
