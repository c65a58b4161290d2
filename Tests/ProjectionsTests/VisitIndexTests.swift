import Foundation
import LMDB
import Testing

@testable import Projections

@Suite("Index of visits")
struct VisitIndexTests {
  @Test("every cut gives the visits that the book gives", arguments: 0..<16)
  func everyCut(seed: Int) throws {
    let count = 60
    let events = RandomEvents.make(count: count, seed: UInt64(seed) &+ 4000, distinctTimes: seed % 2 == 0)
    let plain = try TestLedger(events, indexed: 0)
    let indexed = try TestLedger(events, indexed: Double(seed % 4 + 1) / 4)
    #expect(try plain.ledger.view().visitIndex.rowCount == 0)
    #expect(try indexed.ledger.view().visitIndex.rowCount > 0)
    for position in 0...count {
      for seconds in stride(from: -1, through: 160, by: 23) {
        let told = try indexed.world(knownAt: position, at: seconds)
        let expected = try plain.world(knownAt: position, at: seconds)
        #expect(told == expected, "seed \(seed), position \(position), at \(seconds)")
      }
    }
  }

  @Test("a row has 56 bytes, its members where the format says")
  func layout() {
    #expect(MemoryLayout<SettledVisit>.size == 56)
    #expect(MemoryLayout<SettledVisit>.stride == 56)
    #expect(MemoryLayout<SettledVisit>.offset(of: \.fromMicros) == 0)
    #expect(MemoryLayout<SettledVisit>.offset(of: \.toMicros) == 8)
    #expect(MemoryLayout<SettledVisit>.offset(of: \.opened) == 16)
    #expect(MemoryLayout<SettledVisit>.offset(of: \.ended) == 24)
    #expect(MemoryLayout<SettledVisit>.offset(of: \.item) == 32)
    #expect(MemoryLayout<SettledVisit>.offset(of: \.stage) == 36)
    #expect(MemoryLayout<SettledVisit>.offset(of: \.attributes) == 40)
    #expect(MemoryLayout<SettledVisit>.offset(of: \.actor) == 44)
    #expect(MemoryLayout<SettledVisit>.offset(of: \.opening) == 48)
  }

  @Test("items are read in the order of their numbers, whichever are wanted", arguments: 0..<6)
  func wanted(seed: Int) throws {
    let events = RandomEvents.make(count: 80, seed: UInt64(seed) &+ 5000, distinctTimes: false)
    let test = try TestLedger(events)
    let view = try test.ledger.view()
    let visits = ItemVisits(view, Cut(position: view.position, atMicros: .max))
    var all: [UInt32: Int] = [:]
    var order: [UInt32] = []
    visits.forEach { item, spans in
      all[item] = spans.count
      order.append(item)
    }
    #expect(order == order.sorted())
    let subjects = Array(0...UInt32(view.log.symbolCount(in: .subject)))
    for wanted in [subjects, subjects.filter { $0 % 2 == 0 }, subjects.filter { $0 % 3 == 1 }, []] {
      let lanes = visits.fold(over: wanted, isSerial: true) {
        [(item: UInt32, count: Int)]()
      } _: { found, item, spans in
        found.append((item, spans.count))
      }
      let found = lanes.flatMap { $0 }
      #expect(found.map(\.item) == wanted)
      for (item, count) in found { #expect(count == all[item] ?? 0, "item \(item)") }
    }
  }

  @Test("it is made by itself once enough was posted, and made anew when much came since")
  func update() throws {
    let events = RandomEvents.make(count: 400, seed: 6000, distinctTimes: false)
    try VisitIndexBuilder.$leastNewRows.withValue(40) {
      let test = try TestLedger(events, batch: 5, catchingUp: true)
      let view = try test.ledger.view()
      #expect(view.visitIndex.rowCount > 0)
      #expect(view.visits.count - view.visitIndex.rowCount < max(40, view.visits.count / VisitIndexBuilder.newShare))
      #expect(try test.ledger.verify { _, _ in }.isClean)
    }
  }

  @Test("files that have to grow while it is made and compared do so")
  func growth() throws {
    try BookStore.$initialMapSize.withValue(1 << 17) {
      let test = try TestLedger(
        RandomEvents.make(count: 1500, seed: 8000, distinctTimes: false), indexed: 1)
      #expect(try test.ledger.view().visitIndex.rowCount > 700)
      #expect(try test.ledger.verify { _, _ in }.isClean)
      #expect(try test.ledger.rebuildVerified().findings.isEmpty)
      try test.ledger.rebuild()
      try test.ledger.indexVisits()
    }
  }

  @Test("verification finds a row that is not what the book says")
  func damage() throws {
    let events = RandomEvents.make(count: 90, seed: 7000, distinctTimes: false)
    let test = try TestLedger(events, indexed: 1)
    let store = try test.ledger.booksStore()
    try store.environment.write { transaction in
      let side = store.visitIndex.sides[try store.visitIndex.state(in: transaction).side]
      let reader = try side.settled.reader(in: transaction)
      var rows = (0..<reader.count).map { reader.row(at: $0) }
      try #require(!rows.isEmpty)
      rows[rows.count / 2].toMicros += 1
      try side.settled.removeAll(in: transaction)
      try rows.withUnsafeBufferPointer { try side.settled.append($0, in: transaction) }
    }
    let result = try test.ledger.verify { _, _ in }
    #expect(result.findings.contains { $0.description.hasPrefix("visits.settled row") }, "\(result.findings)")
    #expect(try test.ledger.rebuildVerified().findings.contains { $0.hasPrefix("visits.settled row") })
  }
}
