import TestSupport
import Testing

@testable import EventLog

@Suite struct DuplicateTests {
  let folder: TemporaryFolder
  let log: EventLog

  init() throws {
    folder = try TemporaryFolder()
    log = try EventLog.create(at: folder.file("ledger"), options: EventLogOptions(initialMapSize: 1 << 16))
  }

  func size() throws -> UInt64 { try log.withSnapshot { $0.size } }

  @Test func anEventSentAgainIsAnsweredWithItsFirstPosition() throws {
    let events = (1...10).map { TestEvent(id: "e\($0)", occurred: Int64($0) * 1_800_000_000) }
    _ = try log.append(batch(events), nowMicros: 1)
    let again = try log.append(batch([events[3], TestEvent(id: "new"), events[9], events[0]]), nowMicros: 2)
    #expect(again.positions == [4, 11, 10, 1])
    #expect(again.appended == 1)
    #expect(again.duplicates == 3)
    #expect(again.lastPosition == 11)
    #expect(try size() == 11)
  }

  @Test func anEventWithoutTimeSentAgainIsADuplicateWheneverItComes() throws {
    let event = TestEvent(id: "e", occurred: nil)
    _ = try log.append(batch([event, TestEvent(id: "f", occurred: nil)]), nowMicros: 1)
    let again = try log.append(batch([event]), nowMicros: 9_000_000_000_000)
    #expect(again.positions == [1])
    let facts = try log.withSnapshot { try $0.facts().row(at: 0) }
    #expect(facts.occurredMicros == 1)
    #expect(facts.flags == .timeAssumed)
  }

  @Test func anEventTwiceInOneBatchIsWrittenOnce() throws {
    let event = TestEvent(id: "e")
    let receipt = try log.append(batch([event, TestEvent(id: "f"), event, event]), nowMicros: 1)
    #expect(receipt.positions == [1, 2, 1, 1])
    #expect(receipt.appended == 2)
    #expect(try size() == 2)
  }

  @Test func otherContentUnderTheSameIdentityIsAConflictThatNamesBothAndWritesNothing() throws {
    _ = try log.append(batch([TestEvent(id: "a"), TestEvent(id: "e")]), nowMicros: 1)
    let events = [TestEvent(id: "new"), TestEvent(id: "e", extra: ",\"more\":1")]
    #expect(
      throws: LedgerError.conflict(EventConflict(source: "test", id: "e", firstPosition: 2, firstLine: 0, line: 2))
    ) { try log.append(batch(events), nowMicros: 2) }
    #expect(try size() == 2)
    #expect(try log.withSnapshot { try $0.symbolID("inew", in: .subject) } == nil)
  }

  @Test func aConflictInsideOfABatchNamesBothLines() throws {
    let events = [TestEvent(id: "e"), TestEvent(id: "f"), TestEvent(id: "e", extra: ",\"more\":1")]
    #expect(
      throws: LedgerError.conflict(EventConflict(source: "test", id: "e", firstPosition: 0, firstLine: 1, line: 3))
    ) { try log.append(batch(events), nowMicros: 2) }
    #expect(try size() == 0)
  }

  @Test func keyOrderWhiteSpaceAndEscapesDoNotMakeAnotherEvent() throws {
    let batch1 = EventBatch()
    let batch2 = EventBatch()
    for (batch, json) in [
      (batch1, #"{"source":"s","id":"é","data":{"a":1,"b":[true,null,"x\n"]}}"#),
      (batch2, #" { "id" : "\u00e9", "data": {"b":[ true, null ,"x\u000a"], "a": 1.0}, "source":"s" } "#),
    ] {
      var event = Array(json.utf8).withUnsafeBytes { batch.stage($0, line: 1) }
      event.identityHash = identityHash("s", "é")
      event.subject = Array("iX".utf8).withUnsafeBytes { batch.addText($0) }
      batch.add(event)
    }
    #expect(try log.append(batch1, nowMicros: 1).appended == 1)
    #expect(try log.append(batch2, nowMicros: 1).positions == [1])
  }

  @Test func aCollisionOfHashesIsNoDuplicate() throws {
    let colliding = batch([TestEvent(id: "a"), TestEvent(id: "b"), TestEvent(id: "a")])
    let forged = EventBatch()
    for (index, event) in colliding.events.enumerated() {
      var copy = forged.stage(colliding.bytes(of: event), line: index + 1)
      copy.identityHash = 42
      copy.subject = forged.addText(colliding.bytes(of: event.subject))
      forged.add(copy)
    }
    #expect(try log.append(forged, nowMicros: 1).positions == [1, 2, 1])
    #expect(try log.append(forged, nowMicros: 1).positions == [1, 2, 1])
    #expect(try size() == 2)
  }

  @Test func theSameIdentityUnderAnotherHourIsFoundByVerification() throws {
    _ = try log.append(batch([TestEvent(id: "a", occurred: 0), TestEvent(id: "b", occurred: 1)]), nowMicros: 1)
    _ = try log.append(batch([TestEvent(id: "a", occurred: 7_200_000_000)]), nowMicros: 2)
    let report = try log.verifyLog()
    #expect(report.findings.map(\.kind) == [.identityTwice])
    #expect(report.findings.first?.position == 3)
  }

  @Test(arguments: [1, 2, 3])
  func retriesInAnyOrderAndBatchingLeaveOneOfEach(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let events = (0..<400).map {
      TestEvent(
        id: "e\($0)", occurred: $0 % 7 == 0 ? nil : Int64.random(in: -9_000_000_000...90_000_000_000, using: &random))
    }
    var firsts: [String: UInt64] = [:]
    for _ in 0..<40 {
      let chosen = (0..<Int.random(in: 1...60, using: &random)).map { _ in
        events[Int.random(in: 0..<400, using: &random)]
      }
      let receipt = try log.append(batch(chosen), nowMicros: 1)
      for (event, position) in zip(chosen, receipt.positions) {
        #expect(firsts[event.id, default: position] == position)
        firsts[event.id] = position
      }
      #expect(receipt.lastPosition == UInt64(firsts.count))
    }
    #expect(Set(firsts.values).count == firsts.count)
    #expect(try log.verifyLog().isClean)
  }
}
