import Crypto
import EventLog
import Foundation
import Projections
import TestSupport
import Testing
import ValueStream

@testable import Audit

/// Random steps over the whole interface, against a model that is a list. `VSL_MODEL_STEPS`, `VSL_MODEL_SEEDS` and `VSL_MODEL_FIRST_SEED`
/// make it longer.
@Suite("The interface against a model")
struct ModelTests {
  private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap(Int.init) }

  private static let seeds: Range<Int> = {
    let first = number("VSL_MODEL_FIRST_SEED") ?? 1
    return first..<first + (number("VSL_MODEL_SEEDS") ?? 2)
  }()

  @Test("random steps leave what the model says", arguments: seeds)
  func randomSteps(seed: Int) throws {
    let run = try ModelRun(seed: UInt64(seed))
    for step in 0..<(Self.number("VSL_MODEL_STEPS") ?? 250) { try run.step("seed \(seed), step \(step)") }
    try run.compareAll("seed \(seed), at the end")
  }
}

/// RFC 6962 §2.1 once more, over records that are added; the hashes of full subtrees are kept.
private struct ModelTree {
  private var subtrees: [Range<Int>: [UInt8]] = [:]

  mutating func root(of records: [(micros: Int64, event: String)], _ size: Int) -> [UInt8] {
    size == 0 ? Array(SHA256.hash(data: [UInt8]())) : hash(records, 0..<size)
  }

  private mutating func hash(_ records: [(micros: Int64, event: String)], _ range: Range<Int>) -> [UInt8] {
    if let known = subtrees[range] { return known }
    let result: [UInt8]
    if range.count == 1 {
      let record = records[range.lowerBound]
      let data = [0] + withUnsafeBytes(of: record.micros.littleEndian) { Array($0) } + Array(record.event.utf8)
      result = Array(SHA256.hash(data: data))
    } else {
      var half = 1
      while half * 2 < range.count { half *= 2 }
      let middle = range.lowerBound + half
      let left = hash(records, range.lowerBound..<middle)
      result = Array(SHA256.hash(data: [1] + left + hash(records, middle..<range.upperBound)))
    }
    if range.count.nonzeroBitCount == 1 { subtrees[range] = result }
    return result
  }
}

private final class ModelRun {
  /// What was appended: recorded time, the record, and the event as it came when that is another text, because it was sealed.
  private var records: [(micros: Int64, event: String)] = []
  private var plain: [Int: String] = [:]
  /// Positions whose sealed actor was erased, and those whose was not.
  private var erased: Set<Int> = []
  private var sealed: [String: [Int]] = [:]
  private var keys: PersonalKeys?
  private var ids: [String] = []
  private var tree = ModelTree()
  /// A ledger made of the first records, and of how many.
  private var reference: (size: Int, ledger: Ledger)?
  private var versions: [String: Int] = [:]

  private let folder: String
  private var ledger: Ledger
  private var random: SeededGenerator
  private var clock: Int64 = 1_750_000_000_000_000
  private var generation = 0
  private let plainPreparer = EventPreparer(isStrict: true)
  private var preparer = EventPreparer(isStrict: true)

  /// Every other seed seals personal fields.
  init(seed: UInt64) throws {
    folder = NSTemporaryDirectory() + "/vsl-model-\(UUID().uuidString)"
    random = SeededGenerator(seed: seed)
    ledger = try Ledger.create(at: folder + "/0", options: EventLogOptions(initialMapSize: 1 << 20))
    if seed % 2 == 0 {
      let keys = try PersonalKeys.create(at: folder + "/keys")
      self.keys = keys
      let draft = try SealingRules(store: keys.storeID).draft(id: "rules", source: "/model", timeMicros: clock)
      let line = String(decoding: draft.line.dropLast(), as: UTF8.self)
      _ = try ledger.log.append(prepared([line]), nowMicros: clock)
      records.append((clock, line))
      preparer = try EventPreparer(for: ledger.log, keys: keys)
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: folder) }

