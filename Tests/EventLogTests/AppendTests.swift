import TestSupport
import Testing

@testable import EventLog

@Suite struct AppendTests {
  let folder: TemporaryFolder
  let log: EventLog

  init() throws {
    folder = try TemporaryFolder()
    log = try EventLog.create(at: folder.file("ledger"), options: EventLogOptions(initialMapSize: 1 << 16))
  }

  @Test func whatIsAppendedIsReadBackVerbatim() throws {
    let events = (1...3000).map {
      TestEvent(
        id: "e\($0)", occurred: Int64($0) * 60_000_000, subject: "i\($0 % 70)",
        argument: ("stage \($0 % 5)", .stage), attributes: "a\($0 % 9)", stream: "s\($0 % 3)")
    }
    var start = 0
    for size in [1, 1, 998, 1500, 500] {
      let receipt = try log.append(batch(Array(events[start..<start + size])), nowMicros: Int64(start))
      #expect(receipt.positions == (start + 1...start + size).map(UInt64.init))
      #expect(receipt.appended == size)
      #expect(receipt.duplicates == 0)
      #expect(receipt.lastPosition == UInt64(start + size))
      start += size
    }
    try log.withSnapshot { snapshot throws in
      #expect(snapshot.size == 3000)
      #expect(snapshot.lastRecordedMicros == 2500)
      let facts = try snapshot.facts()
      #expect(facts.count == 3000)
      for (index, event) in events.enumerated() {
        let record = try #require(try snapshot.record(at: UInt64(index + 1)))
        #expect(record.text == event.json)
        let fact = facts.row(at: index)
        #expect(fact.occurredMicros == event.occurred)
        #expect(snapshot.symbolString(fact.subject, in: .subject) == event.subject)
        #expect(snapshot.symbolString(fact.argument, in: .stage) == event.argument?.0)
        #expect(snapshot.symbolString(fact.attributes, in: .attributes) == event.attributes)
        #expect(snapshot.symbolString(UInt32(fact.stream), in: .stream) == event.stream)
        #expect(fact.kind == 3)
      }
      #expect(snapshot.symbolCount(in: .subject) == 70)
      #expect(snapshot.symbolCount(in: .stream) == 3)
      #expect(snapshot.symbolCount(in: .text) == 0)
      let subject = try #require(try snapshot.symbolID("i5", in: .subject))
      var positions: [UInt64] = []
      try snapshot.positions(ofSubject: subject, into: &positions)
      #expect(positions == (1...3000).filter { $0 % 70 == 5 }.map(UInt64.init))
      let leaves = try (1...3000).map { position in
        let record = try #require(try snapshot.record(at: UInt64(position)))
        let time = withUnsafeBytes(of: record.recordedMicros.littleEndian) { Array($0) }
        return (time + Array(record.bytes)).withUnsafeBytes { MerkleHash.leaf(of: $0) }
      }
      #expect(try snapshot.root() == MerkleTree.root(of: leaves))
      for size in [0, 1, 2, 3, 1000, 1024, 2047, 2999] {
        #expect(try snapshot.root(size: UInt64(size)) == MerkleTree.root(of: leaves.prefix(size)))
      }
    }
  }
}
