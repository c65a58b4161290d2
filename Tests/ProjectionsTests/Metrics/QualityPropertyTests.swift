import Tables
import Testing

@testable import Projections

/// Quality, customer and business metrics against sums over plain events.
@Suite("Quality and customers, against a second implementation")
struct QualityPropertyTests {
  private static let cuts = [(90, 400), (90, 150), (60, 400), (35, 70)]

  private struct Case {
    var test: TestLedger
    var oracle: NaiveLedger
    var position: Int
    var seconds: Int
    var place: Comment

    /// The live events of some types, in the order of time.
    func live(_ types: String...) -> [PlainEvent] {
      oracle.live(knownAt: position, at: seconds).map(\.event).filter { types.contains($0.type) }
    }

    func ask(_ metric: String, _ change: (inout Query) -> Void = { _ in }) throws -> Answer {
      try test.answer(metric, knownAt: position, at: seconds, change)
    }

    /// A column by others, without zeros and nothings.
    func cells(_ metric: String, _ column: String, by keys: [String], _ change: (inout Query) -> Void = { _ in }) throws
      -> [[String]: Double]
    {
      try ask(metric, change).cells(of: column, by: keys).compactMapValues(\.number).filter { $0.value != 0 }
    }
  }

  private func forEachCase(_ seed: Int, _ body: (Case) throws -> Void) throws {
    let events = EveryMetricTests.events(count: 90, seed: UInt64(seed) &+ 61_000, distinctTimes: true, voids: true)
    let test = try TestLedger(events)
    for (position, seconds) in Self.cuts {
      try body(
        Case(
          test: test, oracle: NaiveLedger(events: events), position: position, seconds: seconds,
          place: "seed \(seed), known at \(position), at \(seconds)"))
    }
  }

  @Test("defect matrix", arguments: 0..<5)
  func matrix(seed: Int) throws {
    try forEachCase(seed) { one in
      var found: [[String]: Double] = [:]
      var escaped: [[String]: Double] = [:]
      for defect in one.oracle.world(knownAt: one.position, at: one.seconds).defects {
        found[[defect.origin, defect.stage], default: 0] += 1
        if defect.isEscaped { escaped[[defect.origin, defect.stage], default: 0] += 1 }
      }
      let told = try one.cells("defect-matrix", "defects", by: ["origin", "stage"])
      let toldEscaped = try one.cells("defect-matrix", "escaped", by: ["origin", "stage"])
      #expect(told == found, one.place)
      #expect(toldEscaped == escaped, one.place)
    }
  }

