import EventLog
import Foundation
import Projections
import Testing
import ValueStream

@testable import Audit

@Suite("Evidence")
struct EvidenceTests {
  /// Items of two streams, created, entered and delivered.
  private func ledger() throws -> (test: TestLog, ledger: Ledger) {
    let test = try TestLog()
    let preparer = EventPreparer(isStrict: true)
    for number in 1...12 {
      let stream = number % 3 == 0 ? "platform" : "payments"
      let batch = EventBatch()
      for (index, (type, day)) in [("created", 1), ("entered", 2), ("delivered", 2 + number)].enumerated() {
        let data = ["{\"kind\":\"feature\"}", "{\"stage\":\"build\"}", "{}"][index]
        try TestLog.prepare(
          """
          {"specversion":"1.0","id":"\(type)\(number)","source":"/t","type":"vsl.item.\(type).v1","subject":"I-\(number)",\
          "time":"2026-01-\(day < 10 ? "0" : "")\(day)T00:00:00Z","valuestream":"\(stream)","data":\(data)}
          """, preparer, batch)
      }
      _ = try test.log.append(batch, nowMicros: 1_800_000_000_000_000 + Int64(number))
    }
    return (test, Ledger(log: test.log, directory: test.path("ledger")))
  }

  private func ask(_ streams: [String]) -> EvidenceBundle.Ask {
    { view, knownAt in
      var query = Query(nowMicros: 1_900_000_000_000_000)
      query.filter.streams = streams
      query.knownAt = knownAt.map(KnownAt.position)
      return try LeadTimes().checkedAnswer(query, from: view)
    }
  }

  private func bundle(
    _ ledger: Ledger, _ key: SignerKey, streams: [String], position: UInt64 = 36, allEvents: Bool = false
  ) throws -> EvidenceBundle {
    var filter = Filter()
    filter.streams = streams
    return try EvidenceBundle.make(
      metric: LeadTimes(), question: ["lead-time"], filter: filter, position: position, allEvents: allEvents,
      of: ledger,
      ask: ask(streams)
    ) { try LogHistory.sign(ledger.log.snapshot(), size: $0, key: key, after: nil) }
  }

  @Test("a bundle gives the answer again from its own events, from a folder and from a zip file")
  func roundTrip() throws {
    let (test, ledger) = try ledger()
    let key = try SignerKey(name: "example.com/log")
    let made = try bundle(ledger, key, streams: ["payments"])
    // Eight items of payments, three events each; four of platform.
    #expect(made.manifest.disclosed == 24 && made.manifest.withheld == 12)
    for path in [test.path("b"), test.path("b.zip")] {
      try made.write(to: path)
      let read = try EvidenceBundle(readingFrom: path)
      #expect(read.manifest == made.manifest)
      _ = try read.checkpoint.verified(by: [key.verifier])
      let verdict = try read.verify(ask: ask(["payments"]))
      #expect(verdict.answer.digest == made.manifest.answerDigest)
      #expect(verdict.isSameVersion)
    }
    let whole = try bundle(ledger, key, streams: ["payments"], allEvents: true)
    #expect(whole.manifest.withheld == 0 && whole.withheld.isEmpty)
    _ = try whole.verify(ask: ask(["payments"]))
    let earlier = try bundle(ledger, key, streams: ["platform"], position: 20)
    #expect(earlier.checkpoint.checkpoint.size == 20)
    _ = try earlier.verify(ask: ask(["platform"]))
  }

