import Foundation
import Testing

@Suite("Commands")
struct CommandTests {
  /// Ten items that took 1 … 10 hours, delivered on ten days.
  private func tenItems() -> String {
    var lines: [String] = []
    for hours in 1...10 {
      let day = hours < 10 ? "0\(hours)" : "\(hours)"
      let end = hours < 10 ? "0\(hours)" : "\(hours)"
      lines.append(Program.event("c\(hours)", "item.created", "I\(hours)", "2026-01-\(day)T00:00:00Z", data: #"{"stage":"doing"}"#))
      lines.append(Program.event("d\(hours)", "item.delivered", "I\(hours)", "2026-01-\(day)T\(end):00:00Z"))
    }
    return lines.joined(separator: "\n") + "\n"
  }

  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  @Test("lead times worked by hand: nearest rank, mean, also at an earlier position and time")
  func leadTimes() throws {
    let program = try Program()
    try program.run("init")
    #expect(try program.run("append", stdin: tenItems()).code == 0)
    func row(_ options: String...) throws -> [String: Any] {
      let arguments = ["show", "lead-time", "--format", "json"] + options
      let process = try program.run(all: arguments)
      #expect(process.code == 0, "\(process.err)")
      let answer = try object(process.out)
      #expect(Set(answer.keys).isSuperset(of: ["metric", "parameters", "position", "root", "columns", "rows"]))
      return try #require((answer["rows"] as? [[String: Any]])?.first)
    }
    let all = try row("--at", "2026-02-01")
    #expect(all["n"] as? Int == 10)
    #expect(all["p50"] as? Double == 5 * 3600)
    #expect(all["p85"] as? Double == 9 * 3600)
    #expect(all["p95"] as? Double == 10 * 3600)
    #expect(all["max"] as? Double == 10 * 3600)
    #expect(all["mean"] as? Double == 5.5 * 3600)
    let earlierKnown = try row("--known-at", "8", "--at", "2026-02-01")
    #expect(earlierKnown["n"] as? Int == 4)
    let earlier = try row("--at", "2026-01-03T03:00:00Z")
    #expect(earlier["n"] as? Int == 3)
    let both = try row("--known-at", "8", "--at", "2026-01-02T12:00:00Z")
    #expect(both["n"] as? Int == 2)
    #expect(both["max"] as? Double == 2 * 3600)
  }

  @Test("queues and defects have the columns that scripts rely on")
  func columns() throws {
    let program = try Program()
    try program.run("init")
    try program.run(
      "append",
      stdin: [
        Program.event("1", "stream.defined", "s", "2026-01-01T00:00:00Z", data: #"{"stages":[{"name":"doing","kind":"work","wipLimit":1},{"name":"done","kind":"done"}]}"#),
        Program.event("2", "item.created", "A", "2026-01-01T00:00:00Z"),
        Program.event("3", "item.created", "B", "2026-01-02T00:00:00Z"),
        Program.event("4", "item.entered", "B", "2026-01-03T00:00:00Z", data: #"{"stage":"done"}"#),
        Program.event("5", "defect.found", "D", "2026-01-04T00:00:00Z", data: #"{"item":"B","severity":"major"}"#),
      ].joined(separator: "\n"))
    let queues = try object(program.run("show", "queues", "--at", "2026-01-05", "--format", "json").out)
    let stage = try #require((queues["rows"] as? [[String: Any]])?.first)
    #expect(stage["stage"] as? String == "doing")
    #expect(stage["count"] as? Int == 1)
    #expect(stage["oldestAge"] as? Double == 4 * 86_400)
    #expect(stage["p85Age"] as? Double == 4 * 86_400)
    #expect(stage["wipLimit"] as? Int == 1)
    let defects = try object(program.run("show", "defects", "--period", "month", "--at", "2026-02-01", "--format", "json").out)
    let month = try #require((defects["rows"] as? [[String: Any]])?.first)
    #expect(month["period"] as? String == "2026-01")
    #expect(month["found"] as? Int == 1)
    #expect(month["escaped"] as? Int == 1)
    #expect(month["delivered"] as? Int == 1)
    #expect(month["rate"] as? Double == 1)
  }

  @Test("every format of an answer is written, and unknown names suggest the nearest")
  func formatsAndNames() throws {
    let program = try Program()
    try program.run("init")
    try program.run("append", stdin: tenItems())
    for format in ["table", "csv", "json", "ndjson", "markdown"] {
      let result = try program.run("show", "lead-time", "--format", format)
      #expect(result.code == 0)
      #expect(result.out.contains("p85"))
    }
    let metric = try program.run("show", "lead-tme")
    #expect(metric.code == 2)
    #expect(metric.err.contains("lead-time"))
    let stage = try program.run("show", "queues", "--stage", "doin")
    #expect(stage.code == 2)
    #expect(stage.err.contains("doing"))
    #expect(try program.run("show", "lead-time", "--from", "2026-02-01", "--to", "2026-01-01").code == 2)
    #expect(try program.run("show", "lead-time", "--period", "day", "--timezone", "Mars/Olympus").code == 2)
    #expect(try program.run("show", "lead-time", "--known-at", "99").code == 2)
    #expect(try program.run("show", "queues", "--at", "yesterday").code == 64)
  }

  @Test("an append from arguments, repeated, in conflict, and with an expected version")
  func append() throws {
    let program = try Program()
    try program.run("init")
    let first = ["append", "item.created", "PAY-1", "kind=bug", "--stream", "s", "--id", "x", "--at", "2026-01-01T00:00:00Z"]
    #expect(try program.run(all: first).out == "1\n")
    #expect(try program.run(all: first).out == "1 (there already)\n")
    var other = first
    other[3] = "kind=feature"
    let conflict = try program.run(all: other)
    #expect(conflict.code == 3)
    #expect(conflict.err.contains("x"))
    #expect(try program.run("append", "item.entered", "PAY-1", "stage=doing", "--expect-version", "1").out == "2\n")
    let version = try program.run("append", "item.entered", "PAY-1", "stage=review", "--expect-version", "1")
    #expect(version.code == 3)
    #expect(try program.run("append", "item.enterd", "PAY-1").err.contains("item.entered"))
    #expect(try program.run("append", "item.entered", "PAY-1").code == 2)
    #expect(try program.count() == 2)
  }

  @Test("standard input is appended as a whole or not at all, and the refusal says where and why")
  func atomicInput() throws {
    let program = try Program()
    try program.run("init")
    let good = Program.event("1", "item.created", "A", "2026-01-01T00:00:00Z")
    let bad = Program.event("2", "item.entered", "A", "2026-01-01T00:00:00Z", data: #"{"stage":7}"#)
    let result = try program.run("append", stdin: [good, bad].joined(separator: "\n"))
    #expect(result.code == 2)
    #expect(result.err.contains("line 2"))
    #expect(result.err.contains("/data/stage"))
    #expect(result.err.contains("type"))
    #expect(try program.count() == 0)
  }

  @Test("events come back as they went in: exported and imported elsewhere, they are the same")
  func roundTrip() throws {
    let program = try Program()
    try program.run("init")
    try program.run("append", stdin: tenItems())
    let exported = try program.run("export", "events")
    #expect(exported.out == tenItems())
    let path = try program.file("events.ndjson", Data(exported.out.utf8))
    #expect(try program.run("import", path).out.contains("20 there already"))
    let array = try program.file("array.json", Data(("[" + tenItems().split(separator: "\n").joined(separator: ",\n") + "]").utf8))
    #expect(try program.run("import", array).out.contains("20 there already"))
    let elsewhere = program.folder + "/other"
    try program.run("init", "--ledger", elsewhere)
    #expect(try program.run("import", path, "--ledger", elsewhere).code == 0)
    #expect(try program.run("export", "events", "--ledger", elsewhere).out == exported.out)
  }

  @Test("the log filters, reverses, and follows what others append")
  func log() throws {
    let program = try Program()
    try program.run("init")
    try program.run("append", stdin: tenItems())
    #expect(try program.run("log", "--subject", "I3").out.split(separator: "\n").count == 2)
    #expect(try program.run("log", "--type", "item.delivered").out.split(separator: "\n").count == 10)
    #expect(try program.run("log", "--last", "1", "--format", "ndjson").out.contains("\"d10\""))
    #expect(try program.run("log", "--reverse", "--format", "ndjson").out.hasPrefix(Program.event("d10", "item.delivered", "I10", "2026-01-10T10:00:00Z")))
    let output = Pipe()
    let following = try program.start(["log", "--from-position", "20", "--follow", "--format", "ndjson"], output: output)
    try program.run("append", "item.created", "NEW", "--stream", "s", "--id", "late-one")
    var seen = ""
    let deadline = Date().addingTimeInterval(20)
    while !seen.contains("late-one"), Date() < deadline {
      seen += String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    }
    following.terminate()
    following.waitUntilExit()
    #expect(seen.contains("late-one"))
  }

  @Test("item, streams, info, types, metrics, rebuild, verify and completions answer")
  func otherCommands() throws {
    let program = try Program()
    try program.run("init")
    try program.run("append", stdin: tenItems())
    #expect(try program.run("item", "I4", "--at", "2026-02-01").out.contains("doing"))
    #expect(try program.run("item", "nobody").code == 2)
    #expect(try program.run("streams").out.contains("s"))
    #expect(try program.run("info", "--format", "json").out.contains("records"))
    #expect(try program.run("types", "item.entered").out.contains("stage"))
    #expect(try program.run("metrics").out.contains("lead-time"))
    #expect(try program.run("rebuild").code == 0)
    let verified = try program.run("verify")
    #expect(verified.code == 0)
    #expect(verified.out.contains("20 events"))
    for shell in ["bash", "zsh", "fish"] {
      #expect(try program.run("--generate-completion-script", shell).out.count > 500)
    }
    let help = try program.run("--help").out.uppercased()
    for group in ["RECORD", "REPLAY", "MEASURE", "AUDIT"] { #expect(help.contains(group)) }
  }
}
