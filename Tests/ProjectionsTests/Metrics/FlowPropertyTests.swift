import Tables
import Testing

@testable import Projections

@Suite("Flow, against a second implementation")
struct FlowPropertyTests {
  private static let order = ["backlog", "doing", "review"]
  private static let cuts = [(81, 400), (81, 120), (50, 400), (30, 60), (0, 400)]

  /// Random events of one stream with one definition for all time, so that the order of the stages is known.
  private static func events(_ seed: Int, voids: Bool = true) -> [PlainEvent] {
    var events = RandomEvents.make(count: 80, seed: UInt64(seed) &+ 41_000, distinctTimes: true, voids: voids)
    for index in events.indices {
      if events[index].type == "stream.defined" {
        events[index] = PlainEvent(
          id: events[index].id, type: "item.left", subject: "I1", seconds: events[index].seconds,
          data: ["stage": "nowhere"])
      }
      if events[index].type.hasPrefix("item.") { events[index].stream = "s1" }
    }
    var definition = PlainEvent(id: "d", type: "stream.defined", subject: "s1", seconds: 0)
    definition.stages = [
      ("backlog", "queue", nil), ("doing", "work", nil), ("review", "work", nil), ("done", "done", nil),
    ]
    return [definition] + events
  }

  /// Whole visits of each item, in the order of time: stage, begin, end.
  private static func visits(_ world: NaiveLedger.World) -> [String: [(stage: String, from: Int, to: Int?)]] {
    Dictionary(grouping: world.spans, by: \.item).mapValues { spans in
      Dictionary(grouping: spans, by: \.since).values
        .map { $0.sorted { $0.from < $1.from } }.sorted { $0[0].since < $1[0].since }
        .map { ($0[0].stage, $0[0].since, $0.last?.to ?? nil) }
    }
  }

  private static func integers(_ answer: Answer, _ keys: [String], _ column: String) -> [[String]: Int] {
    answer.cells(of: column, by: keys).compactMapValues { $0.number.map { Int($0) } }.filter { $0.value != 0 }
  }

  @Test("cumulative flow", arguments: 0..<6)
  func cumulativeFlow(seed: Int) throws {
    let events = Self.events(seed)
    let test = try TestLedger(events)
    for (position, seconds) in Self.cuts {
      var expected: [[String]: Int] = [:]
      let oracle = NaiveLedger(events: events)
      let visits = Self.visits(oracle.world(knownAt: position, at: seconds))
      for (item, life) in oracle.lives(knownAt: position, at: seconds) {
        let isCancelled = life.phase == "cancelled" && life.firstDelivered == nil
        let isOut = life.firstDelivered != nil || isCancelled
        let furthest = (visits[item] ?? []).compactMap { Self.order.firstIndex(of: $0.stage) }.max() ?? 0
        // Without a definition that is known there is no order; the first line is who came in.
        for place in 0...(isOut ? 2 : furthest) { expected[[Self.order[place]], default: 0] += 1 }
        if isOut { expected[[isCancelled ? "(cancelled)" : "(delivered)"], default: 0] += 1 }
      }
      guard position > 0 else { continue }
      let answer = try test.answer("cfd", knownAt: position, at: seconds) { $0.period = .quarter }
      #expect(Self.integers(answer, ["stage"], "arrived") == expected, "seed \(seed), \(position), \(seconds)")
    }
  }

  @Test("transitions and variants", arguments: 0..<6)
  func transitions(seed: Int) throws {
    let events = Self.events(seed)
    let test = try TestLedger(events)
    for (position, seconds) in Self.cuts {
      let world = NaiveLedger(events: events).world(knownAt: position, at: seconds)
      var pairs: [[String]: Int] = [:]
      var ways: [[String]: Int] = [:]
      let visits = Self.visits(world)
      for list in visits.values {
        var last = "(start)"
        for visit in list {
          pairs[[last, visit.stage], default: 0] += 1
          last = visit.stage
        }
      }
      for completion in world.completions {
        let list = visits[completion.item] ?? []
        if let last = list.last {
          pairs[[last.stage, completion.isCancelled ? "(cancelled)" : "(delivered)"], default: 0] += 1
        }
        if !completion.isCancelled {
          ways[[list.isEmpty ? "(no stage)" : list.map(\.stage).joined(separator: " → ")], default: 0] += 1
        }
      }
      let place: Comment = "seed \(seed), known at \(position), at \(seconds)"
      let answer = try test.answer("transitions", knownAt: position, at: seconds)
      #expect(Self.integers(answer, ["from", "to"], "count") == pairs, place)
      let variants = try test.answer("variants", knownAt: position, at: seconds)
      #expect(Self.integers(variants, ["variant"], "items") == ways, place)
    }
  }

