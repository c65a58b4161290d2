import Foundation
import Projections
import Testing
import ValueStream

@testable import Audit
@testable import EventLog

/// A ledger that seals, with some people and items in it.
private final class SealedCase {
  let folder = NSTemporaryDirectory() + "/vsl-erasure-\(UUID().uuidString)"
  let keys: PersonalKeys
  let ledger: Ledger

  init() throws {
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    keys = try PersonalKeys.create(at: folder + "/keys")
    ledger = try Ledger.create(at: folder + "/ledger", options: EventLogOptions(initialMapSize: 1 << 20))
    try append(#"{"type":"item.created","subject":"OLD-1","data":{"title":"before"}}"#)
    try append(#"{"type":"item.entered","subject":"OLD-1","data":{"stage":"build","actor":"anabel"}}"#)
    var rules = SealingRules(store: keys.storeID)
    try rules.add(SealedField("comment", owner: .subject))
    let draft = try rules.draft(id: "rules", source: "/test", timeMicros: Self.now)
    try append(line: String(decoding: draft.line, as: UTF8.self))
    for number in 1...6 {
      let actor = number % 2 == 0 ? "anabel" : "bob"
      try append(
        #"{"type":"item.created","subject":"PAY-\#(number)","data":{"stage":"todo","title":"Title \#(number)"}}"#)
      try append(#"{"type":"item.entered","subject":"PAY-\#(number)","data":{"stage":"build","actor":"\#(actor)"}}"#)
      try append(#"{"type":"work.logged","subject":"PAY-\#(number)","data":{"seconds":60,"comment":"private"}}"#)
      try append(#"{"type":"item.delivered","subject":"PAY-\#(number)","data":{}}"#)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  static let now: Int64 = 1_790_000_000_000_000

  func append(_ event: String) throws {
    let size = try ledger.log.snapshot().size
    let body = event.dropFirst().replacing("{\"type\":\"", with: "").replacing("\"type\":\"", with: "\"type\":\"vsl.")
      .replacing("\",\"subject\"", with: ".v1\",\"subject\"")
    try append(
      line:
        #"{"specversion":"1.0","id":"\#(size)","source":"/test","time":"2026-01-\#(10 + size / 4)T10:00:00Z",\#(body)"#)
  }

  func append(line: String) throws {
    let batch = EventBatch()
    let preparer = try EventPreparer(for: ledger.log, keys: keys)
    try Array(line.utf8).withUnsafeBytes { try preparer.prepare($0, line: 1, into: batch) }
    _ = try ledger.log.append(batch, nowMicros: Self.now)
  }

  func person(_ name: String) -> ErasureSubject { .owner(KeyOwner(kind: "person", name: name)) }

  func erase(_ subject: ErasureSubject) throws -> ErasureCertificate {
    let erasure = try ContentErasure(ledger: ledger, keys: keys)
    return try erasure.erase(erasure.plan(subject), reason: "asked", nowMicros: Self.now)
  }

  /// All records with what can be unsealed in clear.
  func readable() throws -> String {
    let unsealer = EventUnsealer(keys: keys)
    var text = ""
    try ledger.log.scan { record in
      text += String(decoding: unsealer.unseal(record.bytes) ?? Array(record.bytes), as: UTF8.self) + "\n"
      return true
    }
    return text
  }

  func digests(_ position: UInt64) throws -> [String] {
    try Catalogue.all.map { metric in
      var query = Query(nowMicros: Self.now)
      query.knownAt = .position(position)
      query.atMicros = Self.now
      return try metric.name + " " + metric.checkedAnswer(query, from: ledger.view()).digest
    }
  }
}

@Suite("Erasure")
struct ErasureTests {
  @Test("a person's content is gone, the records, proofs and numbers stay, and a certificate says so")
  func person() throws {
    let test = try SealedCase()
    let size = try test.ledger.log.snapshot().size
    let before = try test.digests(size)
    let root = try test.ledger.log.snapshot().root()
    #expect(try test.readable().contains("\"actor\":\"bob\""))
    try CopyRegister.add(
      .init(madeMicros: SealedCase.now, what: "backup", place: "/b\nx", through: 7), of: test.ledger.log)

    let certificate = try test.erase(test.person("anabel"))
    #expect(certificate.value("events with the content") == "3")
    #expect(certificate.value("positions") == "9 17 25")
    // What was recorded before the ledger sealed stays, and is named.
    #expect(certificate.value("events that hold the same texts in clear") == "1")
    #expect(certificate.value("positions in clear") == "2")
    #expect(certificate.value("known copy") == "backup, 2026-09-21T14:13:20Z, up to position 7, /b x")
    #expect(certificate.value("recorded at position") == "28")
    #expect(!certificate.text.contains("anabel"))
    try certificate.verify(in: test.ledger.log, keys: test.keys)

    let readable = try test.readable()
    #expect(readable.components(separatedBy: "\"anabel\"").count == 2, "only what was never sealed")
    #expect(readable.contains("\"actor\":\"bob\"") && readable.contains("private"))
    #expect(try test.digests(size) == before)
    #expect(try test.ledger.log.snapshot().root(size: size) == root)
    #expect(try test.ledger.verify { _, _ in }.findings.isEmpty)
    #expect(try !String(contentsOfFile: test.folder + "/keys", encoding: .utf8).contains("anabel"))
    // Once more there is nothing to erase; the events stay one.
    #expect(throws: AuditError.self) { try test.erase(test.person("anabel")) }
    // Coming back, she is somebody else.
    let old = try #require(certificate.value("key"))
    try test.append(#"{"type":"item.entered","subject":"PAY-1","data":{"stage":"test","actor":"anabel"}}"#)
    #expect(test.keys.key(of: KeyOwner(kind: "person", name: "anabel"))?.id != old)
  }

  @Test("an item's texts are gone, and no other's")
  func item() throws {
    let test = try SealedCase()
    let certificate = try test.erase(.owner(KeyOwner(kind: "item", name: "PAY-3")))
    #expect(certificate.value("events with the content") == "2")
    #expect(certificate.value("content of") == "an item")
    let readable = try test.readable()
    #expect(!readable.contains("Title 3") && readable.contains("Title 4") && readable.contains("PAY-3"))
    // The comment stands in other items' events too, sealed: that is not in clear.
    #expect(certificate.value("events that hold the same texts in clear") == "0")
  }

  @Test("an erasure that was interrupted is finished by the key's id")
  func interrupted() throws {
    let test = try SealedCase()
    let key = try #require(test.keys.key(of: KeyOwner(kind: "person", name: "bob")))
    // After the key was destroyed and before anything else.
    #expect(try test.keys.destroy(id: key.id, atMicros: 1))
    let error = #expect(throws: AuditError.self) { try test.erase(test.person("bob")) }
    #expect(error?.description.contains("key:\(key.id)") == true)
    let certificate = try test.erase(.key(key.id))
    #expect(certificate.value("events with the content") == "3")
    #expect(certificate.value("not looked for") != nil)
    try certificate.verify(in: test.ledger.log, keys: test.keys)

    // After the event was appended and before the key was destroyed.
    let other = try SealedCase()
    let ana = try #require(other.keys.key(of: KeyOwner(kind: "person", name: "anabel")))
    try other.append(
      line:
        #"{"specversion":"1.0","id":"x","source":"/vsl/erasure","type":"vsl.content.erased.v1","subject":"\#(ana.id)"}"#
    )
    let second = try other.erase(other.person("anabel"))
    #expect(second.value("recorded at position") == "28")
    #expect(try other.ledger.log.snapshot().size == 28, "it is not recorded twice")
    #expect(other.keys.key(id: ana.id) == nil)
  }

  @Test("a certificate that is not true does not verify")
  func falseCertificates() throws {
    let test = try SealedCase()
    let certificate = try test.erase(test.person("bob"))
    func verify(_ old: String, _ new: String) throws {
      try ErasureCertificate(text: certificate.text.replacing(old, with: new)).verify(
        in: test.ledger.log, keys: test.keys)
    }
    try verify("nothing like this", "x")
    #expect(throws: AuditError.self) { try verify("position: 28", "position: 27") }
    #expect(throws: AuditError.self) { try verify("log size: 28", "log size: 27") }
    #expect(throws: AuditError.self) { try verify("log size: 28", "log size: 99999999999999999999") }
    #expect(throws: AuditError.self) { try verify("ledger: ", "ledger: 00") }
    let ana = try #require(test.keys.key(of: KeyOwner(kind: "person", name: "anabel")))
    #expect(throws: AuditError.self) { try verify(certificate.value("key") ?? "", ana.id) }
    #expect(throws: AuditError.self) { try ErasureCertificate(text: "x") }
    // The event alone does not make the key go.
    try test.append(
      line:
        #"{"specversion":"1.0","id":"x","source":"/vsl/erasure","type":"vsl.content.erased.v1","subject":"\#(ana.id)"}"#
    )
    #expect(throws: AuditError.self) {
      try ErasureCertificate(
        text: certificate.text.replacing(certificate.value("key") ?? "", with: ana.id)
          .replacing("position: 28", with: "position: 29")
      ).verify(in: test.ledger.log, keys: test.keys)
    }
  }

  @Test("a restored ledger seals as the old one did, and its records hold what they held")
  func restored() throws {
    let test = try SealedCase()
    let file = test.folder + "/records"
    _ = try RecordExport.append(test.ledger.log, to: file)
    _ = try LogRestore.restore([file], to: test.folder + "/restored", keys: [])
    let restored = try Ledger.open(at: test.folder + "/restored", options: EventLogOptions(initialMapSize: 1 << 20))
    #expect(try restored.log.sealing() == test.ledger.log.sealing())
    #expect(try restored.log.snapshot().root() == test.ledger.log.snapshot().root())
    // The key is destroyed for every copy.
    _ = try test.erase(test.person("anabel"))
    let unsealer = EventUnsealer(keys: test.keys)
    try restored.log.scan(from: 3) { record in
      let text = unsealer.unseal(record.bytes).map { String(decoding: $0, as: UTF8.self) } ?? record.text
      #expect(!text.contains("anabel"))
      return true
    }
  }

  @Test("rules for sealing that are not those of the log are found by verification")
  func otherRules() throws {
    let test = try SealedCase()
    let log = test.ledger.log
    try log.environment.write { try LogMeta.setSealing(Array("store x\n".utf8), in: log.tables.meta, $0) }
    let found = try test.ledger.verify { _, _ in }.findings.map(\.description)
    #expect(found.count == 1 && found.first?.contains("sealing") == true, "\(found)")
  }

  @Test(
    "subjects",
    arguments: [
      ("person:ana", ErasureSubject.owner(KeyOwner(kind: "person", name: "ana"))),
      ("item:a:b", .owner(KeyOwner(kind: "item", name: "a:b"))),
      ("voided event:x", .owner(KeyOwner(kind: "voided event", name: "x"))),
      ("key:abc", .key("abc")), ("vsl:sealed:abc", .key("abc")),
    ])
  func subjects(text: String, expected: ErasureSubject) throws {
    #expect(try ErasureSubject(text) == expected)
  }

  @Test("what is no subject", arguments: ["", "ana", "person:", "persons:ana", ":x"])
  func noSubjects(text: String) {
    #expect(throws: AuditError.self) { try ErasureSubject(text) }
  }

  @Test("ledgers that seal nothing have no register of copies and cannot erase")
  func unsealed() throws {
    let test = try TestLog(count: 3)
    try CopyRegister.add(.init(madeMicros: 0, what: "backup", place: "/b", through: 3), of: test.log)
    #expect(CopyRegister.read(test.log.directory).entries.isEmpty)
    let keys = try PersonalKeys.create(at: test.path("keys"))
    let ledger = Ledger(log: test.log, directory: test.log.directory)
    #expect(throws: AuditError.self) { try ContentErasure(ledger: ledger, keys: keys) }
  }
}
