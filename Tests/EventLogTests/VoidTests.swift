import TestSupport
import Testing

@testable import EventLog

@Suite struct VoidTests {
  let folder: TemporaryFolder
  let log: EventLog

  init() throws {
    folder = try TemporaryFolder()
    log = try EventLog.create(at: folder.file("ledger"), options: EventLogOptions(initialMapSize: 1 << 16))
  }

  func void(_ id: String, of target: String, occurred: Int64? = nil) -> TestEvent {
    TestEvent(id: id, occurred: occurred, subject: "v\(target)", kind: 28, voids: ("test", target))
  }

  func voids(of position: UInt64) throws -> [UInt64] {
    try log.withSnapshot { snapshot throws in
      var positions: [UInt64] = []
      try snapshot.voids(of: position, into: &positions)
      return positions
    }
  }

  func fact(_ position: UInt64) throws -> Fact {
    try log.withSnapshot { try $0.facts().row(at: Int(position) - 1) }
  }

  @Test func aVoidFindsItsTargetUnderWhateverHour() throws {
    let events = (1...50).map { TestEvent(id: "e\($0)", occurred: Int64($0) * 5_000_000_000) }
    _ = try log.append(batch(events), nowMicros: 1)
    #expect(try log.withSnapshot { $0.hasVoids } == false)
    _ = try log.append(batch([void("v1", of: "e1"), void("v2", of: "e50"), void("v3", of: "e20")]), nowMicros: 2)
    #expect(try voids(of: 1) == [51])
    #expect(try voids(of: 50) == [52])
    #expect(try voids(of: 20) == [53])
    #expect(try voids(of: 2) == [])
    #expect(try fact(51).measure == 1)
    #expect(try fact(53).measure == 20)
    #expect(try log.withSnapshot { $0.hasVoids })
  }

  @Test func aVoidFindsAnEarlierEventOfItsOwnBatch() throws {
    _ = try log.append(batch([TestEvent(id: "a"), TestEvent(id: "b"), void("v", of: "b")]), nowMicros: 1)
    #expect(try voids(of: 2) == [3])
    #expect(try fact(3).measure == 2)
    #expect(try fact(2).flags == [])
  }

  @Test(arguments: [true, false])
  func aVoidBeforeItsTargetMarksTheTargetWhenItArrives(inOneBatch: Bool) throws {
    let events = [void("v", of: "late"), void("w", of: "late"), TestEvent(id: "other"), TestEvent(id: "late")]
    if inOneBatch {
      _ = try log.append(batch(events), nowMicros: 1)
    } else {
      for event in events { _ = try log.append(batch([event]), nowMicros: 1) }
    }
    #expect(try voids(of: 4) == [1, 2])
    #expect(try fact(4).flags.contains(.voidedOnArrival))
    #expect(try !fact(3).flags.contains(.voidedOnArrival))
    #expect(try fact(1).measure == 0)
    let pending = try log.withSnapshot { try $0.statistics().first { $0.name == "voidsPending" }?.statistics.entries }
    #expect(pending == 0)
    #expect(try log.verifyLog().isClean)
  }

  @Test func aVoidOfAVoidIsListedUnderIt() throws {
    _ = try log.append(batch([TestEvent(id: "a"), void("v", of: "a"), void("w", of: "v")]), nowMicros: 1)
    #expect(try voids(of: 1) == [2])
    #expect(try voids(of: 2) == [3])
    #expect(try voids(of: 3) == [])
  }

  @Test func aVoidOfItselfNeverFindsATarget() throws {
    _ = try log.append(batch([void("v", of: "v")]), nowMicros: 1)
    #expect(try voids(of: 1) == [])
    #expect(try fact(1).measure == 0)
  }
}
