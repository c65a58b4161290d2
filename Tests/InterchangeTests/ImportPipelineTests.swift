import EventLog
import Foundation
import TestSupport
import Testing
import ValueStream

@testable import Interchange

@Suite struct ImportPipelineTests {
  let folder: TemporaryFolder
  let log: EventLog

  init() throws {
    folder = try TemporaryFolder()
    log = try EventLog.create(at: folder.file("ledger"), options: EventLogOptions(initialMapSize: 1 << 20))
  }

  private func event(_ id: Int, stage: String = "review", source: String = "/test") -> String {
    "{\"specversion\":\"1.0\",\"id\":\"\(id)\",\"source\":\"\(source)\",\"type\":\"vsl.item.entered.v1\","
      + "\"subject\":\"I-\(id)\",\"time\":\"2026-01-02T03:04:05Z\",\"valuestream\":\"s\",\"data\":{\"stage\":\"\(stage)\"}}"
  }

  private func run(
    _ text: String, _ options: ImportOptions = ImportOptions(), progress: (ImportReport) -> Void = { _ in }
  ) throws -> ImportReport {
    let path = try folder.write(text, "input")
    return try ImportPipeline.run(source: ByteSource(path: path), log: log, options: options, progress: progress)
  }

  /// The ids of the log, in its order.
  private func ids() throws -> [String] {
    try log.withSnapshot { snapshot in
      try (0..<snapshot.size).map { index in
        let record = try #require(try snapshot.record(at: index + 1))
        return try DecodedEvent(String(decoding: record.bytes, as: UTF8.self)).id
      }
    }
  }

  @Test func everyEventIsAppendedVerbatimInItsOrder() throws {
    let path = folder.file("events.ndjson")
    var lines: [[UInt8]] = []
    var simulator = Simulator(SimulatorOptions(events: 3000))
    simulator.run { lines.append(Array($0.dropLast())) }
    try Data(lines.joined(separator: [0x0A])).write(to: URL(fileURLWithPath: path))
    var seen: [ImportReport] = []
    let report = try ImportPipeline.run(
      source: ByteSource(path: path), log: log, options: ImportOptions(batchEvents: 700)
    ) { seen.append($0) }
    #expect(report.events == 3000)
    #expect(report.appended == 3000)
    #expect(report.lastPosition == 3000)
    #expect(report.bytes == report.totalBytes)
    #expect(seen.map(\.appended) == [700, 1400, 2100, 2800, 3000])
    #expect(seen.last == report)
    try log.withSnapshot { snapshot in
      for (index, line) in lines.enumerated() {
        let record = try #require(try snapshot.record(at: UInt64(index + 1)))
        #expect(Array(record.bytes) == line)
      }
    }
  }

  @Test func importingAgainFindsOnlyDuplicatesForWhatIsThere() throws {
    let text = (1...500).map { event($0) }.joined(separator: "\n")
    _ = try run((1...200).map { event($0) }.joined(separator: "\n"), ImportOptions(batchEvents: 64))
    let report = try run(text, ImportOptions(batchEvents: 64))
    #expect((report.events, report.appended, report.duplicates) == (500, 300, 200))
    #expect(try run("[" + text.replacing("\n", with: ",") + "]").duplicates == 500)
    #expect(try ids() == (1...500).map(String.init))
  }

  @Test func theFirstRefusalStopsTheImportAndItsBatchIsNotWritten() throws {
    let lines = (1...100).map { $0 == 55 ? "{\"specversion\":\"1.0\"," : event($0) }
    do {
      _ = try run(lines.joined(separator: "\n"), ImportOptions(batchEvents: 20))
      Issue.record("imported")
    } catch let error as ImportError {
      guard case .refused(let path, let refusal) = error else { throw error }
      #expect(path == folder.file("input"))
      #expect(refusal.line == 55)
      #expect(refusal.rule == "json")
      #expect(error.description.contains("line 55"))
    }
    #expect(try ids() == (1...40).map(String.init))
  }

  @Test func refusedEventsAreLeftOutAndKeptInAFileWhenAskedTo() throws {
    let rejects = folder.file("rejects.ndjson")
    let bad = "{\"specversion\":\"1.0\",\"id\":\"x\",\"source\":\"/test\",\"note\":\"a \\\"b\\\"\"}"
    let lines = (1...100).map { $0 % 10 == 5 ? bad : $0 == 7 ? "\u{1}\\oops" : event($0) }
    let report = try run(
      lines.joined(separator: "\r\n"), ImportOptions(onError: .skip, rejectsPath: rejects, batchEvents: 20))
    #expect((report.events, report.appended, report.rejected) == (100, 89, 11))
    #expect(try ids() == (1...100).filter { $0 % 10 != 5 && $0 != 7 }.map(String.init))
    let written = try String(contentsOfFile: rejects, encoding: .utf8).split(separator: "\n").map {
      try DecodedEvent(String($0)).object
    }
    #expect(written.map { $0["line"] as? Int } == [5, 7, 15, 25, 35, 45, 55, 65, 75, 85, 95])
    #expect(written[0]["event"] as? String == bad)
    #expect(written[0]["pointer"] is String)
    #expect(written[1]["rule"] as? String == "json")
    #expect(written[1]["event"] as? String == "\u{1}\\oops")
  }