  @Test("age and resolution of defects", arguments: 0..<5)
  func lives(seed: Int) throws {
    try forEachCase(seed) { one in
      var ages: [Int] = []
      var fixes: [Int] = []
      var deferred = 0
      let events = one.live("defect.found", "defect.resolved")
      for standing in one.oracle.world(knownAt: one.position, at: one.seconds).defects {
        var since: Int?
        var isDeferred = false
        for event in events where event.subject == standing.defect && event.seconds >= standing.found {
          let word = event.data["resolution"]
          if event.type == "defect.found" {
            since = since ?? event.seconds
            isDeferred = false
          } else if word == "deferred" {
            isDeferred = since != nil
          } else if let begin = since {
            fixes.append(event.seconds - begin)
            since = nil
          }
        }
        guard let since else { continue }
        ages.append(one.seconds - since)
        if isDeferred { deferred += 1 }
      }
      let age = try one.ask("defect-age")
      #expect(age.column("open") == [.integer(Int64(ages.count))], one.place)
      #expect(age.column("deferred") == [.integer(Int64(deferred))], one.place)
      #expect(age.column("max") == [ages.max().map { .duration(Double($0)) } ?? .null], one.place)
      let resolution = try one.ask("defect-resolution")
      #expect(resolution.column("fixed") == [.integer(Int64(fixes.count))], one.place)
      #expect(
        resolution.column("p50")
          == [fixes.isEmpty ? .null : .duration(Double(fixes.sorted()[(fixes.count + 1) / 2 - 1]))], one.place)
    }
  }

  @Test("first-pass yield", arguments: 0..<5)
  func firstPass(seed: Int) throws {
    try forEachCase(seed) { one in
      let world = one.oracle.world(knownAt: one.position, at: one.seconds)
      let definitions = one.live("stream.defined")
      let rejected = Set(one.live("item.rejected").map(\.subject))
      let failed = Set(
        one.live("check.completed").filter { $0.data["outcome"] == "failed" }.compactMap { $0.data["item"] })
      let standing = Set(world.defects.map(\.defect))
      // The item of the finding that counts: the first after the defect was settled as none.
      var defective: Set<String> = []
      for defect in world.defects where standing.contains(defect.defect) {
        let event = one.live("defect.found").first { $0.subject == defect.defect && $0.seconds == defect.found }
        if let item = event?.data["item"] { defective.insert(item) }
      }
      var counts = (delivered: 0, rework: 0, defective: 0, failed: 0, rejected: 0)
      for completion in world.completions where !completion.isCancelled {
        counts.delivered += 1
        let order = definitions.last { $0.subject == completion.stream }?.stages.map(\.name) ?? []
        var furthest = -1
        var isRework = false
        // Pieces of one visit have its begin in common.
        var visits: [(stage: String, since: Int)] = []
        for span in world.spans where span.item == completion.item && visits.last?.since != span.since {
          visits.append((span.stage, span.since))
        }
        for visit in visits {
          guard let place = order.firstIndex(of: visit.stage) else { continue }
          if place <= furthest { isRework = true }
          furthest = max(furthest, place)
        }
        if isRework { counts.rework += 1 }
        if defective.contains(completion.item) { counts.defective += 1 }
        if failed.contains(completion.item) { counts.failed += 1 }
        if rejected.contains(completion.item) { counts.rejected += 1 }
      }
      let answer = try one.ask("first-pass-yield")
      #expect(answer.column("delivered") == [.integer(Int64(counts.delivered))], one.place)
      #expect(answer.column("rework") == [.integer(Int64(counts.rework))], one.place)
      #expect(answer.column("defective") == [.integer(Int64(counts.defective))], one.place)
      #expect(answer.column("failedCheck") == [.integer(Int64(counts.failed))], one.place)
      #expect(answer.column("rejected") == [.integer(Int64(counts.rejected))], one.place)
    }
  }

  @Test("checks by stream", arguments: 0..<5)
  func checks(seed: Int) throws {
    try forEachCase(seed) { one in
      var passed: [[String]: Double] = [:]
      var failed: [[String]: Double] = [:]
      for check in one.live("check.completed") {
        if check.data["outcome"] == "passed" { passed[[check.stream ?? ""], default: 0] += 1 }
        if check.data["outcome"] == "failed" { failed[[check.stream ?? ""], default: 0] += 1 }
      }
      let toldPassed = try one.cells("checks", "passed", by: ["stream"]) { $0.groupings = [.stream] }
      let toldFailed = try one.cells("checks", "failed", by: ["stream"]) { $0.groupings = [.stream] }
      #expect(toldPassed == passed, one.place)
      #expect(toldFailed == failed, one.place)
    }
  }

  @Test("satisfaction by scale and service, and outcomes", arguments: 0..<5)
  func satisfaction(seed: Int) throws {
    try forEachCase(seed) { one in
      var scores: [[String]: [Double]] = [:]
      for answer in one.live("feedback.received") {
        scores[[answer.data["scale"] ?? "", answer.data["service"] ?? ""], default: []].append(
          answer.numbers["score"] ?? 0)
      }
      var expected: [[String]: Double] = [:]
      for (key, list) in scores {
        let n = Double(list.count)
        switch key[0] {
        case "csat": expected[key] = 100 * Double(list.count { $0 >= 4 }) / n
        case "nps": expected[key] = 100 * Double(list.count { $0 >= 9 } - list.count { $0 <= 6 }) / n
        default: expected[key] = list.reduce(0, +) / n
        }
      }
      let told = try one.cells("satisfaction", "score", by: ["scale", "service"]) {
        $0.groupings = [.attribute(.service)]
      }
      #expect(told == expected.filter { $0.value != 0 }, one.place)
      let last = one.live("outcome.measured").last?.numbers["value"]
      let outcome = try one.cells("outcomes", "value", by: ["measure"])
      #expect(outcome[["revenue"]] == last, one.place)
    }
  }

  @Test("value of delivered items", arguments: 0..<5)
  func value(seed: Int) throws {
    try forEachCase(seed) { one in
      var sum = 0.0
      var valued: Int64 = 0
      for completion in one.oracle.world(knownAt: one.position, at: one.seconds).completions
      where !completion.isCancelled {
        let said = one.live("item.created", "item.changed").last {
          $0.subject == completion.item && $0.seconds <= completion.completed && $0.numbers["value"] != nil
        }
        guard let value = said?.numbers["value"] else { continue }
        sum += value
        valued += 1
      }
      let answer = try one.ask("value")
      #expect(answer.column("valued") == [.integer(valued)], one.place)
      #expect(answer.column("value") == [valued == 0 ? .null : .number(sum)], one.place)
    }
  }

  @Test("cost of delay: the costs and sizes last said", arguments: 0..<5)
  func costOfDelay(seed: Int) throws {
    try forEachCase(seed) { one in
      var expected: [[String]: Double] = [:]
      for item in one.oracle.world(knownAt: one.position, at: one.seconds).open {
        let said = one.live("item.created", "item.changed").filter { $0.subject == item }
        let cost = said.last { $0.numbers["costOfDelay"] != nil }?.numbers["costOfDelay"]
        let size = said.last { $0.numbers["size"] != nil }?.numbers["size"]
        if let cost, let size, cost != 0 { expected[[item]] = cost / size }
      }
      let told = try one.cells("cost-of-delay", "wsjf", by: ["item"])
      #expect(told == expected, one.place)
    }
  }
}
