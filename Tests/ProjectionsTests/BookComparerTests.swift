import LMDB
import TestSupport
import Testing

@testable import Projections

/// Books are compared with what the log makes of them while it is made; every table of theirs must be looked at.
@Suite("Comparison of the books with the log")
struct BookComparerTests {
  private static func findings(_ test: TestLedger) throws -> [String] {
    try test.ledger.verify { _, _ in }.findings.map { "\($0.part) \($0.description)" }
  }

  @Test("books that nothing happened to are right, however they came to be", arguments: 0..<12)
  func untouched(seed: Int) throws {
    let events = RandomEvents.make(count: 70, seed: UInt64(seed) &+ 6000, distinctTimes: seed % 2 == 0)
    let test = try TestLedger(events, batch: 9, catchingUp: seed % 3 == 0, indexed: Double(seed % 4) / 3)
    try test.ledger.catchUp()
    #expect(try BookComparer.matches(test.ledger.booksStore(), test.ledger.log))
    #expect(try Self.findings(test) == [])
  }

  @Test(
    "a change of any byte of a row of any table is found",
    arguments: [
      "book.arrivals", "book.visits", "book.completions", "book.defects", "book.blocks", "book.events",
      "deployments.changes", "facts.outline", "visits.settled.1", "visits.corrected.1",
    ])
  func changedRow(table: String) throws {
    var events = RandomEvents.make(count: 90, seed: 6100, distinctTimes: true)
    for number in 0..<4 {
      var deployment = PlainEvent(
        id: "deployment-\(number)", type: "deployment.completed", subject: "Y\(number)", seconds: 200 + number)
      deployment.data = ["environment": "production", "outcome": "succeeded"]
      deployment.lists = ["changes": ["C1", "C\(number + 2)"]]
      events.append(deployment)
      // In order, so that the index has it whole.
      for (place, stage) in ["doing", "review"].enumerated() {
        var entry = PlainEvent(
          id: "entry-\(number)-\(place)", type: "item.entered", subject: "in-order-\(number)",
          seconds: 300 + number * 10 + place)
        entry.data = ["stage": stage]
        events.append(entry)
      }
    }
    let subjectPlaces = ["visits.settled.1": 32, "deployments.changes": 8, "facts.outline": 8]
    let test = try TestLedger(events, indexed: 1)
    try test.ledger.catchUp()
    let store = try test.ledger.booksStore()
    let rows = try IntegerTable(name: table + ".tail", environment: store.environment)
    let count = try store.environment.read { try rows.count(in: $0) }
    #expect(count > 0)
    for row in [0, count / 2, count - 1] {
      let change = { (place: Int) in
        try store.environment.write { transaction in
          var bytes = Array(try #require(try rows.get(UInt64(row), in: transaction)))
          bytes[place] ^= 1
          try bytes.withUnsafeBytes { try rows.put(UInt64(row), $0, in: transaction) }
        }
      }
      let size = try store.environment.read { try #require(try rows.get(UInt64(row), in: $0)).count }
      for place in 0..<size {
        try change(place)
        #expect(try !BookComparer.matches(store, test.ledger.log), "row \(row), byte \(place)")
        // The lowest byte of what the row is about, or of what it lists.
        if place == (subjectPlaces[table] ?? 16) {
          #expect(try Self.findings(test).contains { $0.hasPrefix("books ") }, "row \(row)")
        }
        try change(place)
      }
      #expect(try BookComparer.matches(store, test.ledger.log), "row \(row) as it was")
    }
  }

  @Test("a name, a cause and a list of a defect's rows that were changed are found")
  func besideTheRows() throws {
    let test = try TestLedger(RandomEvents.make(count: 90, seed: 6200, distinctTimes: true), indexed: 1)
    try test.ledger.catchUp()
    let store = try test.ledger.booksStore()
    for namespace in BookNamespace.allCases {
      let key = UInt64(namespace.rawValue) << 32 | 1
      guard let old = try store.environment.read({ try store.names.get(key, in: $0).map { Array($0) } }) else {
        continue
      }
      let put = { (bytes: [UInt8]) in
        try store.environment.write { transaction in
          try bytes.withUnsafeBytes { try store.names.put(key, $0, in: transaction) }
        }
      }
      try put(old.dropLast() + [old.last.map { $0 ^ 1 } ?? 0])
      #expect(try !BookComparer.matches(store, test.ledger.log), "\(namespace)")
      #expect(try Self.findings(test) != [], "\(namespace)")
      try put(old)
    }
    let defect = try store.environment.read { try store.defects.reader(in: $0).row(at: 0).defect }
    var rows: [UInt32] = []
    try store.environment.read { try store.defectRows.values(under: UInt64(defect), into: &rows, in: $0) }
    let row = try #require(rows.last)
    _ = try store.environment.write { try store.defectRows.remove(row, under: UInt64(defect), in: $0) }
    #expect(try !BookComparer.matches(store, test.ledger.log))
    #expect(try Self.findings(test) != [])
    try store.environment.write { try store.defectRows.insert(row, under: UInt64(defect), in: $0) }
    #expect(try BookComparer.matches(store, test.ledger.log))
  }
}