  @Test func anEventThatContradictsAStoredOneStopsTheImport() throws {
    _ = try run((1...10).map { event($0) }.joined(separator: "\n"))
    do {
      // All on one line: elements of an array need none of their own.
      _ = try run("\n[\(event(11)),\(event(12)),\(event(3, stage: "other"))]")
      Issue.record("imported")
    } catch ImportError.refused(_, let refusal) {
      #expect(refusal.line == 2)
      #expect(refusal.rule == "conflict")
      #expect(refusal.value == "\"3\"")
      #expect(refusal.message.contains("position 3"))
    }
    #expect(try ids() == (1...10).map(String.init))
  }

  @Test func contradictionsAreLeftOutAndTheRestIsAppended() throws {
    _ = try run((1...10).map { event($0) }.joined(separator: "\n"))
    let rejects = folder.file("rejects.ndjson")
    var lines = (1...1000).map { event($0, stage: [3, 7].contains($0) ? "other" : "review") }
    // Contradicts an event of its own batch.
    lines.append(event(600, stage: "other"))
    let report = try run(lines.joined(separator: "\n"), ImportOptions(onError: .skip, rejectsPath: rejects))
    #expect((report.events, report.appended, report.duplicates, report.rejected) == (1001, 990, 8, 3))
    #expect(try ids() == (1...1000).map(String.init))
    let written = try String(contentsOfFile: rejects, encoding: .utf8).split(separator: "\n").map {
      try DecodedEvent(String($0)).object
    }
    #expect(written.map { $0["line"] as? Int } == [3, 7, 1001])
    #expect(written.map { $0["event"] as? String } == [lines[2], lines[6], lines[1000]])
    // What a copied event says of itself is what the log found.
    try log.withSnapshot { snapshot in
      #expect(snapshot.symbolCount(in: .subject) == 1000)
      #expect(snapshot.symbolCount(in: .stream) == 1)
    }
  }

  @Test func anInputThatBreaksOffStopsTheImportAndWhatCameBeforeStays() throws {
    let text = "[" + (1...100).map { event($0) }.joined(separator: ",\n")
    #expect(throws: ImportError.self) { try run(text, ImportOptions(batchEvents: 30)) }
    #expect(try ids() == (1...90).map(String.init))
    #expect(throws: ImportError.self) { try run(text, ImportOptions(onError: .skip, batchEvents: 30)) }
    #expect(try ids() == (1...100).map(String.init))
  }

  @Test func aBatchIsFullByItsBytesToo() throws {
    var batches = 0
    let report = try run(
      (1...50).map { event($0) }.joined(separator: "\n"), ImportOptions(batchEvents: 1000, batchBytes: 2000)
    ) { _ in batches += 1 }
    #expect(report.appended == 50)
    #expect((5...10).contains(batches))
  }

  @Test func nothingIsImportedFromNothing() throws {
    #expect(try run("").events == 0)
    #expect(try run("[]").appended == 0)
  }

  @Test func theRecordedTimeIsTheClocks() throws {
    _ = try run(event(1), ImportOptions(clock: { 1_234_567 }))
    #expect(try log.withSnapshot { $0.lastRecordedMicros } == 1_234_567)
  }

  @Test func aRejectsFileThatCannotBeWrittenIsNamedBeforeAnythingIsImported() throws {
    let path = folder.file("missing/rejects")
    #expect(throws: ImportError.cannotWriteRejects(path: path, reason: "No such file or directory")) {
      try run(event(1), ImportOptions(onError: .skip, rejectsPath: path))
    }
    #expect(try ids() == [])
  }

  @Test func aLedgerThatIsReadOnlySaysSo() throws {
    let reading = try EventLog.open(at: folder.file("ledger"), options: EventLogOptions(readOnly: true))
    let path = try folder.write((1...100_000).map { event($0) }.joined(separator: "\n"), "input")
    #expect(throws: ImportError.ledger(.readOnly(path: folder.file("ledger")))) {
      try ImportPipeline.run(source: ByteSource(path: path), log: reading)
    }
  }

  @Test func anXESLogIsImportedOnceHoweverOftenItIsRead() throws {
    let text = """
      <log><trace><string key="concept:name" value="1"/>
      <event><string key="concept:name" value="a"/><date key="time:timestamp" value="2026-01-02T08:00:00Z"/></event>
      <event><string key="concept:name" value="b"/></event>
      </trace></log>
      """
    #expect(throws: ImportError.self) { try run(text) }
    #expect(try ids() == [])
    let report = try run(text, ImportOptions(onError: .skip))
    #expect((report.events, report.appended, report.rejected) == (4, 3, 1))
    #expect(try run(text, ImportOptions(onError: .skip)).duplicates == 3)
  }
}