  @Test("conformance", arguments: 0..<6)
  func conformance(seed: Int) throws {
    let events = Self.events(seed)
    let test = try TestLedger(events)
    for (position, seconds) in Self.cuts where position > 0 {
      let oracle = NaiveLedger(events: events)
      let world = oracle.world(knownAt: position, at: seconds)
      var steps: [String: Int] = [:]
      for (item, list) in Self.visits(world) {
        var seen: [Int] = []
        for visit in list {
          guard let place = Self.order.firstIndex(of: visit.stage) else {
            steps["unknown", default: 0] += 1
            continue
          }
          let furthest = seen.max() ?? -1
          let step =
            seen.contains(place) ? "repeats" : place < furthest ? "back" : place == furthest + 1 ? "inOrder" : "skips"
          steps[step, default: 0] += 1
          seen.append(place)
        }
        let isDelivered = world.completions.contains { $0.item == item && !$0.isCancelled }
        if isDelivered, (seen.max() ?? -1) < 2 { steps["skips", default: 0] += 1 }
      }
      let answer = try test.answer("conformance", knownAt: position, at: seconds)
      for step in ["inOrder", "skips", "repeats", "back", "unknown"] {
        #expect(
          answer.column(step) == [.integer(Int64(steps[step] ?? 0))], "\(step), seed \(seed), \(position), \(seconds)")
      }
    }
  }

  @Test("bottlenecks: arrivals, departures and time in each stage", arguments: 0..<6)
  func bottlenecks(seed: Int) throws {
    let events = Self.events(seed)
    let test = try TestLedger(events)
    for (position, seconds) in Self.cuts {
      let world = NaiveLedger(events: events).world(knownAt: position, at: seconds)
      var (arrivals, departures, time): ([[String]: Int], [[String]: Int], [[String]: Int]) = ([:], [:], [:])
      for visit in Self.visits(world).values.joined() {
        arrivals[[visit.stage], default: 0] += 1
        if visit.to != nil { departures[[visit.stage], default: 0] += 1 }
        time[[visit.stage], default: 0] += (visit.to ?? seconds) - visit.from
      }
      let answer = try test.answer("bottlenecks", knownAt: position, at: seconds) {
        $0.fromMicros = PlainEvent.epochMicros
      }
      let place: Comment = "seed \(seed), known at \(position), at \(seconds)"
      #expect(Self.integers(answer, ["stage"], "arrivals") == arrivals, place)
      #expect(Self.integers(answer, ["stage"], "departures") == departures, place)
      let told = answer.cells(of: "averageQueue", by: ["stage"]).compactMapValues { value in
        value.number.map { Int(($0 * Double(seconds)).rounded()) }
      }
      #expect(told.filter { $0.value != 0 } == time.filter { $0.value != 0 }, place)
    }
  }

  @Test("Little's law: items in progress, second by second", arguments: 0..<4)
  func littlesLaw(seed: Int) throws {
    let events = Self.events(seed)
    let test = try TestLedger(events)
    let oracle = NaiveLedger(events: events)
    for (position, seconds) in [(81, 90), (40, 70)] {
      let inProgress = (0..<seconds).reduce(0) { $0 + oracle.world(knownAt: position, at: $1).open.count }
      let world = oracle.world(knownAt: position, at: seconds)
      let answer = try test.answer("littles-law", knownAt: position, at: seconds) {
        $0.fromMicros = PlainEvent.epochMicros
      }
      let average = try #require(answer.column("averageWip").first?.number)
      #expect(Int((average * Double(seconds)).rounded()) == inProgress, "seed \(seed), \(position), \(seconds)")
      #expect(answer.column("delivered") == [.integer(Int64(world.completions.count { !$0.isCancelled }))])
    }
  }

  @Test("service level, quantiles with open items, flow debt, map", arguments: 0..<6)
  func times(seed: Int) throws {
    let events = Self.events(seed)
    let test = try TestLedger(events)
    for (position, seconds) in Self.cuts {
      let oracle = NaiveLedger(events: events)
      let world = oracle.world(knownAt: position, at: seconds)
      let lives = oracle.lives(knownAt: position, at: seconds)
      let place: Comment = "seed \(seed), known at \(position), at \(seconds)"
      let delivered = world.completions.filter { !$0.isCancelled }
      let leads = delivered.compactMap { item in item.created.map { item.completed - $0 } }
      let level = try test.answer("service-level", knownAt: position, at: seconds) { $0.options["target"] = "40" }
      let counts = level.cells(of: "within", by: []).values.compactMap(\.number)
      #expect(counts == (leads.isEmpty ? [] : [Double(leads.count { $0 <= 40 }) / Double(leads.count)]), place)

      let quantiles = try test.answer("open-quantiles", knownAt: position, at: seconds)
      #expect(quantiles.column("delivered") == [.integer(Int64(leads.count))], place)
      #expect(quantiles.column("open") == [.integer(Int64(world.open.count))], place)

      // Items that are open again keep their commitment; who left without one is not counted.
      let left = world.completions.filter { $0.committed != nil }
      let committed =
        (left.compactMap(\.committed) + lives.values.filter { $0.phase == "open" }.compactMap(\.committed)).sorted()
      let debt = try test.answer("flow-debt", knownAt: position, at: seconds)
      if !left.isEmpty {
        #expect(debt.column("committed") == [.integer(Int64(committed.count))], place)
        #expect(debt.column("left") == [.integer(Int64(left.count))], place)
        #expect(debt.column("approximate") == [.duration(Double(seconds - committed[left.count - 1]))], place)
      }

      let items = Set(delivered.filter { $0.created != nil }.map(\.item))
      var spent: [[String]: Int] = [:]
      for span in world.spans where items.contains(span.item) {
        spent[[span.stage], default: 0] += (span.to ?? seconds) - span.from
      }
      let map = try test.answer("map", knownAt: position, at: seconds)
      let waits = map.cells(of: "wait", by: ["stage"])
      let works = map.cells(of: "process", by: ["stage"])
      for stage in Set(waits.keys).union(spent.keys) where stage != [""] && !items.isEmpty {
        let mean = (waits[stage]?.number ?? 0) + (works[stage]?.number ?? 0)
        #expect(Int((mean * Double(items.count)).rounded()) == spent[stage] ?? 0, "\(place) \(stage)")
      }
      let total = waits.values.compactMap(\.number).reduce(0, +) + works.values.compactMap(\.number).reduce(0, +)
      #expect(Int((total * Double(items.count)).rounded()) == leads.reduce(0, +), place)
    }
  }
}
