import EventLog
import Foundation
import Testing

@testable import ValueStream

/// A file of keys and a ledger that seals with it, in a folder of their own.
final class SealedLedger {
  let folder: String
  let keys: PersonalKeys
  let log: EventLog

  init(person: [String] = [], subject: [String] = []) throws {
    folder = NSTemporaryDirectory() + "/vsl-sealing-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    keys = try PersonalKeys.create(at: folder + "/keys")
    log = try EventLog.create(at: folder + "/ledger", options: EventLogOptions(initialMapSize: 1 << 20))
    var rules = SealingRules(store: keys.storeID)
    for field in person { try rules.add(SealedField(field, owner: .person)) }
    for field in subject { try rules.add(SealedField(field, owner: .subject)) }
    try append(String(decoding: rules.draft(id: "rules", source: "/test", timeMicros: 0).line, as: UTF8.self))
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  @discardableResult
  func append(_ events: String...) throws -> AppendReceipt {
    let batch = EventBatch()
    let preparer = try EventPreparer(for: log, keys: keys)
    for event in events { try Array(event.utf8).withUnsafeBytes { try preparer.prepare($0, line: 1, into: batch) } }
    return try log.append(batch, nowMicros: 1_800_000_000_000_000)
  }

  func record(_ position: UInt64) throws -> [UInt8] {
    let snapshot = try log.snapshot()
    return try #require(try snapshot.record(at: position).map { Array($0.bytes) })
  }

  func unsealed(_ position: UInt64) throws -> [UInt8]? {
    try record(position).withUnsafeBytes { EventUnsealer(keys: keys).unseal($0) }
  }
}

@Suite("Sealing personal fields")
struct SealingTests {
  private static func entered(_ data: String, id: String = "e-1", more: String = "") -> String {
    #"{"specversion":"1.0","id":"\#(id)","source":"/t","type":"vsl.item.entered.v1","subject":"PAY-1","#
      + #""time":"2026-01-02T03:04:05Z"\#(more),"data":\#(data)}"#
  }

