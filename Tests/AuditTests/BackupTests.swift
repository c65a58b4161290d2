import EventLog
import Foundation
import Testing

@testable import Audit

@Suite("Backup and restore")
struct BackupTests {
  private func root(_ log: EventLog) throws -> MerkleHash { try log.snapshot().root() }

  private func restored(_ sources: [String], _ test: TestLog, _ name: String = "restored", keys: [VerifierKey] = [])
    throws -> EventLog
  {
    _ = try LogRestore.restore(sources, to: test.path(name), keys: keys)
    return try EventLog.open(at: test.path(name), options: EventLogOptions())
  }

  @Test("records that were backed up bit by bit come out with the same root, times, ledger and indexes")
  func incremental() throws {
    let test = try TestLog(count: 120)
    let file = test.path("a.records")
    #expect(try RecordExport.append(test.log, to: file).last == 120)
    try test.append(77)
    let second = try RecordExport.append(test.log, to: file)
    #expect(second.first == 121 && second.last == 197)
    let third = try RecordExport.append(test.log, to: file)
    #expect(third.first == 198 && third.last == 197)
    #expect(third.root == (try root(test.log)))

    let copy = try restored([file], test)
    #expect(try root(copy) == root(test.log))
    #expect(copy.ledgerID == test.log.ledgerID && copy.createdMicros == test.log.createdMicros)
    #expect(try copy.verifyLog().isClean)
    let original = try test.log.snapshot()
    let restored = try copy.snapshot()
    let facts = try original.facts()
    let copied = try restored.facts()
    for row in 0..<197 { #expect(facts.row(at: row) == copied.row(at: row)) }
    // What goes on from a restored ledger goes on from the old one.
    try test.append(5)
    #expect(try RecordExport.append(copy, to: file).first == 198)
    #expect(try RecordExport.append(test.log, to: file).last == 202)
  }

  @Test("a file that was cut off anywhere is continued, and is never restored as if it were whole")
  func cutOff() throws {
    let test = try TestLog(count: 60)
    let file = test.path("a.records")
    _ = try RecordExport.append(test.log, to: file)
    let first = try Data(contentsOf: URL(fileURLWithPath: file)).count
    try test.append(3)
    _ = try RecordExport.append(test.log, to: file)
    let whole = try Data(contentsOf: URL(fileURLWithPath: file))
    for length in Array(stride(from: 0, to: whole.count, by: 211)) + [first - 1, first, first + 1, whole.count - 1] {
      try whole.prefix(length).write(to: URL(fileURLWithPath: file))
      if length == first {
        #expect(try restored([file], test, "cut-\(length)").snapshot().size == 60)
      } else {
        #expect(throws: (any Error).self, "\(length) bytes") { try restored([file], test, "cut-\(length)") }
        #expect(!FileManager.default.fileExists(atPath: test.path("cut-\(length)/log.mdb")))
      }
      _ = try RecordExport.append(test.log, to: file)
      // Segments are made anew from where the file was whole, so that bytes may differ, but not what they hold.
      #expect(try root(restored([file], test, "mended-\(length)")) == root(test.log))
    }
  }

  @Test("no changed byte of a file of records is restored")
  func everyByte() throws {
    let test = try TestLog(count: 4)
    let file = test.path("a.records")
    _ = try RecordExport.append(test.log, to: file)
    let whole = try Data(contentsOf: URL(fileURLWithPath: file))
    let other = test.path("b.records")
    for index in stride(from: 0, to: whole.count, by: 3) {
      var changed = whole
      changed[index] ^= 1 << UInt8(index % 8)
      try changed.write(to: URL(fileURLWithPath: other))
      #expect(throws: (any Error).self, "byte \(index)") { try restored([other], test, "changed") }
    }
  }

  @Test("two backups do not write to one file at once")
  func oneAtATime() throws {
    let test = try TestLog(count: 5)
    let file = test.path("a.records")
    _ = try RecordExport.append(test.log, to: file)
    let descriptor = open(file, O_RDWR)
    defer { close(descriptor) }
    #expect(flock(descriptor, LOCK_EX) == 0)
    #expect(throws: AuditError.self) { try RecordExport.append(test.log, to: file) }
    #expect(flock(descriptor, LOCK_UN) == 0)
    #expect(try RecordExport.append(test.log, to: file).last == 5)
  }

  @Test("files of another ledger, or in the wrong order, are refused")
  func wrongFiles() throws {
    let test = try TestLog(count: 10)
    let other = try TestLog(count: 12)
    let (file, foreign) = (test.path("a.records"), test.path("b.records"))
    _ = try RecordExport.append(test.log, to: file)
    _ = try RecordExport.append(other.log, to: foreign)
    #expect(throws: AuditError.self) { try RecordExport.append(test.log, to: foreign) }
    #expect(throws: AuditError.self) { try restored([file, foreign], test) }
    #expect(throws: AuditError.self) { try restored([file, file], test) }
    #expect(throws: AuditError.self) { try restored([], test) }
    #expect(throws: AuditError.self) { try restored([test.path("none")], test) }
    #expect(throws: LedgerError.self) { try restored([file], test, "ledger") }
    #expect(try root(test.log) == test.log.snapshot().root(size: 10))
  }

  @Test("a whole copy is taken while others append, is signed, and restores with what came after")
  func wholeCopy() async throws {
    let test = try TestLog(count: 500)
    let key = try SignerKey(name: "example.com/log")
    let appending = Task.detached { try test.append(300) }
    let checkpoint = try LogBackup.copy(test.log, to: test.path("backup")) {
      try LogHistory.sign($0.snapshot(), key: key, after: nil)
    }
    try await appending.value
    #expect(checkpoint.size >= 500)
    #expect(try test.log.snapshot().root(size: checkpoint.size) == checkpoint.root)
    let copy = try restored([test.path("backup")], test, keys: [key.verifier])
    #expect(try root(copy) == checkpoint.root)

    // The records that came after, appended to a file that begins with the copy.
    let file = test.path("later.records")
    _ = try RecordExport.append(copy, to: file)
    _ = try RecordExport.append(test.log, to: file)
    #expect(try root(restored([file], test, "all")) == root(test.log))
    #expect(throws: AuditError.self) {
      try restored([test.path("backup")], test, "x", keys: [SignerKey(name: "a").verifier])
    }
    #expect(throws: AuditError.self) { try LogBackup.copy(test.log, to: test.path("backup"), sign: nil) }
  }

  @Test("a damaged copy is not restored")
  func damagedCopy() throws {
    let test = try TestLog(count: 50)
    _ = try LogBackup.copy(test.log, to: test.path("backup"), sign: nil)
    let file = URL(fileURLWithPath: test.path("backup/log.mdb"))
    var data = try Data(contentsOf: file)
    let event = Data(TestLog.event(33).utf8)
    let place = try #require(data.range(of: event))
    data[place.lowerBound + 60] ^= 1
    try data.write(to: file)
    #expect(throws: AuditError.self) { try restored([test.path("backup")], test) }
    #expect(!FileManager.default.fileExists(atPath: test.path("restored/log.mdb")))
  }
}
