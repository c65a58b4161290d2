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
    return try Ledger(log: test.log, directory: test.path("ledger")).verify { _, _, _ in }.findings.map {
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

  @Test("a subject's list with a position too many or too few is named")
  func subjects() throws {
    let found = try findings { test, transaction in
      try test.log.tables.subjects.remove(9, under: 9, in: transaction)
      try test.log.tables.subjects.insert(9, under: 12, in: transaction)
    }
    #expect(found.contains { $0.contains("position 9: ") && $0.contains("subject 12") }, "\(found)")
    #expect(found.contains { $0.contains("position 9: ") && $0.contains("not listed") }, "\(found)")
  }
}
