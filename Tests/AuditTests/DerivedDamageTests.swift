import LMDB
import Projections
import Testing
import ValueStream

@testable import EventLog

/// What follows from the records is changed behind the log's back: verification must say so.
@Suite("Damage of what is derived")
struct DerivedDamageTests {
  private func findings(_ change: (TestLog, borrowing WriteTransaction) throws -> Void) throws -> [String] {
    let test = try TestLog(count: 120)
    try test.log.environment.write { try change(test, $0) }
    return try Ledger(log: test.log, directory: test.path("ledger")).verify { _, _ in }.findings.map {
      "\($0.part) \($0.description)"
    }
  }

  @Test("an untouched log is right")
  func untouched() throws {
    #expect(try findings { _, _ in } == [])
  }

  @Test("an identity with another hash is named")
  func identity() throws {
    let found = try findings { test, transaction in
      let hour = IdentityKey.hour(occurredMicros: 1_767_225_600_000_000)
      let snapshot = test.log.tables.identity
      var values: [IdentityValue] = []
      try snapshot.values(under: hour, into: &values, in: transaction)
      let value = try #require(values.first { $0.position == 7 })
      try snapshot.remove(value, under: hour, in: transaction)
      try snapshot.insert(IdentityValue(hash: value.hash ^ 1, position: 7), under: hour, in: transaction)
    }
    #expect(found == ["facts position 7: the identity that is listed is not the event's"])
  }

  @Test("a symbol that its string does not lead back to is named")
  func symbol() throws {
    let found = try findings { test, transaction in
      try Array("iPAY-9".utf8).withUnsafeBytes { text in
        try SymbolKey.withKey(text, in: .subject) { key in
          try withUnsafeBytes(of: UInt32(10).littleEndian) { try test.log.tables.symbols.put(key, $0, in: transaction) }
        }
      }
    }
    #expect(found.contains { $0.contains("symbol 9 ") && $0.contains("lead back") }, "\(found)")
  }

  @Test("a string of a symbol that was changed is named")
  func name() throws {
    let found = try findings { test, transaction in
      try Array("iPAY-X".utf8).withUnsafeBytes {
        try test.log.tables.names.put(SymbolKey.name(9, in: .subject), $0, in: transaction)
      }
    }
    #expect(found.contains { $0.contains("position 9: ") && $0.contains("is not what the event names") }, "\(found)")
  }

  @Test("a number of a name beyond all names is damage, and no size of anything", .timeLimit(.minutes(1)))
  func numberOfAName() throws {
    let test = try TestLog(count: 120)
    try test.log.environment.write { transaction in
      try Array("iPAY-X".utf8).withUnsafeBytes {
        try test.log.tables.names.put(SymbolKey.name(1 << 30, in: .subject), $0, in: transaction)
      }
    }
    let error = #expect(throws: LedgerError.self) { _ = try test.log.snapshot() }
    guard case .storage(let error)? = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(error.isDamaged && "\(error)".contains("names"), "\(error)")
  }

  @Test("a subject's list with a position too many or too few is named")
  func subjects() throws {
    let found = try findings { test, transaction in
      try test.log.tables.subjects.remove(9, under: 9, in: transaction)
      try test.log.tables.subjects.insert(9, under: 12, in: transaction)
    }
    #expect(found.contains { $0.contains("position 9: ") && $0.contains("subject 12") }, "\(found)")
    #expect(found.contains { $0.contains("position 9: ") && $0.contains("not listed") }, "\(found)")
  }

  /// What a fact may say wrongly, and what is said of it.
  private static let wrongs: [(change: @Sendable (inout Fact) -> Void, finding: String)] = [
    ({ $0.kind = EventKind.itemEntered.rawValue }, "the fact's kind is not the event's"),
    ({ $0.occurredMicros += 1 }, "the fact's occurred time is not the event's"),
    ({ $0.measure = 1 }, "the fact's measure is not the event's"),
    ({ $0.flags.insert(.saidTrue) }, "the fact's flags are not the event's"),
    ({ $0.flags.formSymmetricDifference(.occurredAfterRecorded) }, "the fact's flag for clock skew is wrong"),
    ({ $0.stream = 0 }, "the fact's stream symbol 0 is not what the event names"),
    ({ $0.subject = 61 }, "the fact's subject symbol 61 is not what the event names"),
    ({ $0.argument = 1 }, "the fact has a text that the event does not name"),
    ({ $0.attributes = 0 }, "the fact's attributes symbol 0 is not what the event names"),
    // Whoever made a table by symbols would make it as large as this one.
    ({ $0.attributes = 1 << 31 }, "the fact's attributes symbol 2147483648 is not what the event names"),
  ]

  @Test(
    "a fact that does not say what its event says is named, whether the event is like others or not",
    arguments: [1, 60])
  func facts(position: UInt64) throws {
    for wrong in Self.wrongs {
      let found = try findings { test, transaction in
        let table = try IntegerTable(name: "facts.tail", environment: test.log.environment)
        let bytes = try #require(try table.get(position - 1, in: transaction))
        var fact = bytes.loadUnaligned(as: Fact.self)
        wrong.change(&fact)
        try withUnsafeBytes(of: fact) { try table.put(position - 1, $0, in: transaction) }
      }
      #expect(found.contains("facts position \(position): \(wrong.finding)"), "\(found)")
    }
  }

  @Test("missing facts are named, and a question ends with an error", .timeLimit(.minutes(1)))
  func missingFact() throws {
    let test = try TestLog(count: 120)
    let table = try IntegerTable(name: "facts.tail", environment: test.log.environment)
    _ = try test.log.environment.write { try table.remove(119, in: $0) }
    let ledger = Ledger(log: test.log, directory: test.path("ledger"))
    let found = try ledger.verify { _, _ in }.findings.map { "\($0.part) \($0.description)" }
    #expect(found.contains("facts position 120: the fact is missing"), "\(found)")
    #expect(throws: LedgerError.self) { _ = try ledger.view() }
  }
}
