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
      #expect(
        view.books.visits.count - view.visitIndex.rowCount
          < max(40, view.books.visits.count / VisitIndexBuilder.newShare))
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

  /// A way to make an index wrong whose every row is a right one.
  struct Forgery: CustomTestStringConvertible {
    var testDescription: String
    var change: @Sendable (inout [SettledVisit], inout [VisitPosting], _ book: [VisitPosting]) -> Void
  }

  static let forgeries = [
    Forgery(testDescription: "two items in another order") { settled, _, _ in
      let next = settled.firstIndex { $0.item != settled[0].item } ?? 0
      settled.swapAt(0, next)
    },
    Forgery(testDescription: "two visits of an item in another order") { settled, _, _ in
      let later = settled.indices.dropFirst().first { settled[$0].item == settled[$0 - 1].item } ?? 0
      settled.swapAt(later, later - 1)
    },
    Forgery(testDescription: "a visit twice, and another one not") { settled, _, _ in settled[1] = settled[0] },
    Forgery(testDescription: "a visit less") { settled, _, _ in settled.removeLast() },
    Forgery(testDescription: "the ends of two visits exchanged") { settled, _, _ in
      let ended = settled.indices.filter { settled[$0].ended.position > 0 }
      (settled[ended[0]].ended, settled[ended[1]].ended) = (settled[ended[1]].ended, settled[ended[0]].ended)
      (settled[ended[0]].toMicros, settled[ended[1]].toMicros) = (
        settled[ended[1]].toMicros, settled[ended[0]].toMicros
      )
    },
    Forgery(testDescription: "two postings of an item in another order") { _, corrected, _ in
      let later = corrected.indices.dropFirst().first { corrected[$0].item == corrected[$0 - 1].item } ?? 0
      corrected.swapAt(later, later - 1)
    },
    Forgery(testDescription: "a posting less") { _, corrected, _ in corrected.removeLast() },
    Forgery(testDescription: "a posting twice") { _, corrected, _ in
      if let last = corrected.last { corrected.append(last) }
    },
    Forgery(testDescription: "an item without corrections among the corrected ones") { settled, corrected, book in
      let item = settled[0].item
      settled.removeAll { $0.item == item }
      corrected = (corrected + book.filter { $0.item == item }).enumerated()
        .sorted { ($0.element.item, $0.offset) < ($1.element.item, $1.offset) }.map(\.element)
    },
    Forgery(testDescription: "an item with corrections among the others") { settled, corrected, _ in
      let item = corrected[0].item
      let openings = corrected.filter { $0.item == item && !$0.stamp.flags.contains(.negative) }
      settled += openings.map { SettledVisit($0, row: $0.opening, end: nil) }
      settled.sort { ($0.item, $0.opening) < ($1.item, $1.opening) }
      corrected.removeAll { $0.item == item }
    },
  ]

  @Test("an index of other rows than the book's, or in another order, is found", arguments: forgeries)
  func forged(_ forgery: Forgery) throws {
    var events = RandomEvents.make(count: 90, seed: 7100, distinctTimes: true)
    for (item, stage) in (0..<4).flatMap({ item in ["doing", "review", "doing"].map { (item, $0) } }) {
      var entry = PlainEvent(
        id: "entry-\(events.count)", type: "item.entered", subject: "in-order-\(item)", seconds: 300 + events.count)
      entry.data = ["stage": stage]
      events.append(entry)
    }
    let test = try TestLedger(events, indexed: 1)
    try test.ledger.catchUp()
    let store = try test.ledger.booksStore()
    #expect(try BookComparer.matches(store, test.ledger.log))
    try store.environment.write { transaction in
      let side = store.visitIndex.sides[try store.visitIndex.state(in: transaction).side]
      var settled = try Self.rows(side.settled.reader(in: transaction))
      var corrected = try Self.rows(side.corrected.reader(in: transaction))
      let before = (settled, corrected)
      forgery.change(&settled, &corrected, try Self.rows(store.visits.reader(in: transaction)))
      #expect(before.0 != settled || before.1 != corrected)
      try side.settled.removeAll(in: transaction)
      try side.corrected.removeAll(in: transaction)
      try settled.withUnsafeBufferPointer { try side.settled.append($0, in: transaction) }
      try corrected.withUnsafeBufferPointer { try side.corrected.append($0, in: transaction) }
    }
    #expect(try !BookComparer.matches(store, test.ledger.log))
    #expect(try !test.ledger.verify { _, _ in }.isClean)
  }

  private static func rows<Row>(_ reader: RowReader<Row>) -> [Row] { (0..<reader.count).map { reader.row(at: $0) } }
}
