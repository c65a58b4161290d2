import LMDB
import TestSupport
import Testing

@testable import Projections

@Suite("The changes that deployments list")
struct DeployedChangesTests {
  /// Deployments that list changes, some of them twice, some that are merged later or never; and voids of some.
  private static func events(_ count: Int, seed: Int) -> [PlainEvent] {
    var generator = SeededGenerator(seed: UInt64(seed) &+ 91_000)
    func random(_ count: Int) -> Int { Int.random(in: 0..<count, using: &generator) }
    return (0..<count).map { index in
      var event = PlainEvent(id: "e\(index)", type: "", subject: "", seconds: index * 60)
      switch random(8) {
      case 0..<4:
        event.type = "deployment.completed"
        event.subject = "Y\(random(40))"
        event.data = ["environment": "production", "outcome": "succeeded"]
        event.lists = ["changes": (0..<random(5)).map { _ in "C\(random(30))" }]
      case 4..<7:
        event.type = "change.merged"
        event.subject = "C\(random(30))"
      default:
        event.type = "event.voided"
        event.subject = "e\(max(0, index - 1 - random(9)))"
        event.data = ["source": PlainEvent.source, "id": event.subject]
      }
      return event
    }
  }

  /// Each change by the position of the event that lists it.
  private func told(_ test: TestLedger) throws -> [String] {
    let view = try test.ledger.view()
    return (0..<view.books.deployedChanges.count).map { index in
      let row = view.books.deployedChanges.row(at: index)
      return "\(row.position) \(view.subjectName(row.change))"
    }
  }

  @Test("are the same whether the log is posted at once or step by step, and those of the events", arguments: 0..<8)
  func steps(seed: Int) throws {
    // Of 120 events few are new with each step: they are read one by one.
    let events = Self.events(120, seed: seed)
    var expected: Set<String> = []
    for (index, event) in events.enumerated() where event.type == "deployment.completed" {
      for change in event.lists["changes"] ?? [] { expected.insert("\(index + 1) \(change)") }
    }
    let whole = try told(TestLedger(events, indexed: 0))
    #expect(Set(whole) == expected)
    #expect(whole.count == expected.count)
    for batch in [1, 3, 50] {
      #expect(try told(TestLedger(events, batch: batch, catchingUp: true)) == whole, "steps of \(batch)")
    }
    let steps = try TestLedger(events, batch: 2, catchingUp: true)
    #expect(try steps.ledger.verify { _, _ in }.isClean)
    #expect(try steps.ledger.rebuildVerified().findings.isEmpty)
  }

  @Test("a row has 16 bytes, its members where the format says")
  func layout() {
    #expect(MemoryLayout<DeployedChange>.size == 16)
    #expect(MemoryLayout<DeployedChange>.stride == 16)
    #expect(MemoryLayout<DeployedChange>.offset(of: \.position) == 0)
    #expect(MemoryLayout<DeployedChange>.offset(of: \.change) == 8)
  }

  @Test("verification finds a row that is not what the events say")
  func damage() throws {
    let test = try TestLedger(Self.events(60, seed: 9), indexed: 1)
    let store = try test.ledger.booksStore()
    try store.environment.write { transaction in
      let reader = try store.deployedChanges.reader(in: transaction)
      var rows = (0..<reader.count).map { reader.row(at: $0) }
      try #require(!rows.isEmpty)
      rows[rows.count / 2].change += 1
      try store.deployedChanges.removeAll(in: transaction)
      try rows.withUnsafeBufferPointer { try store.deployedChanges.append($0, in: transaction) }
    }
    let result = try test.ledger.verify { _, _ in }
    #expect(result.findings.contains { $0.description.hasPrefix("deployments.changes row") }, "\(result.findings)")
    let compared = try test.ledger.rebuildVerified()
    #expect(compared.findings.contains { $0.hasPrefix("deployments.changes row") })
    let book = try #require(compared.books.first { $0.book == "deployments.changes" })
    #expect(book.liveDigest != book.rebuiltDigest)
  }
}