  @Test(
    "what is sealed comes back byte for byte",
    arguments: [
      entered(#"{"stage":"build","actor":"ana"}"#),
      entered(#"{ "actor" : "Zo\u00eb \"Z\" \\" , "stage":"build", "n":[1,{"a":"}"},"]"],"e":1.50e0 }"#),
      entered(#"{"stage":"build","\u0061ctor":"ana","comment":{"text":"said ,\"no\"","by":["bob"]}}"#),
      entered(#"{"stage":"build","comment":17.0}"#, more: #","reporter":"bob","vslsealed":null"#),
      #"{"vslsealed":null,"reporter":"bob", "specversion":"1.0","id":"1","source":"/t","#
        + #""type":"vsl.item.delivered.v1","subject":"PAY-1","time":"2026-01-02T03:04:05Z"}"#,
      "\t{\"data\":\n{\"actor\":\"x\",\"stage\":\"b\"},\r\n\"specversion\":\"1.0\",\"id\":\"1\",\"source\":\"/t\","
        + "\"type\":\"vsl.item.entered.v1\",\"subject\":\"PAY-1\"\n}  ",
    ])
  func roundTrip(event: String) throws {
    let ledger = try SealedLedger(person: ["/reporter"], subject: ["comment"])
    try ledger.append(event)
    let sealed = String(decoding: try ledger.record(2), as: UTF8.self)
    #expect(sealed.contains(SealedForm.prefix))
    for secret in ["ana", "Zo", "bob", "17.0", "said"] where event.contains(secret) {
      #expect(!sealed.contains("\"\(secret)\"") && !sealed.contains("said"), "\(secret)")
    }
    // Null stands for nothing; it is not what comes back when its place was taken.
    let expected = event.trimmingCharacters(in: .whitespacesAndNewlines)
    let unsealed = String(decoding: try #require(try ledger.unsealed(2)), as: UTF8.self)
    if event.contains("null") {
      #expect(
        unsealed == expected.replacing(#","vslsealed":null"#, with: "").replacing(#""vslsealed":null,"#, with: ""))
    } else {
      #expect(unsealed == expected)
    }
  }

  @Test("a person has one stand-in everywhere, by which facts are grouped; the length of a name does not show")
  func standIns() throws {
    let ledger = try SealedLedger(person: ["reporter"])
    try ledger.append(
      Self.entered(#"{"stage":"a","actor":"ana"}"#, id: "1"), Self.entered(#"{"stage":"b","actor":"ana"}"#, id: "2"),
      Self.entered(#"{"stage":"c","actor":"bob","reporter":"ana"}"#, id: "3"))
    let ana = try #require(ledger.keys.key(of: KeyOwner(kind: "person", name: "ana")))
    let bob = try #require(ledger.keys.key(of: KeyOwner(kind: "person", name: "bob")))
    #expect(ledger.keys.count == 2 && ana.id != bob.id)
    let first = try ledger.record(2)
    let second = try ledger.record(3)
    #expect(first.count == second.count)
    #expect(first != second, "no two encryptions are alike")
    for position: UInt64 in [2, 3] {
      let text = String(decoding: try ledger.record(position), as: UTF8.self)
      #expect(text.contains("\"actor\":\"vsl:sealed:\(ana.id)\""))
    }
    let third = String(decoding: try ledger.record(4), as: UTF8.self)
    #expect(third.contains("\"actor\":\"vsl:sealed:\(bob.id)\",\"reporter\":\"vsl:sealed:\(ana.id)\""))
    // Sealed under both names, each content can be read by itself.
    #expect(try ledger.keys.destroy(id: bob.id, atMicros: 1))
    let half = String(decoding: try #require(try ledger.unsealed(4)), as: UTF8.self)
    #expect(half.contains("\"reporter\":\"ana\"") && half.contains(bob.id) && !half.contains("\(ana.id)."))
  }

  @Test("what holds nothing personal is recorded as it came")
  func nothingPersonal() throws {
    let ledger = try SealedLedger(person: ["reporter"])
    let event = Self.entered(#"{"stage":"a","reporter":null,"comment":"c"}"#)
    try ledger.append(event)
    #expect(try ledger.record(2) == Array(event.utf8))
    #expect(try ledger.unsealed(2) == nil)
  }

  @Test("an event that comes again is known, sealed or not, and also when its key is gone")
  func duplicates() throws {
    let ledger = try SealedLedger()
    let event = Self.entered(#"{"stage":"a","actor":"ana"}"#)
    #expect(try ledger.append(event).positions == [2])
    let again = try ledger.append(event, event)
    #expect(again.positions == [2, 2] && again.appended == 0)
    let ana = try #require(ledger.keys.key(of: KeyOwner(kind: "person", name: "ana")))
    #expect(try ledger.keys.destroy(id: ana.id, atMicros: 1))
    #expect(try ledger.append(event).positions == [2])
    #expect(throws: LedgerError.self) { try ledger.append(Self.entered(#"{"stage":"b","actor":"ana"}"#)) }
    #expect(throws: LedgerError.self) { try ledger.append(Self.entered(#"{"stage":"a","actor":"ana","more":1}"#)) }
  }

  @Test("an event recorded in clear is known when it comes again sealed")
  func duplicateOfClear() throws {
    let folder = NSTemporaryDirectory() + "/vsl-sealing-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let log = try EventLog.create(at: folder + "/ledger", options: EventLogOptions(initialMapSize: 1 << 20))
    let keys = try PersonalKeys.create(at: folder + "/keys")
    func append(_ event: [UInt8]) throws -> AppendReceipt {
      let batch = EventBatch()
      let preparer = try EventPreparer(for: log, keys: keys)
      try event.withUnsafeBytes { try preparer.prepare($0, line: 1, into: batch) }
      return try log.append(batch, nowMicros: 0)
    }
    let event = Array(Self.entered(#"{"stage":"a","actor":"ana"}"#).utf8)
    #expect(try append(event).positions == [1])
    _ = try append(SealingRules(store: keys.storeID).draft(id: "r", source: "/test", timeMicros: 0).line)
    #expect(try append(event).positions == [1])
  }

  @Test("nothing enters a sealed ledger in clear")
  func enforced() throws {
    let ledger = try SealedLedger()
    let batch = EventBatch()
    let clear = Array(Self.entered(#"{"stage":"a","actor":"ana"}"#).utf8)
    try clear.withUnsafeBytes { try EventPreparer(isStrict: true).prepare($0, line: 1, into: batch) }
    #expect(throws: LedgerError.sealingDiffers) { try ledger.log.append(batch, nowMicros: 0) }
    #expect(try ledger.log.snapshot().size == 1)

    // Prepared by rules that were replaced meanwhile.
    let late = EventBatch()
    let preparer = try EventPreparer(for: ledger.log, keys: ledger.keys)
    try clear.withUnsafeBytes { try preparer.prepare($0, line: 1, into: late) }
    var rules = try #require(try SealingRules(of: ledger.log))
    try rules.add(SealedField("comment", owner: .subject))
    try ledger.append(String(decoding: rules.draft(id: "2", source: "/test", timeMicros: 0).line, as: UTF8.self))
    #expect(throws: LedgerError.sealingDiffers) { try ledger.log.append(late, nowMicros: 0) }
    #expect(try SealingRules(of: ledger.log) == rules)

    // Without the keys: what is personal is refused, the rest is taken.
    let keyless = try EventPreparer(for: ledger.log)
    let refusal = #expect(throws: EventRefusal.self) {
      try clear.withUnsafeBytes { try keyless.prepare($0, line: 3, into: EventBatch()) }
    }
    #expect(refusal?.rule == "sealing" && refusal?.pointer == "/data/actor" && refusal?.line == 3)
    let plain = EventBatch()
    try Array(Self.entered(#"{"stage":"a"}"#).utf8).withUnsafeBytes { try keyless.prepare($0, line: 1, into: plain) }
    #expect(try ledger.log.append(plain, nowMicros: 0).appended == 1)

    let stranger = try PersonalKeys.create(at: ledger.folder + "/stranger")
    #expect(throws: PersonalKeysError.self) { try EventPreparer(for: ledger.log, keys: stranger) }
  }

  @Test("an event that its schema refuses is refused before it is sealed")
  func refusedFirst() throws {
    let ledger = try SealedLedger(person: ["reporter"])
    let long = String(repeating: "x", count: 257)
    let refusal = #expect(throws: EventRefusal.self) {
      try ledger.append(Self.entered(#"{"stage":"a","actor":"\#(long)"}"#))
    }
    #expect(refusal?.pointer == "/data/actor" && refusal?.rule == "maxLength")
    #expect(throws: EventRefusal.self) { try ledger.append(Self.entered(#"{"stage":"a","reporter":5}"#)) }
    #expect(ledger.keys.count == 0)
  }

  @Test("sealed content cannot be moved to another event, nor changed")
  func bound() throws {
    let ledger = try SealedLedger()
    try ledger.append(Self.entered(#"{"stage":"a","actor":"ana"}"#, id: "1"))
    let text = String(decoding: try ledger.record(2), as: UTF8.self)
    let unsealer = EventUnsealer(keys: ledger.keys)
    func unseal(_ text: String) -> [UInt8]? { Array(text.utf8).withUnsafeBytes { unsealer.unseal($0) } }
    #expect(unseal(text) != nil)
    #expect(unseal(text.replacing("\"id\":\"1\"", with: "\"id\":\"2\"")) == nil)
    let content = try #require(text.range(of: "\"vslsealed\":\"")).upperBound
    var changed = Array(text)
    let place = text.distance(from: text.startIndex, to: content) + SealedForm.keyIDLength + 20
    changed[place] = changed[place] == "A" ? "B" : "A"
    #expect(unseal(String(changed)) == nil)
    // Another value at its place is not overwritten.
    let key = try #require(ledger.keys.key(of: KeyOwner(kind: "person", name: "ana")))
    #expect(unseal(text.replacing("\"actor\":\"vsl:sealed:\(key.id)\"", with: "\"actor\":\"eve\"")) == nil)
  }

  @Test(
    "fields that cannot be sealed are refused",
    arguments: [
      "", "/", "/id", "/source", "/subject", "/time", "/type", "/valuestream", "/data", "/data_base64", "/vslsealed",
      "stage", "kind", "seconds", "outcome", "/data/~2", "/data/x~", "a\nb", "labels", "/data/labels/x", "value",
    ])
  func refusedFields(field: String) {
    #expect(throws: SealingProblem.self) { try SealedField(field, owner: .subject) }
  }

  @Test("rules: a team may be sealed as a person is; places do not overlap; they come back as they were kept")
  func rules() throws {
    var rules = SealingRules(store: String(repeating: "A", count: 22))
    try rules.add(SealedField("team", owner: .person))
    try rules.add(SealedField("/data/customer/name", owner: .person))
    try rules.add(SealedField("/a~1b/c~0d", owner: .subject))
    #expect(throws: SealingProblem.self) { try rules.add(SealedField("/data/customer", owner: .subject)) }
    #expect(throws: SealingProblem.self) { try rules.add(SealedField("/data/customer/name/first", owner: .subject)) }
    #expect(throws: SealingProblem.self) { try rules.add(SealedField("actor", owner: .subject)) }
    try rules.add(SealedField("actor", owner: .person))
    #expect(rules.fields.map(\.pointer) == ["/data/team", "/data/customer/name", "/a~1b/c~0d"])
    #expect(SealingRules(encoded: rules.encoded) == rules)
    #expect(throws: EventRefusal.self) {
      try SealedLedger().append(
        #"{"specversion":"1.0","id":"1","source":"/t","type":"vsl.sealing.defined.v1","subject":"short"}"#)
    }
  }
}
