import Tables
import Testing

@testable import Projections

@Suite("Delivery, by hand")
struct DeliveryMetricTests {
  private static let day = 86_400

  /// Six production deployments of two services in 20 days. c1 is committed a day before it is deployed, c2 three days; c3 never gets there.
  static var events: [PlainEvent] {
    func event(_ id: String, _ type: String, _ subject: String, day: Double, _ data: [String: String]) -> PlainEvent {
      var event = PlainEvent(
        id: id, type: type, subject: subject, seconds: Int(day * Double(Self.day)), stream: "s")
      event.data = data
      return event
    }
    func deployed(
      _ name: String, day: Double, _ outcome: String, _ service: String, _ changes: [String] = [],
      isUnplanned: Bool = false, _ environment: String = "production"
    ) -> PlainEvent {
      var event = event(
        name, "deployment.completed", name, day: day,
        ["environment": environment, "outcome": outcome, "service": service])
      event.lists = changes.isEmpty ? [:] : ["changes": changes]
      event.unplanned = isUnplanned ? true : nil
      return event
    }
    return [
      event("m1", "change.merged", "c1", day: 1, ["service": "api"]),
      event("m2", "change.merged", "c2", day: 1, ["service": "api"]),
      event("m3", "change.merged", "c3", day: 2, ["service": "web"]),
      deployed("d0", day: 1.5, "succeeded", "api", ["c1"], "staging"),
      deployed("d1", day: 2, "succeeded", "api", ["c1"]),
      deployed("d2", day: 4, "succeeded", "api", ["c1", "c2"]), deployed("d3", day: 6, "failed", "web"),
      deployed("d4", day: 8, "succeeded", "web"), deployed("d5", day: 10, "succeeded", "api"),
      event("i1", "incident.opened", "I1", day: 10.5, ["service": "api"]),
      event("i1-", "incident.resolved", "I1", day: 10.75, [:]),
      deployed("d6", day: 11, "succeeded", "api", isUnplanned: true),
      event("i2", "incident.opened", "I2", day: 15, ["service": "api"]),
    ]
  }

  private func ask(_ change: (inout Query) -> Void = { _ in }) throws -> Answer {
    try TestLedger(Self.events).answer("dora", knownAt: Self.events.count, at: 20 * Self.day, change)
  }

  @Test("DORA: the five keys")
  func keys() throws {
    let answer = try ask()
    let day = Double(Self.day)
    #expect(answer.column("deployments") == [.integer(6)])
    #expect(answer.column("succeeded") == [.integer(5)])
    #expect(answer.column("changes") == [.integer(2)])
    // c1 after one day, c2 after three; nearest rank takes the first of two.
    #expect(answer.column("changeLeadTime") == [.duration(day)])
    // d3 failed, d5 caused I1.
    #expect(answer.column("failed") == [.integer(2)])
    #expect(answer.column("failureRate") == [.share(2.0 / 6)])
    // d3: two days until d4. d5: a quarter of a day from I1 to its end.
    #expect(answer.column("recoveryTime") == [.duration(day / 4)])
    #expect(answer.column("reworkRate") == [.share(1.0 / 6)])
    #expect(answer.notes == ["1 merged changes are in no successful production deployment."])
    #expect(
      answer.more[0].rows == [
        [.text("its own outcome"), .integer(1)], [.text("service and time"), .integer(1)],
        [.text("incidents joined to none"), .integer(1)],
      ])
  }

  @Test("DORA: bands come from the policy alone, with their year")
  func bands() throws {
    #expect(try ask().more.count == 1)
    let policy = try Policy(
      json: """
        {"bands":[{"metric":"changeLeadTime","level":"elite","atMost":86400,"reportYear":2023},
        {"metric":"failureRate","level":"high","atMost":0.05},{"metric":"failureRate","level":"low","atLeast":0.05},
        {"metric":"deploymentsPerDay","level":"daily","atLeast":1}]}
        """)
    let answer = try ask { $0.policy = policy }
    #expect(answer.more[1].rows == [[.null, .text("elite (2023)"), .text("low"), .null, .null]])
    let byService = try ask {
      $0.policy = policy
      $0.groupings = [.attribute(.service)]
    }
    #expect(byService.by("service", "deployments") == ["api": .integer(4), "web": .integer(2)])
    #expect(byService.more[1].rows.map { $0[0] } == [.text("api"), .text("web")])
  }
}
