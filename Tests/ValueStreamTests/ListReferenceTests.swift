import Foundation
import LMDB
import Testing

@testable import EventLog
@testable import ValueStream

@Suite("Subjects that an event names in a list")
struct ListReferenceTests {
  private let folder = NSTemporaryDirectory() + "/vsl-references-\(UUID().uuidString)"

  private func deployment(_ id: String, _ changes: String) -> String {
    #"{"specversion":"1.0","id":"\#(id)","source":"/t","type":"vsl.deployment.completed.v1","subject":"d\#(id)","#
      + #""time":"2026-01-01T00:00:00Z","data":{"environment":"production","outcome":"succeeded","changes":\#(changes)}}"#
  }

  private func log(_ lines: [String]) throws -> EventLog {
    let log = try EventLog.create(at: folder, options: EventLogOptions())
    let preparer = EventPreparer(isStrict: true)
    let batch = EventBatch()
    for (index, line) in lines.enumerated() {
      try Array(line.utf8).withUnsafeBytes { try preparer.prepare($0, line: index + 1, into: batch) }
    }
    _ = try log.append(batch, nowMicros: 1_767_225_600_000_000)
    return log
  }

  @Test("each is listed once with the event's position, known or not before, and verification agrees")
  func listed() throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let log = try log([
      deployment("1", #"["a","b","a"]"#), deployment("2", "[]"), deployment("3", #"["b","c"]"#),
    ])
    let snapshot = try log.snapshot()
    var found: [String] = []
    try snapshot.forEachReference { subject, position in
      found.append(
        String(decoding: (snapshot.symbolBytes(subject, in: .subject) ?? .init(start: nil, count: 0)), as: UTF8.self)
          + "\(position)")
    }
    #expect(found.sorted() == ["ma1", "mb1", "mb3", "mc3"])
    // Of a range of subjects alone.
    let b = try #require(try snapshot.symbolID("mb", in: .subject))
    let c = try #require(try snapshot.symbolID("mc", in: .subject))
    var some: [String] = []
    try snapshot.forEachReference(to: UInt64(b)...UInt64(b)) { some.append("\($0 == b)\($1)") }
    try snapshot.forEachReference(to: UInt64(c) ... .max) { some.append("\($0 == c)\($1)") }
    #expect(some == ["true1", "true3", "true3"])
    let verifier = FactVerifier(log)
    let report = try log.verifyLog(makeVisitor: { try verifier.makeVisitor() })
    #expect(report.isClean)
    try verifier.finish(report, verifier.checkTables(through: report.size))
    #expect(verifier.findings == [])
  }

  /// Changes the table of references behind the log's back; what verification says of it.
  private func findings(
    _ change: (EventLog, borrowing WriteTransaction, _ a: UInt64, _ b: UInt64) throws -> Void
  ) throws -> [FactVerifier.Finding] {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    // The first is read the long way, those behind it by its shape.
    let log = try log((1...5).map { deployment("\($0)", #"["a","b\#($0)","c"]"#) } + [deployment("6", #"["b"]"#)])
    let a = try #require(try log.snapshot().symbolID("ma", in: .subject))
    let b = try #require(try log.snapshot().symbolID("mb", in: .subject))
    try log.environment.write { try change(log, $0, UInt64(a), UInt64(b)) }
    let verifier = FactVerifier(log)
    let report = try log.verifyLog(makeVisitor: { try verifier.makeVisitor() })
    try verifier.finish(report, verifier.checkTables(through: report.size))
    return verifier.findings
  }

  @Test("one that is not listed is named, whether the event is like others or not", arguments: [1, 4])
  func missing(position: UInt64) throws {
    let found = try findings { log, transaction, a, _ in
      try log.tables.references.remove(position, under: a, in: transaction)
    }
    #expect(
      found.contains { $0.position == position && $0.description.contains("not listed as referring") }, "\(found)")
    #expect(found.contains { $0.description.contains("holds 15 entries; the events call for 16") }, "\(found)")
  }

  @Test("one that is listed under another subject is named, although as many are listed", arguments: [1, 4])
  func moved(position: UInt64) throws {
    let found = try findings { log, transaction, a, b in
      try log.tables.references.remove(position, under: a, in: transaction)
      try log.tables.references.insert(position, under: b, in: transaction)
    }
    #expect(found.map(\.position).contains(position), "\(found)")
    #expect(found.allSatisfy { !$0.description.contains("holds") }, "\(found)")
  }

  /// Who checks all that is listed has the log not look for what facts refer to.
  @Test("one that is no list, and not listed either, is named", arguments: [1, 4])
  func single(position: UInt64) throws {
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let log = try log(
      (1...5).map {
        #"{"specversion":"1.0","id":"\#($0)","source":"/t","type":"vsl.defect.found.v1","subject":"d\#($0)","#
          + #""time":"2026-01-01T00:00:00Z","data":{"item":"a\#($0)"}}"#
      })
    let item = try #require(try log.snapshot().symbolID("ia\(position)", in: .subject))
    for isMissing in [false, true] {
      if isMissing {
        _ = try log.environment.write { try log.tables.references.remove(position, under: UInt64(item), in: $0) }
      }
      let verifier = FactVerifier(log)
      let report = try log.verifyLog(checksReferences: false, makeVisitor: { try verifier.makeVisitor() })
      #expect(report.isClean)
      try verifier.finish(report, verifier.checkTables(through: report.size))
      let isNamed = verifier.findings.contains {
        $0.position == position && $0.description == "the event is not listed as referring to subject \(item)"
      }
      #expect(isNamed == isMissing, "\(verifier.findings)")
      #expect(verifier.findings.isEmpty == !isMissing)
    }
  }

  @Test("one that no event names is found", arguments: [2, 6])
  func surplus(position: UInt64) throws {
    let found = try findings { log, transaction, a, b in
      try log.tables.references.insert(position, under: position == 2 ? b : a, in: transaction)
    }
    #expect(found.contains { $0.description.contains("what no event accounts for") }, "\(found)")
  }

  @Test("an event that is refused leaves nothing behind")
  func refused() throws {
    let batch = EventBatch()
    let preparer = EventPreparer(isStrict: true)
    #expect(throws: EventRefusal.self) {
      try Array(deployment("1", #"["a",7]"#).utf8).withUnsafeBytes { try preparer.prepare($0, line: 1, into: batch) }
    }
    try Array(deployment("2", #"["b"]"#).utf8).withUnsafeBytes { try preparer.prepare($0, line: 2, into: batch) }
    let event = try #require(batch.events.first)
    #expect(batch.references(of: event).map { String(decoding: batch.bytes(of: $0), as: UTF8.self) } == ["mb"])
  }
}
