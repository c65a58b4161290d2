import TestSupport
import Testing

@testable import EventLog

/// Voids in batches: each finds what it would find alone.
@Suite struct VoidTargetTests {
  let folder: TemporaryFolder
  let log: EventLog

  init() throws {
    folder = try TemporaryFolder()
    log = try EventLog.create(at: folder.file("ledger"), options: EventLogOptions(initialMapSize: 1 << 16))
  }

  private func void(_ id: String, of target: String, source: String = "test", hour: Int = 0) -> TestEvent {
    TestEvent(id: id, occurred: Int64(hour) * 3_600_000_000, subject: "v", kind: 28, voids: (source, target))
  }

  private func event(_ id: String, hour: Int) -> TestEvent {
    TestEvent(id: id, occurred: Int64(hour) * 3_600_000_000)
  }

  private func target(ofVoidAt position: UInt64) throws -> UInt64 {
    try log.withSnapshot { try $0.facts().row(at: Int(position) - 1).measure }
  }

  // Full hours are looked up for few voids and read through for many; empty ones hold a single value.
  @Test(arguments: [1, 40, 3000])
  func eachVoidOfABatchFindsItsOwnTarget(voids: Int) throws {
    var events: [TestEvent] = []
    for hour in 0..<30 {
      let count = hour % 3 == 0 ? 600 : 1
      events += (0..<count).map { event("\(hour)-\($0)", hour: hour) }
    }
    // Without a time, in the bucket of its own.
    events.append(TestEvent(id: "timeless", occurred: nil))
    _ = try log.append(batch(events), nowMicros: 1)
    let size = UInt64(events.count)
    var wanted: [UInt64] = []
    let asked = (0..<voids).map { index in
      let position = (index * 7919 + events.count - 1) % (events.count + 50) + 1
      // Beyond the last event: there is no such one.
      wanted.append(position <= events.count ? UInt64(position) : 0)
      return void("v\(index)", of: position <= events.count ? events[position - 1].id : "none-\(position)")
    }
    _ = try log.append(batch(asked), nowMicros: 2)
    for (index, position) in wanted.enumerated() {
      #expect(try target(ofVoidAt: size + UInt64(index) + 1) == position)
    }
    #expect(try log.verifyLog().isClean)
  }

  @Test func aVoidFindsWhatItsOwnBatchHoldsBeforeItAndNotBehind() throws {
    _ = try log.append(batch([event("old", hour: 1)]), nowMicros: 1)
    let mixed = [
      void("v1", of: "new"), event("new", hour: 5), event("old", hour: 1), void("v2", of: "new"), void("v3", of: "v2"),
      void("v4", of: "old"), void("v5", of: "v5"),
    ]
    let receipt = try log.append(batch(mixed), nowMicros: 2)
    // The second "old" is a duplicate: what follows has the positions 4 to 7.
    #expect(receipt.positions == [2, 3, 1, 4, 5, 6, 7])
    #expect(try (2...7).map { try target(ofVoidAt: $0) } == [0, 0, 3, 4, 1, 0])
    #expect(try log.withSnapshot { try $0.facts().row(at: 2).flags.contains(.voidedOnArrival) })
  }

  @Test func ofTwoEventsOfOneIdentityTheLaterHourIsMeant() throws {
    _ = try log.append(batch([event("twice", hour: 9), event("twice", hour: 3)]), nowMicros: 1)
    _ = try log.append(batch([void("v", of: "twice"), void("w", of: "twice", source: "other")]), nowMicros: 2)
    #expect(try target(ofVoidAt: 3) == 1)
    #expect(try target(ofVoidAt: 4) == 0)
  }
}
