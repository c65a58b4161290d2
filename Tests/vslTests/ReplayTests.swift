import Foundation
import Testing

@Suite struct ReplayTests {
  let program: Program

  init() throws {
    program = try Program()
    let text =
      event(
        "stream.defined", "payments", "2026-01-01T00:00:00Z", data: #"{"stages":[{"name":"review","kind":"work"}]}"#)
      + event("item.created", "P-1", "2026-01-02T00:00:00Z")
      + event("item.entered", "P-1", "2026-01-03T00:00:00Z", data: #"{"stage":"review"}"#)
      + event("item.created", "P-2", "2026-01-04T00:00:00Z")
      + event("item.delivered", "P-1", "2026-01-05T00:00:00Z")
    #expect(try program.run("append", stdin: text).code == 0)
  }

  /// The positions that `vsl log` prints.
  private func positions(_ options: String...) throws -> [Int] {
    let outcome = try program.run(["log", "--format", "csv"] + options)
    #expect(outcome.code == 0)
    return outcome.lines.dropFirst().compactMap { Int($0.prefix { $0 != "," }) }
  }

  @Test func logReplaysInOrderWithFilters() throws {
    #expect(try positions() == [1, 2, 3, 4, 5])
    #expect(try positions("--reverse") == [5, 4, 3, 2, 1])
    #expect(try positions("--last", "2") == [4, 5])
    #expect(try positions("--last", "2", "--reverse") == [5, 4])
    #expect(try positions("--type", "item.created") == [2, 4])
    #expect(try positions("--subject", "P-1") == [2, 3, 5])
    #expect(try positions("--from-position", "2", "--to-position", "3") == [2, 3])
    #expect(try positions("--from", "2026-01-03", "--to", "2026-01-05") == [3, 4])
    #expect(try positions("--recorded-to", "2020-01-01") == [])
    #expect(try program.run("log", "--subject", "nobody").code == 2)
  }

  @Test func logPrintsRecordsAsTheyWereSent() throws {
    let outcome = try program.run("log", "--format", "ndjson", "--from-position", "2", "--to-position", "2")
    #expect(outcome.out == event("item.created", "P-1", "2026-01-02T00:00:00Z"))
  }

  @Test func followShowsEventsOfAnotherProcessInTheirOrder() throws {
    let process = try program.start(["log", "--follow", "--last", "1", "--format", "ndjson"], tag: "follow")
    defer { kill(process.processIdentifier, SIGKILL) }
    func wait(for count: Int) throws -> [Substring] {
      var lines: [Substring] = []
      for _ in 0..<200 where lines.count < count {
        usleep(50_000)
        lines = String(decoding: try program.read("follow.out"), as: UTF8.self).split(separator: "\n")
      }
      return lines
    }
    #expect(try wait(for: 1).count == 1)
    let two =
      event("item.created", "P-8", "2026-01-06T00:00:00Z") + event("item.created", "P-9", "2026-01-06T00:00:00Z")
    #expect(try program.run("append", stdin: two).code == 0)
    let lines = try wait(for: 3)
    #expect(lines.count == 3)
    #expect(lines.dropFirst().map { $0.contains("P-8") } == [true, false])
    #expect(process.isRunning)
  }

  @Test func itemShowsItsTimeline() throws {
    let outcome = try program.run("item", "P-1")
    #expect(outcome.code == 0)
    #expect(outcome.out.contains("review"))
    #expect(try program.run("item", "P-1", "--format", "json").object()["position"] as? Int == 5)
    let unknown = try program.run("item", "P-77")
    #expect(unknown.code == 2)
    #expect(unknown.err.contains("P-77"))
  }

  @Test func streamsAndInfoSayWhatIsThere() throws {
    let streams = try program.run("streams", "--format", "json").rows()
    #expect(streams.first?["stream"] as? String == "payments")
    #expect(streams.first?["stage"] as? String == "review")
    let info = try program.run("info")
    #expect(info.code == 0)
    #expect(info.out.contains(try program.root()))
    #expect(info.out.contains("records"))
  }

  @Test func verifyIsCleanAndRebuildChangesNothing() throws {
    let before = try program.run("show", "lead-time", "--at", "2026-02-01", "--format", "json").out
    let verify = try program.run("verify")
    #expect(verify.code == 0)
    #expect(verify.out.contains("5 events"))
    #expect(try program.run("rebuild").code == 0)
    #expect(try program.run("show", "lead-time", "--at", "2026-02-01", "--format", "json").out == before)
    #expect(try program.run("verify").code == 0)
  }

  @Test func aVerifiedRebuildComparesEveryBookAndLeavesNothingBehind() throws {
    let files = try FileManager.default.contentsOfDirectory(atPath: program.path("ledger")).sorted()
    let outcome = try program.run("rebuild", "--verify", "--format", "json")
    #expect(outcome.code == 0)
    let rows = try outcome.rows()
    #expect(
      rows.compactMap { $0["book"] as? String } == [
        "book.arrivals", "book.visits", "book.completions", "book.defects", "book.blocks", "book.events",
        "deployments.changes", "facts.outline",
      ])
    for row in rows { #expect(row["live"] as? String == row["rebuilt"] as? String && row["same"] as? String == "yes") }
    #expect(Set(rows.compactMap { $0["live"] as? String }).count > 2)
    #expect(try FileManager.default.contentsOfDirectory(atPath: program.path("ledger")).sorted().count >= files.count)
    #expect(
      try !FileManager.default.contentsOfDirectory(atPath: program.path("ledger")).contains { $0.hasSuffix(".new") })
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func shellsGetCompletions(shell: String) throws {
    let outcome = try program.run("--generate-completion-script", shell)
    #expect(outcome.code == 0)
    #expect(outcome.out.contains("lead-time"))
  }

  @Test func helpHasTheCommandsInGroupsWithExamples() throws {
    let outcome = try program.run("--help")
    #expect(outcome.code == 0)
    for group in ["RECORD", "REPLAY", "MEASURE", "AUDIT", "EXAMPLES", "EXIT CODES"] {
      #expect(outcome.out.contains(group))
    }
    for command in ["append", "import", "log", "item", "show", "export"] {
      let help = try program.run(command, "--help")
      #expect(help.code == 0)
      #expect(help.out.contains("EXAMPLES"), "\(command)")
    }
  }

  @Test func metricsAndTypesAreListed() throws {
    let metrics = try program.run("metrics")
    for metric in ["queues", "lead-time", "defects"] { #expect(metrics.out.contains(metric)) }
    #expect(try program.run("types").out.contains("item.created"))
    #expect(try program.run("types", "item.entered").out.contains("stage"))
  }
}