  func step(_ name: String) throws {
    switch random.below(100) {
    case 0..<52: try append(name)
    case 52..<60: try appendAgain(name)
    case 60..<66: try conflict(name)
    case 66..<72: try wrongVersion(name)
    case 72..<80: try read(name)
    case 80..<90: try ask(name)
    case 90..<92: if isTurn { try ledger.rebuild() }
    case 92..<95: try reopen(afterCrash: random.below(2) == 0)
    case 95: try backup(name)
    case 96: try erase(name)
    default: if isTurn { try verify(name) }
    }
  }

  /// Whether to do now what takes as long as there are records: the more there are, the less often.
  private var isTurn: Bool { random.below(1 + records.count / 1000) == 0 }

  // MARK: Steps

  private func append(_ name: String) throws {
    let events = (0..<random.below(4) + 1).map { _ in randomEvent() }
    let batch = try prepared(events.map(\.text))
    clock += Int64(random.below(3)) * 500_000
    // A clock that goes back does not take recorded time with it.
    let now = clock - (random.below(10) == 0 ? 10_000_000 : 0)
    let receipt = try ledger.log.append(batch, nowMicros: now)
    let recorded = max(now, records.last?.micros ?? .min)
    for (index, event) in events.enumerated() {
      records.append((recorded, event.text))
      ids.append(event.id)
      try noteSealed(event.text, name)
      if !event.subject.isEmpty { versions[event.subject, default: 0] += 1 }
      #expect(receipt.positions[index] == UInt64(records.count), "\(name)")
    }
  }

  private func appendAgain(_ name: String) throws {
    guard let known = known() else { return }
    let receipt = try ledger.log.append(prepared([known.event]), nowMicros: clock)
    #expect(receipt.positions == [UInt64(known.position)] && receipt.appended == 0, "\(name)")
  }

  private func conflict(_ name: String) throws {
    guard let known = known() else { return }
    // A definition has no stream to change.
    let other = known.event.replacing("\"valuestream\":\"", with: "\"valuestream\":\"not-")
    guard other != known.event else { return }
    // Nothing of a batch with a conflict is written, what is right in it neither.
    let batch = try prepared([randomEvent().text, other])
    #expect(throws: LedgerError.self, "\(name)") { try ledger.log.append(batch, nowMicros: clock) }
    #expect(try ledger.log.snapshot().size == UInt64(records.count), "\(name)")
  }

