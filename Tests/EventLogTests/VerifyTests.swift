import Foundation
import LMDB
import TestSupport
import Testing

@testable import EventLog

@Suite struct VerifyTests {
  let folder: TemporaryFolder
  let log: EventLog

  init() throws {
    folder = try TemporaryFolder()
    log = try EventLog.create(at: folder.file("ledger"), options: EventLogOptions(initialMapSize: 1 << 20))
    let events = (0..<2500).map { number in
      let occurred: Int64? = number % 11 == 0 ? nil : Int64(number) * 40_000_000
      var event = TestEvent(id: "e\(number)", occurred: occurred, subject: "i\(number % 30)")
      if number % 5 == 0 { event.argument = ("i1", .subject) }
      return event
    }
    for start in stride(from: 0, to: 2500, by: 500) {
      _ = try log.append(batch(Array(events[start..<start + 500])), nowMicros: Int64(start))
    }
    let void = TestEvent(id: "v", occurred: nil, subject: "ve3", kind: 28, voids: ("test", "e3"))
    _ = try log.append(batch([void]), nowMicros: 5000)
  }

  /// The findings after `change` was made behind the log's back.
  func findings(_ change: (borrowing WriteTransaction) throws -> Void) throws -> [VerificationFinding] {
    try log.environment.write { try change($0) }
    return try log.verifyLog().findings
  }

  @Test func anUntouchedLogIsCleanAndItsRootIsRecomputed() throws {
    var steps: [UInt64] = []
    var totals: Set<UInt64> = []
    let report = try log.verifyLog { done, total in
      totals.insert(total)
      steps.append(done)
    }
    #expect(report.findings == [])
    #expect(report.size == 2501)
    let root = try log.withSnapshot { try $0.root() }
    #expect(report.root == root)
    #expect(steps == steps.sorted())
    let last: UInt64? = steps.last
    #expect(totals.count == 1 && last == totals.first)
  }

