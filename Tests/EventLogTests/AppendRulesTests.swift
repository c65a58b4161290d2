import Foundation
import TestSupport
import Testing

@testable import EventLog

@Suite struct AppendRulesTests {
  let folder: TemporaryFolder
  let log: EventLog

  init() throws {
    folder = try TemporaryFolder()
    log = try EventLog.create(at: folder.file("ledger"), options: EventLogOptions(initialMapSize: 1 << 16))
  }

  @Test func recordedTimeNeverDecreasesWhenTheClockGoesBackwards() throws {
    for (index, now) in [100, 90, 95, 120, -5, 130].enumerated() as EnumeratedSequence<[Int64]> {
      _ = try log.append(batch([TestEvent(id: "e\(index)")]), nowMicros: now)
    }
    let recorded = try log.withSnapshot { snapshot in try (1...6).map { try snapshot.record(at: $0)?.recordedMicros } }
    #expect(recorded == [100, 100, 100, 120, 120, 130])
    #expect(try log.verifyLog().isClean)
  }

  @Test func leavesHashedBeforehandAreKeptUnlessTheLogIsLater() throws {
    let first = batch([TestEvent(id: "a")])
    first.recordedMicros = 500
    first.hashLeaves()
    #expect(try log.append(first, nowMicros: 9_000).recordedMicros == 500)
    let second = batch([TestEvent(id: "b"), TestEvent(id: "c")])
    second.recordedMicros = 400
    second.hashLeaves()
    #expect(try log.append(second, nowMicros: 450).recordedMicros == 500)
    #expect(try log.verifyLog().isClean)
  }

  @Test func whatMustBeDurableBeforeABatchStopsItWhenItFails() throws {
    let first = batch([TestEvent(id: "a", subject: "iA", attributes: "x")])
    var calls = 0
    first.beforeCommit = { () throws(LedgerError) in
      calls += 1
      throw .keysUnusable(reason: "the disk is full")
    }
    #expect(throws: LedgerError.keysUnusable(reason: "the disk is full")) { try log.append(first, nowMicros: 1) }
    #expect(try calls == 1 && log.snapshot().size == 0)
    // Nothing of it was left behind: its symbols belong to the next one.
    let second = batch([TestEvent(id: "b", subject: "iB", attributes: "y")])
    second.beforeCommit = { () throws(LedgerError) in calls += 1 }
    _ = try log.append(second, nowMicros: 1)
    // The file may have had to grow, which does it all again.
    #expect(try calls >= 2 && log.withSnapshot { try $0.symbolID("iB", in: .subject) } == 1)
    // A batch of nothing but duplicates changes nothing, and waits for nothing.
    let again = batch([TestEvent(id: "b", subject: "iB", attributes: "y")])
    again.beforeCommit = second.beforeCommit
    calls = 0
    #expect(try log.append(again, nowMicros: 2).appended == 0)
    #expect(calls == 0)
    #expect(try log.verifyLog().isClean)
  }