  @Test("nothing of a bundle can be changed, moved, added or left out")
  func forgeries() throws {
    let (_, ledger) = try ledger()
    let key = try SignerKey(name: "example.com/log")
    let made = try bundle(ledger, key, streams: ["payments"])
    func refused(_ what: String, _ change: (inout EvidenceBundle) -> Void) {
      var forged = made
      change(&forged)
      #expect(throws: AuditError.self, "\(what)") { try forged.verify(ask: ask(["payments"])) }
    }
    refused("an event") { $0.records.entries[3].event[40] ^= 1 }
    refused("a recorded time") { $0.records.entries[3].recordedMicros += 1 }
    refused("a position") { $0.records.entries[5].position += 1 }
    refused("a record left out") { $0.records.entries.removeLast() }
    refused("a record left out, and counted so") {
      $0.records.entries.removeLast()
      $0.manifest.disclosed -= 1
      $0.manifest.withheld += 1
    }
    refused("a record twice") { $0.records.entries.append($0.records.entries[0]) }
    refused("a hash") { $0.withheld[0] = .emptyRoot }
    refused("a hash left out") { $0.withheld.removeLast() }
    refused("a hash more") { $0.withheld.append(.emptyRoot) }
    refused("the answer's digest") { $0.manifest.answerDigest = String(repeating: "0", count: 64) }
    refused("the position") { $0.manifest.position -= 1 }
    refused("the checkpoint") { bundle in
      bundle.checkpoint =
        (try? SignedCheckpoint(size: 36, root: .emptyRoot, key: key)) ?? bundle.checkpoint
    }
    refused("the form") { $0.manifest.format = "other" }
    // Another question is not what the bundle is about.
    #expect(throws: (any Error).self) { try made.verify(ask: ask(["platform"])) }
  }

  @Test("damaged files are refused, whatever was damaged")
  func damagedFiles() throws {
    let (test, ledger) = try ledger()
    let key = try SignerKey(name: "example.com/log")
    try bundle(ledger, key, streams: ["payments"]).write(to: test.path("b.zip"))
    let whole = try Data(contentsOf: URL(fileURLWithPath: test.path("b.zip")))
    var refused = 0
    for index in stride(from: 0, to: whole.count, by: 23) {
      var changed = whole
      changed[index] ^= 1 << UInt8(index % 8)
      try changed.write(to: URL(fileURLWithPath: test.path("c.zip")))
      guard let read = try? EvidenceBundle(readingFrom: test.path("c.zip")),
        (try? read.checkpoint.verified(by: [key.verifier])) != nil,
        let verdict = try? read.verify(ask: ask(["payments"]))
      else {
        refused += 1
        continue
      }
      // What is believed all the same says the same: times of files and the like were changed.
      #expect(verdict.answer.digest == read.manifest.answerDigest)
      #expect(read.records.entries.count == 24)
    }
    #expect(refused > 0)
    #expect(throws: AuditError.self) { try EvidenceBundle(readingFrom: test.path("none")) }
    try Data("no zip".utf8).write(to: URL(fileURLWithPath: test.path("d.zip")))
    #expect(throws: AuditError.self) { try EvidenceBundle(readingFrom: test.path("d.zip")) }
  }

  @Test("disclosed leaves and hashes of the rest make the root, for every choice of leaves", arguments: 0...9)
  func covers(size: Int) throws {
    let test = try TestLog(count: size)
    let snapshot = try test.log.snapshot()
    let root = try snapshot.root()
    for choice in 0..<(1 << size) {
      let disclosed = (1...UInt64(max(size, 1))).filter { $0 <= UInt64(size) && choice >> ($0 - 1) & 1 == 1 }
      let leaves = try disclosed.map { try #require(try snapshot.leafHash(at: $0)) }
      let hashes = try TreeCover.hashes(size: UInt64(size), disclosed: disclosed) {
        try snapshot.rangeRoot(from: $0, before: $1)
      }
      #expect(TreeCover.root(size: UInt64(size), disclosed: disclosed, leaves: leaves, hashes: hashes) == root)
      if !hashes.isEmpty {
        let fewer = Array(hashes.dropLast())
        #expect(TreeCover.root(size: UInt64(size), disclosed: disclosed, leaves: leaves, hashes: fewer) == nil)
      }
    }
  }
}
