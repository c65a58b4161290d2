import Tables
import Testing

@testable import Projections

/// Voids may arrive before what they void. When such a void is voided itself, the event counts from there on, as the event that it is.
@Suite("Events voided before they arrived")
struct RestoredEventTests {
  private static func event(
    _ id: String, _ type: String, _ subject: String, hour: Int, _ data: [String: String] = [:]
  ) -> PlainEvent {
    PlainEvent(id: id, type: type, subject: subject, seconds: hour * 3600, data: data)
  }

  private static func void(_ id: String, of target: String) -> PlainEvent {
    event(id, "event.voided", target, hour: 0, ["source": PlainEvent.source, "id": target])
  }

  /// At 4 a deployment that is voided already, at 5 restored, at 6 voided again, at 7 restored again.
  private static var deployment: [PlainEvent] {
    var deployed = event(
      "d", "deployment.completed", "D", hour: 30, ["environment": "production", "outcome": "succeeded"])
    deployed.lists = ["changes": ["C"]]
    return [
      void("v", of: "d"), void("other", of: "nothing"), event("m", "change.merged", "C", hour: 10), deployed,
      void("w", of: "v"), void("x", of: "d"), void("y", of: "x"),
    ]
  }

  @Test("a deployment brings the changes that it lists wherever it stands", arguments: [1, 2, 7])
  func deployment(batch: Int) throws {
    let test = try TestLedger(Self.deployment, batch: batch, catchingUp: true)
    for position in 0...7 {
      let standing: Int64 = position == 5 || position == 7 ? 1 : 0
      let leadTime = standing == 1 ? Value.duration(20 * 3600) : .null
      let place: Comment = "known at \(position)"
      let dora = try test.answer("dora", knownAt: position, at: 40 * 3600)
      #expect(dora.column("deployments") == [.integer(standing)], place)
      #expect(dora.column("changes") == [.integer(standing)], place)
      #expect(dora.column("changeLeadTime") == [leadTime], place)
      let quality = try test.answer("data-quality", knownAt: position, at: 40 * 3600)
      let check = DataCheck.deploymentWithoutChanges.text
      #expect(quality.by("check", "count")[check] == .integer(0), place)
      #expect(quality.by("check", "of")[check] == .integer(standing), place)
    }
    #expect(try test.ledger.verify { _, _ in }.isClean)
    #expect(try test.ledger.rebuildVerified().findings.isEmpty)
  }

  @Test("findings name the event, not the void that restored it")
  func evidence() throws {
    var events = Self.deployment
    events[3].lists = [:]
    let test = try TestLedger(events)
    let quality = try test.answer("data-quality", knownAt: 7, at: 40 * 3600)
    #expect(quality.by("check", "positions")[DataCheck.deploymentWithoutChanges.text] == .text("4"))
  }

  @Test("of two targets set at one instant the one at the later position holds")
  func order() throws {
    func target(_ id: String, _ value: Double) -> PlainEvent {
      var event = Self.event(id, "target.set", "wip", hour: 1)
      event.numbers = ["value": value]
      return event
    }
    let test = try TestLedger([Self.void("v", of: "a"), target("a", 1), target("b", 2), Self.void("w", of: "v")])
    let view = try test.ledger.view()
    let parts = try AnswerParts(Query(nowMicros: .max), view)
    #expect(try Targets(parts, view).target(of: "wip", stream: 0)?.value == 2)
  }

  @Test("a published figure is read from its own event")
  func published() throws {
    var figure = Self.event("p", "metric.published", "wip", hour: 1, ["query": "wip"])
    figure.numbers = ["value": 7, "position": 1]
    let test = try TestLedger([Self.void("v", of: "p"), figure, Self.void("w", of: "v")])
    let figures = try test.ledger.view().publishedFigures()
    #expect(figures.map(\.value) == [7])
    #expect(figures.map(\.position) == [2])
  }

  @Test("a policy holds from the void of its void on")
  func policy() throws {
    var policy = Self.event("p", "policy.defined", "policy", hour: 1)
    policy.data["reopening"] = "newDelivery"
    let test = try TestLedger(
      [Self.void("v", of: "p"), policy, Self.void("w", of: "v")], batch: 1, catchingUp: true)
    let view = try test.ledger.view()
    func reopening(_ position: UInt64) throws -> Policy.Reopening {
      try view.policy(in: Cut(position: position, atMicros: .max)).reopening
    }
    #expect(try reopening(2) == .sameItem)
    #expect(try reopening(3) == .newDelivery)
  }
}
