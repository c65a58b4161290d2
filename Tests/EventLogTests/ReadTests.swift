import TestSupport
import Testing

@testable import EventLog

@Suite struct ReadTests {
  let folder: TemporaryFolder
  let log: EventLog
  let events: [TestEvent]

  init() throws {
    folder = try TemporaryFolder()
    log = try EventLog.create(at: folder.file("ledger"), options: EventLogOptions(initialMapSize: 1 << 16))
    var random = SeededGenerator(seed: 5)
    events = (0..<3000).map {
      TestEvent(
        id: "e\($0)", occurred: Int64($0 / 100 * 100_000) + Int64.random(in: 0..<50_000, using: &random),
        subject: "i\($0 % 9)", kind: UInt8($0 % 250))
    }
    // Three batches, recorded at 1000, 2000 and 3000.
    for part in 0..<3 {
      _ = try log.append(batch(Array(events[part * 1000..<(part + 1) * 1000])), nowMicros: Int64(part + 1) * 1000)
    }
  }

  @Test(
    arguments: [
      (1, nil, false), (1, nil, true), (2990, 4000, false), (5, 8, true), (0, 3, false), (4, 3, false),
      (3001, nil, false),
    ] as [(UInt64, UInt64?, Bool)])
  func recordsAreReadForwardAndBackward(first: UInt64, last: UInt64?, reversed: Bool) throws {
    let positions = (1...3000 as ClosedRange<UInt64>).filter { $0 >= first && $0 <= last ?? .max }
    var found: [UInt64] = []
    try log.withSnapshot { snapshot throws in
      try snapshot.forEachRecord(from: first, through: last, reversed: reversed) { record in
        #expect(record.text == events[Int(record.position) - 1].json)
        found.append(record.position)
        return true
      }
    }
    #expect(found == (reversed ? positions.reversed() : positions))
  }

  @Test func readingStopsWhenAskedTo() throws {
    var found = 0
    try log.withSnapshot { snapshot throws in
      try snapshot.forEachRecord { _ in
        found += 1
        return found < 7
      }
      try snapshot.forEachFact { _, _ in
        found += 1
        return found < 10
      }
    }
    #expect(found == 10)
  }

  @Test func aSubjectsRecordsAreReadInOrderAndBackward() throws {
    try log.withSnapshot { snapshot throws in
      let subject = try #require(try snapshot.symbolID("i4", in: .subject))
      for reversed in [false, true] {
        var found: [UInt64] = []
        try snapshot.forEachRecord(ofSubject: subject, reversed: reversed) { record in
          found.append(record.position)
          return true
        }
        let expected = (1...3000 as ClosedRange<UInt64>).filter { ($0 - 1) % 9 == 4 }
        #expect(found == (reversed ? expected.reversed() : expected))
      }
    }
  }

  @Test func aRecordedTimeIsFoundByItsPositions() throws {
    try log.withSnapshot { snapshot throws in
      for (micros, position) in [
        (999, 0), (1000, 1000), (1999, 1000), (2000, 2000), (3000, 3000), (.max, 3000), (.min, 0),
      ]
        as [(Int64, UInt64)]
      {
        #expect(try snapshot.position(recordedAtOrBefore: micros) == position)
      }
      #expect(try snapshot.positions(recordedFrom: 2000, before: 3000) == 1001..<2001)
      #expect(try snapshot.positions(recordedFrom: nil, before: 2000) == 1..<1001)
      #expect(try snapshot.positions(recordedFrom: 2001, before: nil) == 2001..<3001)
      #expect(try snapshot.positions(recordedFrom: 2001, before: 2500).isEmpty)
      #expect(try snapshot.positions(recordedFrom: 5000, before: 100).isEmpty)
    }
  }

  @Test(arguments: [false, true])
  func factsAreFoundByKindTimeAndSubject(reversed: Bool) throws {
    try log.withSnapshot { snapshot throws in
      let subject = try #require(try snapshot.symbolID("i4", in: .subject))
      let filters = [
        RecordFilter(), RecordFilter(kinds: KindSet([3, 64, 249])), RecordFilter(occurredFrom: 1_500_000),
        RecordFilter(occurredFrom: 510_000, occurredBefore: 700_001), RecordFilter(subject: subject),
        RecordFilter(kinds: KindSet([7]), occurredBefore: 900_000, subject: subject),
        RecordFilter(occurredFrom: 9_000_000),
      ]
      for filter in filters {
        for range in [1...3000, 500...2600, 1021...1022] as [ClosedRange<UInt64>] {
          var found: [UInt64] = []
          try snapshot.forEachFact(
            matching: filter, from: range.lowerBound, through: range.upperBound, reversed: reversed
          ) { position, fact in
            #expect(fact.occurredMicros == events[Int(position) - 1].occurred)
            found.append(position)
            return true
          }
          let facts = try snapshot.facts()
          let expected = range.filter { filter.takes(facts.row(at: Int($0) - 1)) }
          #expect(found == (reversed ? expected.reversed() : expected))
        }
      }
    }
  }

  @Test(arguments: [1, 7, 1000, 100_000])
  func aLongScanRenewsItsSnapshotAndMissesNothing(renewAfter: Int) throws {
    var found: [UInt64] = []
    try log.scan(from: 3, through: 2999, renewAfterRecords: renewAfter) { record in
      found.append(record.position)
      return true
    }
    #expect(found == (3...2999).map(\.self))
  }

  @Test func aScanEndsWhereTheLogEndedWhenItBegan() throws {
    var found = 0
    try log.scan(renewAfterRecords: 100) { _ in
      found += 1
      return true
    }
    #expect(found == 3000)
    try log.scan(from: 3001) { _ in
      found += 1
      return true
    }
    #expect(found == 3000)
  }

  @Test func aSnapshotDoesNotSeeWhatComesLater() throws {
    let big = try EventLog.create(at: folder.file("second"), options: EventLogOptions(initialMapSize: 1 << 24))
    _ = try big.append(batch(Array(events[0..<10])), nowMicros: 1)
    let snapshot = try big.snapshot()
    _ = try big.append(batch(Array(events[10..<20])), nowMicros: 2)
    #expect(snapshot.size == 10)
    let later = try snapshot.record(at: 11)
    #expect(later?.position == nil)
    let factCount = try snapshot.facts().count
    #expect(factCount == 10)
    var positions: [UInt64] = []
    try snapshot.positions(ofSubject: 1, into: &positions)
    #expect(positions == [1, 10])
  }

  @Test func statisticsCountEveryTable() throws {
    let tables = try log.withSnapshot { try $0.statistics() }
    let entries = Dictionary(uniqueKeysWithValues: tables.map { ($0.name, $0.statistics.entries) })
    #expect(entries["records"] == 3000)
    #expect(entries["leaves"] == 3000)
    #expect(entries["nodes"] == 3000 - 3000.nonzeroBitCount)
    #expect(entries["facts"] == 3000)
    #expect(entries["identity"] == 3000)
    #expect(entries["subjects"] == 3000)
    #expect(entries["symbols"] == 10)
    #expect(tables.allSatisfy { $0.statistics.entries == 0 || $0.statistics.bytes > 0 })
  }
}