  private func wrongVersion(_ name: String) throws {
    let event = randomEvent()
    guard !event.subject.isEmpty else { return }
    let subject = [UInt8(ascii: "i")] + Array(event.subject.utf8)
    let version = versions[event.subject] ?? 0
    let batch = try prepared([event.text])
    #expect(throws: LedgerError.self, "\(name)") {
      try ledger.log.append(
        batch, expecting: [ExpectedVersion(subject: subject, version: version + 1)], nowMicros: clock)
    }
    #expect(try ledger.log.snapshot().size == UInt64(records.count), "\(name)")
  }

  private func read(_ name: String) throws {
    let snapshot = try ledger.log.snapshot()
    #expect(snapshot.size == UInt64(records.count), "\(name)")
    guard !records.isEmpty else { return }
    let place = random.below(records.count)
    let record = try #require(try snapshot.record(at: UInt64(place) + 1))
    #expect(record.text == records[place].event && record.recordedMicros == records[place].micros, "\(name)")
    let size = random.below(records.count) + 1
    #expect(try snapshot.root(size: UInt64(size)).bytes == tree.root(of: records, size), "\(name)")
    let last = try snapshot.position(recordedAtOrBefore: record.recordedMicros)
    #expect(Int(last) == records.lastIndex { $0.micros <= record.recordedMicros }.map { $0 + 1 }, "\(name)")
    if let subject = versions.keys.sorted().randomElement(using: &random) {
      let symbol = try #require(try snapshot.symbolID("i\(subject)", in: .subject))
      #expect(try snapshot.version(ofSubject: symbol) == versions[subject], "\(name)")
    }
  }

  /// The answer is that of a ledger made of the records alone.
  private func ask(_ name: String) throws {
    let metrics: [any Projection] = [
      LeadTimes(), StageQueues(), Throughput(), WorkInProgress(), StageTimes(), Rework(),
    ]
    let metric = metrics[random.below(metrics.count)]
    let (size, fresh) = try referenceLedger()
    var query = Query(nowMicros: 1_800_000_000_000_000)
    if random.below(2) == 0 { query.groupings = [.stream] }
    if random.below(3) == 0 { query.atMicros = Self.time(random.below(200)) }
    if query.atMicros == nil { query.atMicros = 1_800_000_000_000_000 }
    query.knownAt = .position(UInt64(size))
    let answer = try metric.checkedAnswer(query, from: ledger.view())
    query.knownAt = nil
    let expected = try metric.checkedAnswer(query, from: fresh.view())
    #expect(answer.digest == expected.digest, "\(name): \(metric.name)")
    #expect(answer.root == expected.root, "\(name): \(metric.name)")
  }

  /// A ledger made of some of the first records alone. Of many records it is kept for some questions, since making it is what takes time.
  private func referenceLedger() throws -> (size: Int, ledger: Ledger) {
    if let reference, !isTurn { return reference }
    let size = random.below(records.count + 1)
    reference = nil
    try? FileManager.default.removeItem(atPath: folder + "/reference")
    let ledger = try Ledger.create(at: folder + "/reference", options: EventLogOptions(initialMapSize: 1 << 20))
    if size > 0 {
      let batch = try prepared(records[..<size].map(\.event), asRecords: true)
      batch.recordedTimes = records[..<size].map(\.micros)
      _ = try ledger.log.append(batch, nowMicros: 0)
    }
    reference = (size, ledger)
    return (size, ledger)
  }

  /// Notes what the log made of an event with an actor.
  private func noteSealed(_ text: String, _ name: String) throws {
    guard keys != nil, text.contains("\"actor\"") else { return }
    let position = records.count
    let snapshot = try ledger.log.snapshot()
    let stored = try #require(try snapshot.record(at: UInt64(position))).text
    #expect(!stored.contains("\"ana\"") && !stored.contains("\"bob\""), "\(name)")
    records[position - 1].event = stored
    plain[position] = text
    sealed[text.contains("\"ana\"") ? "ana" : "bob", default: []].append(position)
  }

  private func erase(_ name: String) throws {
    guard let keys else { return }
    let person = ["ana", "bob"][random.below(2)]
    let erasure = try ContentErasure(ledger: ledger, keys: keys)
    let subject = ErasureSubject.owner(KeyOwner(kind: KeyOwner.personKind, name: person))
    guard let expected = sealed[person] else {
      // A key that was made for events which were then refused seals nothing.
      let plan = try? erasure.plan(subject)
      #expect(plan?.positions ?? [] == [], "\(name)")
      return
    }
    let plan = try erasure.plan(subject)
    #expect(plan.positions == expected.map(UInt64.init) && plan.clearPositions == [], "\(name)")
    let recorded = max(clock, records.last?.micros ?? .min)
    let certificate = try erasure.erase(plan, reason: nil, nowMicros: clock)
    try certificate.verify(in: ledger.log, keys: keys)
    sealed[person] = nil
    erased.formUnion(expected)
    let snapshot = try ledger.log.snapshot()
    records.append((recorded, try #require(try snapshot.record(at: UInt64(records.count) + 1)).text))
    #expect(snapshot.size == UInt64(records.count), "\(name)")
  }

  /// What was sealed can be read until it is erased, and not any more then.
  private func compareSealed(_ name: String) {
    guard let keys else { return }
    let unsealer = EventUnsealer(keys: keys)
    for (position, text) in plain {
      let unsealed = Array(records[position - 1].event.utf8).withUnsafeBytes { unsealer.unseal($0) }
      #expect(
        unsealed.map { String(decoding: $0, as: UTF8.self) } == (erased.contains(position) ? nil : text), "\(name)")
    }
  }

  /// Closes the ledger, or goes on with a copy of its files as they are while it is open, as after a crash.
  private func reopen(afterCrash: Bool) throws {
    generation += 1
    let next = folder + "/\(generation)"
    if afterCrash {
      try FileManager.default.createDirectory(atPath: next, withIntermediateDirectories: true)
      for name in try FileManager.default.contentsOfDirectory(atPath: ledger.directory) where !name.hasSuffix("-lock") {
        try FileManager.default.copyItem(atPath: "\(ledger.directory)/\(name)", toPath: "\(next)/\(name)")
      }
      ledger = try Ledger.open(at: next, options: EventLogOptions(initialMapSize: 1 << 20))
    } else {
      ledger = try Ledger.open(at: ledger.directory, options: EventLogOptions(initialMapSize: 1 << 20))
    }
  }

  private func backup(_ name: String) throws {
    generation += 1
    let restored = folder + "/\(generation)"
    let file = folder + "/records"
    _ = try RecordExport.append(ledger.log, to: file)
    guard !records.isEmpty else { return }
    let outcome = try LogRestore.restore([file], to: restored, keys: [])
    #expect(outcome.root.bytes == tree.root(of: records, records.count), "\(name)")
    // The restored one takes the old one's place.
    ledger = try Ledger.open(at: restored, options: EventLogOptions(initialMapSize: 1 << 20))
  }

  private func verify(_ name: String) throws {
    let found = try ledger.verify { _, _ in }
    #expect(found.findings.map(\.description) == [], "\(name)")
  }

  func compareAll(_ name: String) throws {
    try verify(name)
    compareSealed(name)
    let snapshot = try ledger.log.snapshot()
    var place = 0
    try snapshot.forEachRecord { record in
      #expect(record.text == records[place].event && record.recordedMicros == records[place].micros, "\(name)")
      place += 1
      return true
    }
    #expect(place == records.count, "\(name)")
  }

  // MARK: The model

  /// One of the events that are there; the same one for the same seed.
  private func known() -> (position: Int, event: String)? {
    guard !records.isEmpty else { return nil }
    let position = random.below(records.count) + 1
    return (position, plain[position] ?? records[position - 1].event)
  }

  private static func time(_ hour: Int) -> Int64 { 1_735_689_600_000_000 + Int64(hour) * 3_600_000_000 }

  private func prepared(_ events: [String], asRecords: Bool = false) throws -> EventBatch {
    let batch = EventBatch()
    let preparer = asRecords ? plainPreparer : preparer
    for event in events { try TestLog.prepare(event, preparer, batch) }
    return batch
  }

  private func randomEvent() -> (id: String, subject: String, text: String) {
    let id = "e\(random.below(1 << 40))"
    // Items of many events are rare: what came late for one is posted anew with all that it went through.
    let subject = "I-\(random.below(12 + records.count / 40))"
    let stream = ["payments", "platform"][random.below(2)]
    let kinds = [
      ("item.created", "{\"kind\":\"\(["feature", "defect"][random.below(2)])\"}"),
      ("item.entered", "{\"stage\":\"\(["build", "review", "test"][random.below(3)])\"}"),
      (
        "item.entered",
        "{\"stage\":\"\(["build", "review", "test"][random.below(3)])\",\"actor\":\"\(["ana", "bob"][random.below(2)])\"}"
      ),
      ("item.delivered", "{}"), ("item.reopened", "{}"),
      ("item.left", "{\"stage\":\"build\"}"),
    ]
    var (type, data) = kinds[random.below(kinds.count)]
    var about = subject
    if random.below(8) == 0, let voided = ids.randomElement(using: &random) {
      (type, data) = ("event.voided", "{\"source\":\"/model\",\"id\":\"\(voided)\"}")
      about = voided
    }
    let time = Timestamp.format(Self.time(random.below(200)))
    let text = """
      {"specversion":"1.0","id":"\(id)","source":"/model","type":"vsl.\(type).v1","subject":"\(about)","time":"\(time)",\
      "valuestream":"\(stream)","data":\(data)}
      """
    return (id, type == "event.voided" ? "" : subject, text)
  }
}