  @Test func aBatchThatExpectsAnotherVersionIsRefusedWhole() throws {
    _ = try log.append(batch([TestEvent(id: "a", subject: "iX"), TestEvent(id: "b", subject: "iX")]), nowMicros: 1)
    let next = batch([TestEvent(id: "c", subject: "iX"), TestEvent(id: "d", subject: "iY")])
    func expecting(_ x: Int, _ y: Int) -> [ExpectedVersion] {
      [
        ExpectedVersion(subjectClass: "i", id: "X", version: x),
        ExpectedVersion(subjectClass: "i", id: "Y", version: y),
      ]
    }
    #expect(throws: LedgerError.versionConflict(subject: "X", expected: 1, actual: 2)) {
      try log.append(next, expecting: expecting(1, 0), nowMicros: 2)
    }
    #expect(throws: LedgerError.versionConflict(subject: "Y", expected: 3, actual: 0)) {
      try log.append(next, expecting: expecting(2, 3), nowMicros: 2)
    }
    #expect(try log.withSnapshot { $0.size } == 2)
    #expect(try log.append(next, expecting: expecting(2, 0), nowMicros: 2).positions == [3, 4])
    // A retry of what went through is answered, though the version has moved on.
    #expect(try log.append(next, expecting: expecting(2, 0), nowMicros: 2).positions == [3, 4])
  }

  @Test func symbolsOfARefusedBatchAreGivenToOthersLater() throws {
    let refused = batch([TestEvent(id: "a", subject: "iGONE"), TestEvent(id: "b", subject: "iX")])
    refused.recordedMicros = 0
    _ = try log.append(batch([TestEvent(id: "0", subject: "iFIRST")]), nowMicros: 1)
    // 65,536 streams: the batch is refused after its first symbols were given out.
    let streams = EventBatch()
    for number in 0...65_535 {
      add(TestEvent(id: "s\(number)", subject: "iS", stream: "stream \(number)"), to: streams, line: number + 1)
    }
    #expect(throws: LedgerError.tooManyStreams(limit: 65_535, line: 65_535)) { try log.append(streams, nowMicros: 2) }
    _ = try log.append(refused, nowMicros: 3)
    try log.withSnapshot { snapshot throws in
      #expect(try snapshot.symbolID("iS", in: .subject) == nil)
      #expect(try snapshot.symbolID("iGONE", in: .subject) == 2)
      #expect(snapshot.symbolCount(in: .stream) == 1)
    }
    _ = try log.append(batch([TestEvent(id: "t", subject: "iS", stream: "stream 7")]), nowMicros: 4)
    try log.withSnapshot { snapshot throws in
      let fact = try snapshot.facts().row(at: 3)
      #expect(snapshot.symbolString(fact.subject, in: .subject) == "iS")
      #expect(snapshot.symbolString(UInt32(fact.stream), in: .stream) == "stream 7")
    }
    #expect(try log.verifyLog().isClean)
  }

  @Test func aTreeOfARefusedBatchIsNotBuiltUpon() throws {
    let first = batch([TestEvent(id: "0")])
    _ = try log.append(first, nowMicros: 1)
    let refused = EventBatch()
    for number in 0...65_535 {
      add(TestEvent(id: "s\(number)", subject: "iS", stream: "stream \(number)"), to: refused, line: number + 1)
    }
    #expect(throws: LedgerError.self) { try log.append(refused, nowMicros: 2) }
    _ = try log.append(first, nowMicros: 3)
    // The log becomes as large as the tree was when the batch was refused.
    let others = EventBatch()
    for number in 0..<65_534 { add(TestEvent(id: "t\(number)"), to: others, line: number + 1) }
    #expect(try log.append(others, nowMicros: 4).lastPosition == 65_535)
    _ = try log.append(batch([TestEvent(id: "last")]), nowMicros: 5)
    #expect(try log.verifyLog().findings == [])
  }

  @Test(arguments: [1, 111, 112, 113, 508, 509, 510, 511, 512, 2000, 60_000])
  func stringsOfAnyLengthAreSymbols(length: Int) throws {
    let name = "i" + String(repeating: "x", count: length - 1)
    let events = [
      TestEvent(id: "a", subject: name), TestEvent(id: "b", subject: name + "!"), TestEvent(id: "c", subject: name),
    ]
    _ = try log.append(batch(events), nowMicros: 1)
    _ = try log.append(batch([TestEvent(id: "d", subject: name)]), nowMicros: 1)
    try log.withSnapshot { snapshot throws in
      #expect(snapshot.symbolCount(in: .subject) == 2)
      #expect(try snapshot.symbolID(name, in: .subject) == 1)
      #expect(try snapshot.symbolID(name + "!", in: .subject) == 2)
      #expect(try snapshot.symbolID(name + "?", in: .subject) == nil)
      #expect(snapshot.symbolString(1, in: .subject) == name)
      #expect(snapshot.symbolString(3, in: .subject) == nil)
      #expect(try snapshot.facts().row(at: 3).subject == 1)
    }
  }

  @Test func theSameStringInTwoNamespacesIsTwoSymbols() throws {
    _ = try log.append(batch([TestEvent(id: "a", subject: "ab", argument: ("ab", .stage), stream: "ab")]), nowMicros: 1)
    _ = try log.append(batch([TestEvent(id: "b", subject: "x", argument: ("y", .stage), stream: "ab")]), nowMicros: 1)
    _ = try log.append(batch([TestEvent(id: "c", subject: "ab", argument: ("y", .stage), stream: "z")]), nowMicros: 1)
    let facts = try log.withSnapshot { snapshot throws in
      let reader = try snapshot.facts()
      return (0..<3).map { reader.row(at: $0) }
    }
    #expect(facts.map(\.subject) == [1, 2, 1])
    #expect(facts.map(\.argument) == [1, 2, 2])
    #expect(facts.map(\.stream) == [1, 1, 2])
  }

  @Test func anArgumentThatIsASubjectIsListedAsAReference() throws {
    let events = [
      TestEvent(id: "a", subject: "iX"), TestEvent(id: "b", subject: "dD", argument: ("iX", .subject)),
      TestEvent(id: "c", subject: "dE", argument: ("iX", .subject)),
      TestEvent(id: "d", subject: "iX", argument: ("s", .stage)),
    ]
    _ = try log.append(batch(events), nowMicros: 1)
    try log.withSnapshot { snapshot throws in
      var positions: [UInt64] = []
      try snapshot.references(to: 1, into: &positions)
      #expect(positions == [2, 3])
      positions = []
      try snapshot.positions(ofSubject: 1, into: &positions)
      #expect(positions == [1, 4])
    }
  }

  @Test func anEventFromTheFutureIsFlagged() throws {
    _ = try log.append(batch([TestEvent(id: "a", occurred: 11), TestEvent(id: "b", occurred: 10)]), nowMicros: 10)
    let reader = try log.withSnapshot { snapshot throws in
      let facts = try snapshot.facts()
      return [facts.row(at: 0).flags, facts.row(at: 1).flags]
    }
    #expect(reader == [.occurredAfterRecorded, []])
  }

  @Test func anEmptyBatchIsAnsweredAndWritesNothing() throws {
    _ = try log.append(batch([TestEvent(id: "a")]), nowMicros: 1)
    let receipt = try log.append(EventBatch(), nowMicros: 2)
    #expect(receipt.positions.isEmpty)
    #expect(receipt.lastPosition == 1)
  }

  @Test(arguments: [Int64.min, -3_600_000_001, -3_600_000_000, -1, 0, 3_599_999_999, 3_600_000_000, .max])
  func everyTimeHasAnHour(micros: Int64) throws {
    let hour = IdentityKey.hour(occurredMicros: micros)
    #expect(hour > IdentityKey.withoutTime)
    if micros < .max { #expect(IdentityKey.hour(occurredMicros: micros + 1) - hour <= 1) }
    #expect(IdentityKey.hour(occurredMicros: 0) - IdentityKey.hour(occurredMicros: -1) == 1)
    let event = TestEvent(id: "a", occurred: micros)
    _ = try log.append(batch([event]), nowMicros: 1)
    #expect(try log.append(batch([event]), nowMicros: 1).duplicates == 1)
  }

  @Test func manyThreadsAppendToOneLog() async throws {
    let log = log
    try await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 0..<6 {
        group.addTask {
          for number in 0..<20 {
            let events = (0..<5).map { TestEvent(id: "\(writer) \(number) \($0)", subject: "i\(number)") }
            let receipt = try log.append(batch(events), nowMicros: Int64(number))
            #expect(receipt.positions == (receipt.lastPosition - 4...receipt.lastPosition).map(\.self))
            try log.withSnapshot { snapshot throws in
              #expect(try snapshot.record(at: receipt.lastPosition)?.text == events[4].json)
            }
          }
        }
      }
      try await group.waitForAll()
    }
    #expect(try log.withSnapshot { $0.size } == 600)
    #expect(try log.verifyLog().findings == [])
  }
}
