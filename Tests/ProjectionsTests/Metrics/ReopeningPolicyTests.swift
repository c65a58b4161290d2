import Tables
import Testing

@testable import Projections

/// A policy that counts each delivery of a reopened item holds for everything that counts deliveries.
@Suite("A policy about reopening")
struct ReopeningPolicyTests {
  @Test("metrics of deliveries count the same ones, under either policy", arguments: 0..<6)
  func agreement(seed: Int) throws {
    let test = try TestLedger(RandomEvents.make(count: 90, seed: UInt64(seed) &+ 71_000, distinctTimes: true))
    var totals: [Policy.Reopening: Double] = [:]
    for rule in Policy.Reopening.allCases {
      func total(_ metric: String, _ column: String, _ change: (inout Query) -> Void = { _ in }) throws -> Double {
        let answer = try test.answer(metric, knownAt: 90, at: 400) {
          $0.policy = Policy()
          $0.policy?.reopening = rule
          change(&$0)
        }
        return answer.column(column).compactMap(\.number).reduce(0, +)
      }
      let delivered = try total("throughput", "delivered")
      totals[rule] = delivered
      #expect(try total("distribution", "delivered") == delivered)
      #expect(try total("value", "delivered") == delivered)
      #expect(try total("defects", "delivered") == delivered)
      #expect(try total("health", "throughput") == delivered)
      let measured = try total("lead-time", "n")
      #expect(try total("open-quantiles", "delivered") == measured)
      #expect(try total("service-level", "n") { $0.options["target"] = "60" } == measured)
    }
    #expect(totals[.newDelivery, default: 0] >= totals[.sameItem, default: 0])
  }

  @Test("by hand: delivered, reopened and delivered again is one delivery, or two")
  func byHand() throws {
    func event(_ id: Int, _ type: String, _ seconds: Int) -> PlainEvent {
      PlainEvent(id: "\(id)", type: type, subject: "A", seconds: seconds)
    }
    let test = try TestLedger([
      event(1, "item.created", 0), event(2, "item.delivered", 10), event(3, "item.reopened", 20),
      event(4, "item.delivered", 50),
    ])
    func delivered(_ rule: Policy.Reopening) throws -> [Value] {
      try test.answer("distribution", knownAt: 4, at: 100) {
        $0.policy = Policy()
        $0.policy?.reopening = rule
      }.column("delivered")
    }
    #expect(try delivered(.sameItem) == [.integer(1)])
    #expect(try delivered(.newDelivery) == [.integer(2)])
  }
}
