import Foundation
import LMDB
import TestSupport
import Testing

@testable import EventLog

@Suite struct LedgerFolderTests {
  let folder: TemporaryFolder
  let path: String
  let small = EventLogOptions(initialMapSize: 1 << 16)

  init() throws {
    folder = try TemporaryFolder()
    path = folder.file("a/ledger")
  }

  /// A ledger with some events, closed again.
  func makeLedger(_ count: Int = 300) throws {
    let log = try EventLog.create(at: path, options: small)
    _ = try log.append(batch((0..<count).map { TestEvent(id: "e\($0)") }), nowMicros: 5)
  }

  @Test func aReopenedLedgerHoldsWhatWasAppended() throws {
    var options = small
    options.vocabularyMode = .open
    options.createdMicros = 77
    let id: [UInt8]
    do {
      let log = try EventLog.create(at: path, options: options)
      id = log.ledgerID
      _ = try log.append(batch([TestEvent(id: "a"), TestEvent(id: "b", subject: "iOTHER")]), nowMicros: 5)
    }
    let log = try EventLog.open(at: path, options: small)
    #expect(log.ledgerID == id)
    #expect(id.count == 16)
    #expect(log.createdMicros == 77)
    #expect(log.vocabularyMode == .open)
    let receipt = try log.append(
      batch([TestEvent(id: "b", subject: "iOTHER"), TestEvent(id: "c", subject: "iTHIRD")]), nowMicros: 6)
    #expect(receipt.positions == [2, 3])
    #expect(try log.withSnapshot { try $0.symbolID("iTHIRD", in: .subject) } == 3)
    #expect(try log.verifyLog().isClean)
  }

  @Test func aFolderThatHoldsALedgerIsNotMadeOneAgain() throws {
    try makeLedger()
    #expect(throws: LedgerError.ledgerExists(path: path)) { try EventLog.create(at: path, options: small) }
  }

  @Test func aFolderWithOtherFilesIsNotMadeALedger() throws {
    try Data("x".utf8).write(to: URL(fileURLWithPath: folder.file("note.txt")))
    #expect(throws: LedgerError.folderNotEmpty(path: folder.path)) {
      try EventLog.create(at: folder.path, options: small)
    }
  }

  @Test func aFolderThatHoldsNoLedgerIsNotOpened() throws {
    #expect(throws: LedgerError.notALedger(path: folder.path)) { try EventLog.open(at: folder.path, options: small) }
    let missing = folder.file("missing")
    #expect(throws: LedgerError.notALedger(path: missing)) { try EventLog.open(at: missing, options: small) }
    #expect(!FileManager.default.fileExists(atPath: missing))
  }

  @Test func aFileThatIsNoLogIsNotOpened() throws {
    try Data(repeating: 65, count: 20_000).write(to: URL(fileURLWithPath: folder.file("log.mdb")))
    #expect(throws: LedgerError.notALedger(path: folder.path)) { try EventLog.open(at: folder.path, options: small) }
  }

  @Test func anotherProgramsFileIsNotOpened() throws {
    do {
      let environment = try Environment(EnvironmentOptions(path: folder.file("log.mdb"), initialMapSize: 1 << 20))
      _ = try IntegerTable(name: "theirs", environment: environment)
    }
    #expect(throws: LedgerError.notALedger(path: folder.path)) { try EventLog.open(at: folder.path, options: small) }
  }

  @Test func aLedgerOfANewerFormatIsRefused() throws {
    try makeLedger()
    do {
      let environment = try Environment(EnvironmentOptions(path: path + "/log.mdb"))
      let meta = try BytesTable(name: "meta", environment: environment)
      try environment.write { transaction in
        try withUnsafeBytes(of: UInt64(99).littleEndian) { value in
          try Array("format".utf8).withUnsafeBytes { try meta.put($0, value, in: transaction) }
        }
      }
    }
    #expect(throws: LedgerError.newerFormat(found: 99, supported: 1, path: path)) {
      try EventLog.open(at: path, options: small)
    }
  }

  @Test(arguments: [4096 * 3, 4096 * 10])
  func aFileCutOffByHandIsRefusedWithBothSizes(left: Int) throws {
    try makeLedger()
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path + "/log.mdb"))
    try handle.truncate(atOffset: UInt64(left))
    try handle.close()
    let error = #expect(throws: LedgerError.self) { try EventLog.open(at: path, options: small) }
    guard case .truncated(let expected, let found)? = error?.lmdbError?.reason else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(found == left)
    #expect(expected > left)
    #expect(error?.description.contains("truncated: expected at least \(expected) bytes, found \(left)") == true)
  }

  @Test func aLedgerOpenedForReadingRefusesToAppend() throws {
    try makeLedger(3)
    var options = small
    options.readOnly = true
    let log = try EventLog.open(at: path, options: options)
    #expect(try log.withSnapshot { $0.size } == 3)
    #expect(try log.verifyLog().isClean)
    #expect(throws: LedgerError.readOnly(path: path)) { try log.append(batch([TestEvent(id: "x")]), nowMicros: 9) }
  }

  @Test(.enabled(if: getuid() != 0, "root may write everywhere"))
  func aLedgerInAFolderThatCannotBeWrittenIsReadWithoutALock() throws {
    try makeLedger(3)
    try FileManager.default.removeItem(atPath: path + "/log.mdb-lock")
    try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: path + "/log.mdb")
    try FileManager.default.setAttributes([.posixPermissions: 0o555], ofItemAtPath: path)
    defer { try? FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: path) }
    var options = small
    options.readOnly = true
    #expect(try EventLog.open(at: path, options: options).withSnapshot { $0.size } == 3)
    let error = #expect(throws: LedgerError.self) { try EventLog.open(at: path, options: small) }
    #expect(error?.lmdbError?.isPermissionDenied == true)
  }

  @Test func everyErrorSaysWhatToDoNext() {
    let errors: [LedgerError] = [
      .notALedger(path: "p"), .ledgerExists(path: "p"), .folderNotEmpty(path: "p"),
      .folderUnusable(path: "p", reason: "r"), .newerFormat(found: 2, supported: 1, path: "p"), .readOnly(path: "p"),
      .conflict(EventConflict(source: "s", id: "i", firstPosition: 1, firstLine: 0, line: 2)),
      .versionConflict(subject: "s", expected: 1, actual: 2), .tooManyStreams(limit: 1, line: 2),
      .sizeBeyondLog(asked: 2, size: 1), .damaged(what: "w", position: 1),
      .storage(LMDBError(.nestedWrite, operation: "o")), .unexpected("u"),
    ]
    for error in errors {
      #expect(error.description.split(separator: ". ").count >= 2, "\(error.description)")
    }
  }
}
