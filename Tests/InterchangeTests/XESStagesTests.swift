import EventLog
import Foundation
import TestSupport
import Testing
import ValueStream

@testable import Interchange

/// What an XES log tells of its stream, and how logs with cases of the same names live in one ledger.
@Suite struct XESStagesTests {
  let folder: TemporaryFolder
  let ledger: EventLog

  init() throws {
    folder = try TemporaryFolder()
    ledger = try EventLog.create(at: folder.file("ledger"), options: EventLogOptions(initialMapSize: 1 << 20))
  }

  /// A case of steps such as "check schedule 08:00".
  private func trace(_ name: String, _ steps: String...) -> String {
    let events = steps.map { step in
      let words = step.split(separator: " ")
      return "<event><string key=\"concept:name\" value=\"\(words[0])\"/>"
        + "<string key=\"lifecycle:transition\" value=\"\(words[1])\"/>"
        + "<date key=\"time:timestamp\" value=\"2026-01-02T\(words[2]):00Z\"/></event>"
    }
    return "<trace><string key=\"concept:name\" value=\"\(name)\"/>\(events.joined())</trace>\n"
  }

  private func write(_ traces: String..., name: String = "claims.xes") throws -> String {
    try folder.write("<log>\n\(traces.joined())</log>\n", name)
  }

  private func read(_ traces: String...) throws -> [DecodedEvent] {
    try readElements(folder.write("<log>\n\(traces.joined())</log>\n", "claims.xes")).map { try DecodedEvent($0.text) }
  }

  /// The stages that an event defines: "check (queue): queue".
  private func stages(_ event: DecodedEvent) -> [String] {
    (event.data["stages"] as? [[String: String]] ?? []).map { "\($0["name"] ?? ""): \($0["kind"] ?? "")" }
  }

  /// Imports a file; the definitions that the ledger then has.
  private func imported(_ path: String, stream: String? = nil, itemPrefix: String = "") throws -> [DecodedEvent] {
    try ImportPipeline.run(
      source: ByteSource(path: path), log: ledger, options: ImportOptions(stream: stream, itemPrefix: itemPrefix))
    return try events().filter { $0.type == "vsl.stream.defined.v1" }
  }

  private func events() throws -> [DecodedEvent] {
    try ledger.withSnapshot { snapshot in
      try (0..<snapshot.size).compactMap { index in
        try snapshot.record(at: index + 1).map { try DecodedEvent(String(decoding: $0.bytes, as: UTF8.self)) }
      }
    }
  }

  @Test func aLogWhoseItemsNeverWaitDefinesNothing() throws {
    let events = try read(trace("1", "register start 08:00", "register complete 09:00"))
    #expect(!events.contains { $0.type == "vsl.stream.defined.v1" })
  }

