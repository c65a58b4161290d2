import LMDB
import TestSupport
import Testing

@testable import Projections

@Suite("The outlines of facts")
struct FactOutlinesTests {
  private static func events(seed: UInt64) -> [PlainEvent] {
    RandomEvents.make(count: 90, seed: seed &+ 7000, distinctTimes: false)
  }

  private static func outlines(_ test: TestLedger) throws -> [FactOutline] {
    let view = try test.ledger.view()
    let reader = try view.outlines()
    return (0..<reader.count).map { reader.row(at: $0) }
  }

  @Test("are those of the facts, one each, whether the log is posted at once or step by step", arguments: 0..<6)
  func steps(seed: UInt64) throws {
    let events = Self.events(seed: seed)
    let whole = try TestLedger(events, indexed: 0)
    let facts = try whole.ledger.log.snapshot().facts()
    #expect(facts.count == events.count)
    let expected = (0..<facts.count).map { FactOutline(facts.row(at: $0)) }
    #expect(try Self.outlines(whole) == expected)
    for batch in [1, 3, 40] {
      let steps = try TestLedger(events, batch: batch, catchingUp: true)
      #expect(try Self.outlines(steps) == expected, "steps of \(batch)")
      #expect(try steps.ledger.verify { _, _ in }.isClean)
      #expect(try steps.ledger.rebuildVerified().findings.isEmpty)
    }
  }

  @Test("a row has 16 bytes, its members where the format says")
  func layout() {
    #expect(MemoryLayout<FactOutline>.size == 16)
    #expect(MemoryLayout<FactOutline>.stride == 16)
    #expect(MemoryLayout<FactOutline>.offset(of: \.occurredMicros) == 0)
    #expect(MemoryLayout<FactOutline>.offset(of: \.subject) == 8)
    #expect(MemoryLayout<FactOutline>.offset(of: \.stream) == 12)
    #expect(MemoryLayout<FactOutline>.offset(of: \.kind) == 14)
    #expect(MemoryLayout<FactOutline>.offset(of: \.flags) == 15)
  }
}
