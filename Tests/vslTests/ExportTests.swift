import Foundation
import Testing

/// Answers in files that other programs read.
@Suite struct ExportTests {
  let program: Program

  init() throws {
    program = try Program()
    let text = (1...40).map { number in
      event("item.created", "ITEM-\(number)", "2026-01-01T00:00:00Z")
        + event("item.delivered", "ITEM-\(number)", "2026-01-0\(number % 8 + 2)T00:00:00Z")
    }.joined()
    #expect(try program.run("append", stdin: text).code == 0)
  }

  private func files() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: program.folder.path).sorted()
  }

  @Test func showWritesOpenMetrics() throws {
    let outcome = try program.run("show", "lead-time", "--stream", "payments", "--format", "openmetrics")
    #expect(outcome.code == 0)
    #expect(outcome.lines.contains(#"vsl_lead_time_n_items{stream="payments"} 40"#))
    #expect(outcome.lines.contains(#"vsl_lead_time_max_seconds{stream="payments"} 691200"#))
    #expect(outcome.lines.last == "# EOF")
  }

  @Test func parquetGoesToAFileOrAnotherProgramAndNotToATerminal() throws {
    #expect(
      try program.run("export", "lead-time", "--format", "parquet", "-o", "lead.parquet", "--at", "2026-02-01").code
        == 0)
    let file = try program.read("lead.parquet")
    #expect(file.prefix(4) == Data("PAR1".utf8) && file.suffix(4) == Data("PAR1".utf8))
    let command = "'\(Program.executable.path)' show lead-time --format parquet"
    #expect(try Program.tool("sh", "-c", "cd '\(program.folder.path)' && \(command) > shown.parquet") == 0)
    #expect(try program.read("shown.parquet").suffix(4) == Data("PAR1".utf8))

    // `script` gives the program a terminal to write to.
    let terminal = try Program.tool("script", "-qec", "cd '\(program.folder.path)' && \(command)", "/dev/null")
    #expect(terminal == 2)
  }

  @Test func eventsAreWrittenOnlyInFormsOfRows() throws {
    let outcome = try program.run("export", "events", "--format", "parquet", "-o", "events.parquet")
    #expect(outcome.code == 64)
    #expect(outcome.err.contains("table, csv, json, ndjson, markdown"))
    #expect(try program.run("log", "--format", "openmetrics").code == 64)
    #expect(try !files().contains("events.parquet"))
  }

  @Test func anExportThatIsRefusedLeavesTheFileAsItIs() throws {
    try program.write("precious", "lead.csv")
    #expect(try program.run("export", "lead-time", "--known-at", "1000", "-o", "lead.csv").code == 2)
    #expect(String(decoding: try program.read("lead.csv"), as: UTF8.self) == "precious")
  }

  @Test func sqliteTakesNoEventsAndNeedsAFileAndOtherFormatsTakeOneThing() throws {
    for arguments in [
      ["--format", "sqlite"], ["events", "--format", "sqlite", "-o", "m.db"], ["lead-time", "queues"], [],
    ] {
      let outcome = try program.run(["export"] + arguments)
      #expect(outcome.code == 64, "\(arguments)")
    }
    let unknown = try program.run("export", "velocity", "--format", "sqlite", "-o", "m.db")
    #expect(unknown.code == 2)
    #expect(try files() == ["ledger"])
  }

  @Test func aDatabaseHoldsAllMetricsOrThoseThatAreNamed() throws {
    #expect(try program.run("export", "--format", "sqlite", "-o", "m.db").code == 0)
    let all = String(decoding: try program.read("m.db"), as: UTF8.self)
    for metric in ["queues", "lead_time", "defects"] { #expect(all.contains("CREATE TABLE \"\(metric)\"")) }

    #expect(try program.run("append", "item.created", "L", "labels.a=b c", "--at", "2026-01-01").code == 0)
    let named = try program.run("export", "defects", "--label", "a=b c", "--format", "sqlite", "-o", "m.db")
    #expect(named.code == 0)
    let one = String(decoding: try program.read("m.db"), as: UTF8.self)
    #expect(one.contains("CREATE TABLE \"defects\"") && !one.contains("CREATE TABLE \"queues\""))
    #expect(one.contains("vsl export defects --label 'a=b c' --format sqlite -o m.db"))
    #expect(try files() == ["ledger", "m.db"])
  }

  @Test func ofAllMetricsThoseThatCannotBeAskedSoAreLeftOutAndNamed() throws {
    let times = try program.run("export", "--working-time", "--format", "sqlite", "-o", "m.db")
    #expect(times.code == 0 && times.err == "", "\(times)")
    let split = try program.run("export", "--by", "stage", "--format", "sqlite", "-o", "m.db")
    #expect(split.code == 0)
    #expect(split.err.contains("health is left out: health cannot be split at all."), "\(split.err)")
    #expect(!split.err.contains("queues is left out"), "\(split.err)")
    let database = String(decoding: try program.read("m.db"), as: UTF8.self)
    #expect(database.contains("CREATE TABLE \"queues\"") && !database.contains("CREATE TABLE \"health\""))
    #expect(database.contains("health cannot be split at all."))
    // What is named is not left out, and what nothing can be asked about is an error.
    #expect(try program.run("export", "wip", "--working-time", "--format", "sqlite", "-o", "n.db").code == 2)
    #expect(try program.run("export", "--stream", "nowhere", "--format", "sqlite", "-o", "n.db").code == 2)
    #expect(try files() == ["ledger", "m.db"])
  }

  @Test func aFullDiskLeavesTheOldDatabase() throws {
    try program.write("precious", "m.db")
    // The books are made before, so that only the database is written under the limit.
    #expect(try program.run("show", "queues").code == 0)
    // As on a full disk, a write fails; the limit is in KiB, and its signal is ignored.
    program.wrapper = ["bash", "-c", "ulimit -f 8; trap '' XFSZ; exec \"$0\" \"$@\""]
    let outcome = try program.run("export", "--format", "sqlite", "-o", "m.db")
    #expect(outcome.code == 4)
    #expect(outcome.err.contains("m.db") && outcome.err.contains("disk"), "\(outcome.err)")
    #expect(try files() == ["ledger", "m.db"])
    #expect(String(decoding: try program.read("m.db"), as: UTF8.self) == "precious")
  }
}