  /// Whether verification finds that a bit of the number of the transaction was flipped, in a copy of the log.
  private func isFound(bit: Int, ofPage page: Int) throws -> Bool {
    var bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file("ledger/log.mdb")))
    let copy = folder.file("copy")
    try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: copy) }
    bytes[page * log.environment.information.pageSize + 144 + bit / 8] ^= 1 << UInt8(bit % 8)
    try bytes.write(to: URL(fileURLWithPath: copy + "/log.mdb"))
    let found = try EventLog.open(at: copy, options: EventLogOptions(initialMapSize: 1 << 20)).verifyLog().findings
    return found.contains { $0.kind == .unreadable && $0.description.contains("last two transactions") }
  }

  /// Whether a changed number of a transaction looks like that of a page that LMDB could not write, beside the other page's.
  private func looksUnwritten(_ changed: UInt64, was number: UInt64, beside other: UInt64) -> Bool {
    changed < number && changed + 1 == other
  }

  /// LMDB reads by the page whose transaction has the higher number: a flipped bit there would have the log without its last batch.
  @Test func aFlippedBitInTheNumberOfATransactionIsFound() throws {
    let pages = try #require(log.environment.metaPages)
    let numbers = [pages.first.transaction, pages.second.transaction]
    for (page, bit) in (0..<2).flatMap({ page in (0..<40).map { (page, $0) } })
    where !looksUnwritten(numbers[page] ^ 1 << UInt64(bit), was: numbers[page], beside: numbers[1 - page]) {
      #expect(try isFound(bit: bit, ofPage: page), "page \(page), bit \(bit)")
    }
  }

  /// With 4 and 5 made 6 and 5 the numbers follow each other as before; only what the transactions freed tells. 6 and 5 made 4 and 5 is what
  /// LMDB leaves when the page could not be written.
  @Test func aFlippedBitThatLeavesTheNumbersInTurnIsFound() throws {
    var inTurn = 0
    for number in 0..<4 {
      _ = try log.append(batch([TestEvent(id: "later \(number)", occurred: 0, subject: "i1")]), nowMicros: 6000)
      let pages = try #require(log.environment.metaPages)
      #expect(pages.first.lastFreeing == pages.first.transaction)
      #expect(pages.second.lastFreeing == pages.second.transaction)
      for (page, mine, other) in [(0, pages.first, pages.second), (1, pages.second, pages.first)] {
        let changed = mine.transaction ^ 2
        if changed == other.transaction + 1 || changed + 1 == other.transaction { inTurn += 1 }
        let isTold = !looksUnwritten(changed, was: mine.transaction, beside: other.transaction)
        #expect(try isFound(bit: 1, ofPage: page) == isTold, "\(mine) beside \(other)")
      }
      #expect(try log.verifyLog().isClean)
    }
    #expect(inTurn == 4)
  }

  @Test func aNumberOfPagesBeyondAllBytesIsAnError() throws {
    let pageSize = log.environment.information.pageSize
    var bytes = try Data(contentsOf: URL(fileURLWithPath: folder.file("ledger/log.mdb")))
    for bit in [47, 52, 55, 62, 63] {
      let copy = folder.file("pages-\(bit)")
      try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
      for page in 0..<2 { bytes[page * pageSize + 136 + bit / 8] ^= 1 << UInt8(bit % 8) }
      try bytes.write(to: URL(fileURLWithPath: copy + "/log.mdb"))
      for page in 0..<2 { bytes[page * pageSize + 136 + bit / 8] ^= 1 << UInt8(bit % 8) }
      #expect(throws: LedgerError.self, "bit \(bit)") {
        try EventLog.open(at: copy, options: EventLogOptions())
      }
    }
  }

  @Test(arguments: [8, 20, 60])
  func aChangedByteOfARecordIsFoundAtItsPosition(offset: Int) throws {
    let found = try findings { transaction in
      var bytes = Array(try #require(try log.tables.records.get(1500, in: transaction)))
      bytes[offset] ^= 1
      try bytes.withUnsafeBytes { try log.tables.records.put(1500, $0, in: transaction) }
    }
    #expect(found.first?.kind == .leafMismatch)
    #expect(found.first?.position == 1500)
    #expect(found.dropFirst().allSatisfy { $0.kind == .nodeMismatch })
  }

  @Test func aRecordedTimeThatGoesBackwardsIsFound() throws {
    let found = try findings { transaction in
      var bytes = Array(try #require(try log.tables.records.get(1500, in: transaction)))
      bytes.replaceSubrange(0..<8, with: withUnsafeBytes(of: Int64(7)) { Array($0) })
      try bytes.withUnsafeBytes { try log.tables.records.put(1500, $0, in: transaction) }
    }
    #expect(found.contains { $0.kind == .recordedTimeDecreases && $0.position == 1500 })
    #expect(found.contains { $0.kind == .leafMismatch && $0.position == 1500 })
  }

  @Test func aRemovedRecordIsFoundOnce() throws {
    let found = try findings { try log.tables.records.remove(700, in: $0) }
    #expect(found.map(\.kind) == [.missingRecord, .countMismatch])
    #expect(found.first?.position == 700)
  }

  @Test(.timeLimit(.minutes(1)), arguments: [UInt64(1) << 36, 1 << 46, 2600])
  func aLastPositionThatCannotBeIsFound(position: UInt64) throws {
    let found = try findings { transaction in
      let bytes = Array(try #require(try log.tables.records.get(2501, in: transaction)))
      _ = try log.tables.records.remove(2501, in: transaction)
      try bytes.withUnsafeBytes { try log.tables.records.put(position, $0, in: transaction) }
    }
    #expect(found.contains { $0.kind == .missingRecord && $0.position == 2501 })
    #expect(found.contains { $0.kind == .countMismatch && $0.position == position })
  }

  @Test func aChangedNodeIsFound() throws {
    let found = try findings { transaction in
      let nodes = try IntegerTable(name: "nodes.tail", environment: log.environment)
      try withUnsafeBytes(of: MerkleHash()) { try nodes.put(0, $0, in: transaction) }
    }
    #expect(found.map(\.kind) == [.nodeMismatch])
  }

  @Test func aMissingIdentityIsFound() throws {
    let found = try findings { transaction in
      try log.tables.identity.remove(
        IdentityValue(hash: identityHash("test", "e22"), position: 23), under: IdentityKey.withoutTime, in: transaction)
    }
    #expect(found.map(\.kind) == [.identityMissing, .countMismatch])
    #expect(found.first?.position == 23)
  }

  @Test func anIdentityUnderAWrongHourIsFound() throws {
    let found = try findings { transaction in
      let value = IdentityValue(hash: identityHash("test", "e22"), position: 23)
      try log.tables.identity.remove(value, under: IdentityKey.withoutTime, in: transaction)
      try log.tables.identity.insert(value, under: 99, in: transaction)
    }
    #expect(found.map(\.kind) == [.surplusEntry, .identityMissing])
  }

  @Test func aSubjectReferenceOrVoidThatIsNotListedIsFound() throws {
    let found = try findings { transaction in
      try log.tables.subjects.remove(1, under: 1, in: transaction)
      try log.tables.references.remove(6, under: 2, in: transaction)
      try log.tables.voids.remove(2501, under: 4, in: transaction)
    }
    #expect(found.filter { $0.kind == .indexMissing }.map(\.position).sorted() == [1, 6, 2501])
    // What an event refers to in a list is known to the layer above, which counts the references.
    #expect(found.filter { $0.kind == .countMismatch }.count == 1)
  }

  @Test func theChecksForLayersAboveAnswerForWhatIsThere() throws {
    try log.withSnapshot { snapshot throws in
      let hash = identityHash("test", "e1")
      #expect(try snapshot.containsIdentity(hash: hash, occurredMicros: 40_000_000, position: 2))
      #expect(try !snapshot.containsIdentity(hash: hash, occurredMicros: 40_000_000, position: 3))
      #expect(try !snapshot.containsIdentity(hash: hash, occurredMicros: nil, position: 2))
      #expect(try snapshot.contains(subject: 1, position: 1))
      #expect(try !snapshot.contains(subject: 1, position: 2))
      #expect(try snapshot.contains(reference: 2, position: 6))
      #expect(try snapshot.contains(void: 2501, of: 4))
    }
  }
}
