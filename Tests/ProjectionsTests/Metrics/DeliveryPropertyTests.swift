import Foundation
import Tables
import TestSupport
import Testing

@testable import Projections

/// Delivery, coverage, journey and experiments against sums over plain events that were made for them.
@Suite("Delivery and experiments, against a second implementation")
struct DeliveryPropertyTests {
  private static let hour = 3600
  private static let day = 24 * 3600

  /// One of every so many random cuts, from few events to all, early and late.
  private static let cuts = [(140, 60), (140, 21), (90, 60), (55, 30), (20, 60)]

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

    /// The attribute of an item that was last said before an instant.
    func said(_ item: String?, _ name: String, before seconds: Int) -> String? {
      live("item.created", "item.changed").last {
        $0.subject == item && $0.seconds <= seconds && $0.data[name] != nil
      }?.data[name]
    }
  }

  private func forEachCase(_ seed: Int, _ body: (Case) throws -> Void) throws {
    let events = Self.events(seed)
    let test = try TestLedger(events)
    for (position, days) in Self.cuts {
      let seconds = days * Self.day
      try body(
        Case(
          test: test, oracle: NaiveLedger(events: events), position: position, seconds: seconds,
          place: "seed \(seed), known at \(position), on day \(days)"))
    }
  }

  private static func median<Number: Comparable>(_ values: [Number]) -> Number? {
    values.isEmpty ? nil : values.sorted()[(values.count + 1) / 2 - 1]
  }

  // MARK: Events

  /// 140 events over 60 days in no order, no two at one instant; some are voided. Ten items are created at the beginning, in a stage: I
  /// whose attributes change, J that are delivered. (What changes while an item is in no stage counts from its next visit on.)
  private static func events(_ seed: Int) -> [PlainEvent] {
    var generator = SeededGenerator(seed: UInt64(seed) &+ 83_000)
    let times = Array(0..<10) + Array(10..<60 * 24).shuffled(using: &generator)
    return (0..<140).map { index in
      if index < 10 {
        let item = index < 6 ? "I\(index)" : "J\(index)"
        return PlainEvent(
          id: "e\(index)", type: "item.created", subject: item, seconds: times[index] * hour, data: ["stage": "build"])
      }
      var event = event(index, &generator)
      event.id = "e\(index)"
      event.seconds = times[index] * hour
      return event
    }
  }

  private static func event(_ index: Int, _ generator: inout SeededGenerator) -> PlainEvent {
    func random(_ count: Int) -> Int { Int.random(in: 0..<count, using: &generator) }
    func perhaps(_ text: String) -> String? { random(3) == 0 ? nil : text }
    var event = PlainEvent(id: "", type: "", subject: "", seconds: 0)
    event.stream = ["s1", "s2", nil][random(3)]
    let item = "I\(random(6))"
    switch random(100) {
    case 0..<22:
      event.type = "deployment.completed"
      event.subject = "Y\(index)"
      event.data = [
        "environment": ["production", "live", "staging"][random(3)],
        "outcome": ["succeeded", "succeeded", "failed", "rolledBack"][random(4)],
      ]
      event.data["service"] = perhaps("v\(random(2))")
      event.lists = ["changes": (0..<random(4)).map { _ in "C\(random(14))" }]
      event.unplanned = random(4) == 0
    case 22..<38:
      event.type = "change.merged"
      event.subject = "C\(random(14))"
      if random(2) == 0 { event.data["committedAt"] = "2026-01-\(10 + random(20))T12:00:00Z" }
    case 38..<48:
      event.type = "incident.opened"
      event.subject = "N\(random(8))"
      if random(3) == 0 { event.data["deployment"] = "Y\(random(140))" }
      event.data["service"] = perhaps("v\(random(2))")
    case 48..<54:
      event.type = "incident.resolved"
      event.subject = "N\(random(8))"
    case 54..<68:
      event.type = "item.changed"
      event.subject = item
      event.data["team"] = "t"
      event.data["service"] = perhaps("v\(random(2))")
      if random(2) == 0 { event.labels["step"] = "p\(random(3))" }
    case 68..<72:
      event.type = ["item.delivered", "item.reopened"][random(2)]
      event.subject = "J\(6 + random(4))"
      if event.type == "item.reopened" { event.data["stage"] = "build" }
    case 72..<80:
      event.type = "check.completed"
      event.subject = "K\(index)"
      event.data = ["outcome": "passed", "item": item]
      if random(4) > 0 { event.numbers["coverage"] = Double(random(101)) / 100 }
    case 80..<88:
      event.type = "feedback.received"
      event.subject = "F\(index)"
      event.data = ["scale": ["csat", "nps", "ces"][random(3)]]
      event.data["step"] = perhaps("p\(random(3))")
      event.data["item"] = perhaps(item)
      event.numbers = ["score": Double(random(5) + 1)]
    case 88..<92:
      event.type = "defect.found"
      event.subject = "D\(random(6))"
      event.data["item"] = item
    case 92..<96:
      event.type = ["experiment.started", "experiment.ended"][random(2)]
      event.subject = "E\(random(3))"
      if event.type == "experiment.started" { event.data["metric"] = ["csat", "throughput", "lead-time"][random(3)] }
    default:
      event.type = "event.voided"
      let target = 10 + random(130)
      event.subject = "e\(target == index ? 10 + (index - 9) % 130 : target)"
      event.data = ["source": PlainEvent.source, "id": event.subject]
      event.stream = nil
    }
    return event
  }

  // MARK: DORA

  private struct Deployment {
    var event: PlainEvent
    var isFailure: Bool
    var failedAt: Int?
    var recoveredAt: Int?
  }

  private func deployments(_ one: Case) -> (list: [Deployment], unlinked: Int) {
    var list = one.live("deployment.completed").filter { ["production", "live"].contains($0.data["environment"]) }
      .map { event in
        let failed = event.data["outcome"] != "succeeded"
        return Deployment(event: event, isFailure: failed, failedAt: failed ? event.seconds : nil)
      }
    var unlinked = 0
    for incident in one.live("incident.opened") {
      var place: Int?
      if let named = incident.data["deployment"] {
        place = list.firstIndex { $0.event.subject == named }
      } else if let service = incident.data["service"] {
        let newest = list.lastIndex { $0.event.data["service"] == service && $0.event.seconds <= incident.seconds }
        place = newest.flatMap { incident.seconds - list[$0].event.seconds <= 86_400 ? $0 : nil }
      }
      guard let place else {
        unlinked += 1
        continue
      }
      list[place].isFailure = true
      list[place].failedAt = min(list[place].failedAt ?? .max, incident.seconds)
      let end = one.live("incident.resolved").filter { $0.subject == incident.subject }.map(\.seconds).max()
      if let end, end >= incident.seconds { list[place].recoveredAt = max(list[place].recoveredAt ?? 0, end) }
    }
    for place in list.indices
    where list[place].event.data["outcome"] != "succeeded" && list[place].recoveredAt == nil {
      list[place].recoveredAt =
        list[(place + 1)...].first {
          $0.event.data["service"] == list[place].event.data["service"] && $0.event.data["outcome"] == "succeeded"
        }?.event.seconds
    }
    return (list, unlinked)
  }

  private func changeTimes(_ one: Case, _ list: [Deployment]) -> [String: [Int]] {
    var commits: [String: Int] = [:]
    for change in one.live("change.merged") {
      var committed = change.seconds
      if let said = change.data["committedAt"], let date = ISO8601DateFormatter().date(from: said) {
        committed = Int(date.timeIntervalSince1970) - Int(PlainEvent.epochMicros / 1_000_000)
      }
      commits[change.subject] = min(commits[change.subject] ?? .max, committed)
    }
    var times: [String: [Int]] = [:]
    for (change, committed) in commits {
      let first = list.first {
        $0.event.data["outcome"] == "succeeded" && $0.event.lists["changes"]?.contains(change) == true
      }
      guard let first, first.event.seconds >= committed else { continue }
      times[first.event.subject, default: []].append(first.event.seconds - committed)
    }
    return times
  }

  @Test("DORA's keys, in all and by service", arguments: 0..<16)
  func dora(seed: Int) throws {
    try forEachCase(seed) { one in
      let (all, unlinked) = deployments(one)
      let changes = changeTimes(one, all)
      func expect(_ answer: Answer, _ key: [String], _ list: [Deployment], _ byService: Bool) {
        func cell(_ column: String) -> Double? {
          answer.cells(of: column, by: byService ? ["service"] : [])[key]?.number
        }
        let place: Comment = "\(one.place) \(key)"
        let failures = list.filter(\.isFailure)
        let recoveries = failures.compactMap { one -> Int? in
          guard let from = one.failedAt, let to = one.recoveredAt, to >= from else { return nil }
          return to - from
        }
        let times = list.flatMap { changes[$0.event.subject] ?? [] }
        let succeeded = list.filter { $0.event.data["outcome"] == "succeeded" }
        #expect(cell("deployments") == Double(list.count), place)
        #expect(cell("succeeded") == Double(succeeded.count), place)
        #expect(cell("days") == Double(Set(succeeded.map { $0.event.seconds / Self.day }).count), place)
        #expect(cell("changes") == Double(times.count), place)
        #expect(cell("changeLeadTime") == Self.median(times).map(Double.init), place)
        #expect(cell("failed") == Double(failures.count), place)
        #expect(cell("failureRate") == Double(failures.count) / Double(list.count), place)
        #expect(cell("recoveries") == Double(recoveries.count), place)
        #expect(cell("recoveryTime") == Self.median(recoveries).map(Double.init), place)
        #expect(cell("notRecovered") == Double(failures.count - recoveries.count), place)
        #expect(cell("unplanned") == Double(list.count { $0.event.unplanned == true }), place)
      }
      let whole = try one.ask("dora")
      if !all.isEmpty { expect(whole, [], all, false) }
      let rules = try #require(whole.more.first)
      let told = rules.rows.first { $0.first == .text("incidents joined to none") }?.last
      #expect(told == .integer(Int64(unlinked)), one.place)
      let byService = try one.ask("dora") { $0.groupings = [.attribute(.service)] }
      for (service, list) in Dictionary(grouping: all, by: { $0.event.data["service"] ?? "" }) {
        expect(byService, [service], list, true)
      }
    }
  }

  // MARK: Coverage, journey, experiments

  @Test("coverage by the service of the check's item at the time", arguments: 0..<16)
  func coverage(seed: Int) throws {
    try forEachCase(seed) { one in
      let checks = one.live("check.completed").filter { $0.numbers["coverage"] != nil }
      let byService = Dictionary(grouping: checks) { check in
        one.said(check.data["item"], "service", before: check.seconds) ?? ""
      }
      let answer = try one.ask("coverage")
      let coverage = answer.cells(of: "coverage", by: ["service"])
      #expect(Set(coverage.keys) == Set(byService.keys.map { [$0] }), one.place)
      for (service, list) in byService {
        let values = list.compactMap { $0.numbers["coverage"] }
        #expect(answer.cells(of: "reports", by: ["service"])[[service]]?.number == Double(values.count), one.place)
        #expect(coverage[[service]]?.number == values.last, one.place)
        let change = values.count > 1 ? values[values.count - 1] - values[values.count - 2] : nil
        #expect(answer.cells(of: "change", by: ["service"])[[service]]?.number == change, one.place)
      }
    }
  }

  private static func score(_ scale: String, _ scores: [Double]) -> Double? {
    guard !scores.isEmpty else { return nil }
    let count = Double(scores.count)
    return switch scale {
    case "csat": 100 * Double(scores.count { $0 >= 4 }) / count
    case "nps": 100 * Double(scores.count { $0 >= 9 } - scores.count { $0 <= 6 }) / count
    default: scores.reduce(0, +) / count
    }
  }

  @Test("journey: scores by step, and the open work that touches it", arguments: 0..<16)
  func journey(seed: Int) throws {
    try forEachCase(seed) { one in
      let world = one.oracle.world(knownAt: one.position, at: one.seconds)
      let feedback = one.live("feedback.received")
      func steps(_ item: String?, at seconds: Int) -> Set<String> {
        var steps = Set(feedback.filter { $0.data["item"] == item && item != nil }.compactMap { $0.data["step"] })
        let label = one.live("item.created", "item.changed").last {
          $0.subject == item && $0.seconds <= seconds && $0.labels["step"] != nil
        }
        if let label = label?.labels["step"] { steps.insert(label) }
        return steps
      }
      let answer = try one.ask("journey") { $0.options["days"] = "14" }
      let span = 14 * Self.day
      for step in ["p0", "p1", "p2"] {
        let place: Comment = "\(one.place) \(step)"
        func cell(_ column: String) -> Double? { answer.cells(of: column, by: ["step"])[[step]]?.number }
        guard feedback.contains(where: { $0.data["step"] == step }) else {
          #expect(answer.by("step", "n")[step] == nil, place)
          continue
        }
        var answers = 0
        for scale in ["csat", "nps", "ces"] {
          let all = feedback.filter { $0.data["step"] == step && $0.data["scale"] == scale }
          func scores(_ since: Int, _ until: Int) -> [Double] {
            all.filter { $0.seconds > since && $0.seconds <= until }.compactMap { $0.numbers["score"] }
          }
          let now = scores(one.seconds - span, one.seconds)
          let before = scores(one.seconds - 2 * span, one.seconds - span)
          answers += now.count
          let score = Self.score(scale, now)
          #expect(cell(scale) == score, place)
          let change = score.flatMap { now in Self.score(scale, before).map { now - $0 } }
          #expect(cell("\(scale)Change") == change, place)
        }
        let items = world.open.count { steps($0, at: one.seconds).contains(step) }
        #expect(cell("openItems") == Double(items), place)
        #expect(cell("n") == Double(answers), place)
        let defects = world.defects.count { defect in
          let found = one.live("defect.found").first { $0.subject == defect.defect && $0.seconds == defect.found }
          return steps(found?.data["item"], at: defect.found).contains(step)
        }
        #expect(cell("openDefects") == Double(defects), place)
      }
    }
  }

  @Test("experiments: the values before, during and after", arguments: 0..<16)
  func experiments(seed: Int) throws {
    try forEachCase(seed) { one in
      let completions = one.oracle.world(knownAt: one.position, at: one.seconds).completions
      let answer = try one.ask("experiment")
      let starts = one.live("experiment.started")
      #expect(answer.table.rows.count == Set(starts.map(\.subject)).count, one.place)
      for name in Set(starts.map(\.subject)) {
        guard let start = starts.first(where: { $0.subject == name }), let metric = start.data["metric"] else {
          continue
        }
        let end = one.live("experiment.ended").first { $0.subject == name && $0.seconds > start.seconds }?.seconds
        let length = (end ?? one.seconds) - start.seconds
        func values(_ from: Int, _ to: Int) -> [Double] {
          func isMeant(_ stream: String?) -> Bool { start.stream == nil || stream ?? "" == start.stream }
          switch metric {
          case "csat":
            return one.live("feedback.received").filter {
              $0.data["scale"] == "csat" && isMeant($0.stream) && $0.seconds >= from && $0.seconds < to
            }.compactMap { $0.numbers["score"] }
          case "lead-time":
            return completions.filter {
              !$0.isCancelled && isMeant($0.stream) && $0.completed >= from && $0.completed < to
            }.compactMap { item in item.created.map { Double(item.completed - $0) / Double(Self.day) } }
          default:
            return (0..<max(0, to - from) / Self.day).map { day in
              let begin = from + day * Self.day
              return Double(
                completions.count {
                  !$0.isCancelled && isMeant($0.stream) && (begin..<begin + Self.day).contains($0.completed)
                })
            }
          }
        }
        // What happens at the cut's instant counts; the next instant of these events is a second later.
        let phases = [
          values(start.seconds - length, start.seconds), values(start.seconds, end ?? one.seconds + 1),
          end.map { values($0, min($0 + length, one.seconds + 1)) } ?? [],
        ]
        func cell(_ column: String) -> Double? { answer.cells(of: column, by: ["experiment"])[[name]]?.number }
        let place: Comment = "\(one.place) \(name) \(metric)"
        for (phase, values) in zip(["before", "during", "after"], phases) {
          #expect(cell("\(phase)N") == Double(values.count), place)
          #expect(cell("\(phase)Median") == Self.median(values), place)
        }
        let later = Self.median(phases[2].isEmpty ? phases[1] : phases[2])
        let change = Self.median(phases[0]).flatMap { before in later.map { $0 - before } }
        if let change, let told = cell("change") {
          #expect(abs(told - change) < 1e-5, place)
        } else {
          #expect(cell("change") == nil && change == nil, place)
        }
      }
    }
  }
}