  @Test func theStagesAreDefinedBeforeTheFirstItemThatWaits() throws {
    let events = try read(
      trace("1", "register start 07:00", "register complete 07:30"),
      trace("2", "register start 07:00", "check schedule 08:00", "check start 09:00", "pay schedule 09:30"),
      trace("3", "check schedule 08:00", "pay schedule 09:30"))
    let definitions = events.filter { $0.type == "vsl.stream.defined.v1" }
    #expect(definitions.count == 1)
    #expect(
      stages(definitions[0]) == ["register: work", "check (queue): queue", "check: work", "pay (queue): queue"])
    #expect(definitions[0].time == "1900-01-01T00:00:00Z")
    #expect(definitions[0].subject == "claims" && definitions[0].stream == "claims")
    #expect(
      events.firstIndex { $0.type == "vsl.stream.defined.v1" } == events.firstIndex { $0.subject == "2" }.map { $0 - 1 }
    )
  }

  @Test func anotherQueueFurtherOnDefinesTheStreamAgain() throws {
    let events = try read(
      trace("1", "check schedule 08:00", "check start 09:00"), trace("2", "pay schedule 08:00", "file start 09:00"))
    #expect(
      events.filter { $0.type == "vsl.stream.defined.v1" }.map(stages) == [
        ["check (queue): queue", "check: work"],
        ["check (queue): queue", "check: work", "pay (queue): queue", "file: work"],
      ])
  }

  @Test(arguments: [
    ("schedule", "check (queue)"), ("assign", "check (queue)"), ("suspend", "check"), ("start", "check"),
  ])
  func aCaseBeginsInTheStageOfItsFirstEvent(transition: String, stage: String) throws {
    let events = try read(trace("1", "check \(transition) 08:00", "check start 09:00"))
    let created = try #require(events.first { $0.type == "vsl.item.created.v1" })
    #expect(created.data["stage"] as? String == stage)
  }

  @Test func aLogImportedAgainOrGrownDefinesOnlyWhatIsNew() throws {
    let first = trace("1", "check schedule 08:00", "check start 09:00")
    #expect(try imported(write(first)).count == 1)
    #expect(try imported(write(first)).count == 1)
    #expect(try imported(write(first, trace("2", "check schedule 08:00", "check start 09:00"))).count == 1)
    let grown = try imported(write(first, trace("3", "pay schedule 08:00")))
    #expect(grown.map { stages($0).count } == [2, 3])
  }

  @Test func logsThatShareAStreamKeepEachOthersStages() throws {
    _ = try imported(write(trace("1", "check schedule 08:00"), name: "a.xes"), stream: "all")
    let both = try imported(write(trace("2", "pay schedule 08:00"), name: "b.xes"), stream: "all")
    #expect(both.map(stages).last == ["check (queue): queue", "pay (queue): queue"])
    #expect(try imported(write(trace("1", "check schedule 08:00"), name: "a.xes"), stream: "all").count == 2)
  }

  @Test func moreStagesThanADefinitionMayHaveLeaveOutThoseThatAreWorkAnyway() throws {
    let work = (1...300).map { trace("w\($0)", "w\($0) start 08:00") }.joined()
    let definitions = try imported(write(work, trace("q", "check schedule 08:00")))
    #expect(definitions.map(stages) == [["check (queue): queue"]])
  }

  @Test func aSecondCaseOfOneNameIsRefusedAndBothLinesAreNamed() throws {
    let path = try write(
      trace("1", "a start 08:00"), trace("2", "a start 08:00"), trace("1", "b start 08:00"), trace("3", "a start 08:00")
    )
    #expect {
      try ImportPipeline.run(source: ByteSource(path: path), log: ledger)
    } throws: { error in
      guard case ImportError.refused(_, let refusal) = error else { return false }
      return refusal.rule == "unique" && refusal.line == 4 && refusal.message.contains("line 2")
        && refusal.value == "\"1\""
    }
    let report = try ImportPipeline.run(
      source: ByteSource(path: path), log: ledger, options: ImportOptions(onError: .skip))
    #expect(report.rejected == 1)
    #expect(try Set(events().map(\.subject)) == ["1", "2", "3"])
    #expect(try !events().contains { $0.data["stage"] as? String == "b" })
  }

  @Test func aCaseWithoutEventsTakesNobodysName() throws {
    let path = try write(trace("1"), trace("1", "a start 08:00"), trace("1"))
    #expect(try ImportPipeline.run(source: ByteSource(path: path), log: ledger).appended == 3)
  }

  @Test func aNumberedCaseIsNotTakenForOneOfThatName() throws {
    let path = try write(
      trace("case-2", "a start 08:00"),
      trace("", "a start 08:00").replacing("<string key=\"concept:name\" value=\"\"/>", with: ""))
    #expect(throws: ImportError.self) { try ImportPipeline.run(source: ByteSource(path: path), log: ledger) }
  }

  @Test func aPrefixKeepsTheItemsOfTwoLogsApart() throws {
    let first = try write(trace("1", "a start 08:00"), name: "log.xes")
    _ = try imported(first, itemPrefix: "north/")
    _ = try imported(first, itemPrefix: "south/")
    let events = try events()
    #expect(Set(events.map(\.subject)) == ["north/1", "south/1"])
    // Of one file name and with the same cases, and still no event has the identity of another.
    #expect(Set(events.map(\.id)).count == events.count)
  }

  @Test func differentLogsOfTheSameFileNameNeverConflict() throws {
    _ = try imported(write(trace("1", "a start 08:00", "b start 09:00"), name: "log.xes"))
    _ = try imported(write(trace("1", "a start 08:00", "c start 09:00"), name: "log.xes"))
    let stages = try events().filter { $0.type == "vsl.item.entered.v1" }.compactMap { $0.data["stage"] as? String }
    #expect(stages.sorted() == ["a", "b", "c"])
  }
}
