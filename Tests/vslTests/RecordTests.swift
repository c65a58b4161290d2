import Foundation
import Testing

@Suite struct RecordTests {
  @Test func initMakesALedgerOnceAndLeavesOtherFoldersAlone() throws {
    let program = try Program(withLedger: false)
    #expect(try program.run("init").code == 0)
    let again = try program.run("init")
    #expect(again.code == 2)
    #expect(again.err.contains("holds a ledger already"))
    try FileManager.default.createDirectory(atPath: program.path("full"), withIntermediateDirectories: true)
    try program.write("mine", "full/file")
    let full = try program.run("init", "--ledger", "full")
    #expect(full.code == 2)
    #expect(!full.err.isEmpty)
    #expect(try FileManager.default.contentsOfDirectory(atPath: program.path("full")) == ["file"])
  }

  @Test func appendPrintsThePositionOfEachEvent() throws {
    let program = try Program()
    let first = try program.run("append", "item.created", "PAY-1", "kind=bug", "--stream", "payments", "--id", "a")
    #expect(first.code == 0)
    #expect(first.out == "1\n")
    let two =
      event("item.created", "PAY-2", "2026-01-01T00:00:00Z") + event("item.created", "PAY-3", "2026-01-01T00:00:00Z")
    #expect(try program.run("append", stdin: two).out == "2\n3\n")
    #expect(try program.size() == 3)
  }

  @Test func appendTakesAnArrayFromStandardInput() throws {
    let program = try Program()
    let array =
      "[" + event("item.created", "A", "2026-01-01T00:00:00Z") + ","
      + event("item.created", "B", "2026-01-01T00:00:00Z") + "]"
    #expect(try program.run("append", stdin: array).out == "1\n2\n")
  }

  @Test func oneBadEventOfThreeMeansThatNoneIsWritten() throws {
    let program = try Program()
    let outcome = try program.run(
      "append",
      stdin: event("item.created", "A", "2026-01-01T00:00:00Z")
        + event("item.entered", "A", "2026-01-01T00:00:00Z", data: "{\"stage\":7}")
        + event("item.created", "C", "2026-01-01T00:00:00Z"))
    #expect(outcome.code == 2)
    #expect(outcome.out == "")
    #expect(outcome.err.contains("line 2: /data/stage:"))
    #expect(outcome.err.contains("[type]"))
    #expect(try program.size() == 0)
  }

  @Test func anExpectedVersionThatDoesNotHoldIsAConflict() throws {
    let program = try Program()
    #expect(try program.run("append", "item.created", "A", "--id", "1", "--expect-version", "0").code == 0)
    let conflict = try program.run("append", "item.delivered", "A", "--id", "2", "--expect-version", "0")
    #expect(conflict.code == 3)
    #expect(conflict.err.contains("A"))
    #expect(try program.size() == 1)
    #expect(try program.run("append", "item.delivered", "A", "--id", "2", "--expect-version", "1").code == 0)
    #expect(try program.size() == 2)
  }

  @Test func theSameEventAgainHasItsOldPositionAndAnotherWithItsIdIsAConflict() throws {
    let program = try Program()
    let original = event("item.created", "A", "2026-01-01T00:00:00Z", id: "one")
    #expect(try program.run("append", stdin: original).out == "1\n")
    #expect(try program.run("append", stdin: event("item.created", "B", "2026-01-01T00:00:00Z")).out == "2\n")
    let again = try program.run("append", stdin: original)
    #expect(again.code == 0)
    #expect(again.out.hasPrefix("1 "))
    let other = try program.run(
      "append", stdin: event("item.created", "A", "2026-01-01T00:00:00Z", id: "one", data: "{\"kind\":\"bug\"}"))
    #expect(other.code == 3)
    #expect(other.err.contains("\"one\"") || other.err.contains("one"))
    #expect(other.err.contains("1"))
    #expect(other.err.contains("/test"))
    #expect(try program.size() == 2)
  }

  @Test func anUnknownTypeSuggestsTheNearest() throws {
    let program = try Program()
    let outcome = try program.run("append", "item.creatd", "A")
    #expect(outcome.code == 2)
    #expect(outcome.err.contains("item.created"))
    #expect(try program.size() == 0)
  }

  @Test func theLedgerComesFromTheOptionThenTheVariableThenTheFolder() throws {
    let program = try Program(withLedger: false)
    let none = try program.run("info")
    #expect(none.code == 4)
    #expect(none.err.contains("vsl init"))
    program.environment["VSL_LEDGER"] = program.path("elsewhere")
    #expect(try program.run("init").code == 0)
    #expect(FileManager.default.fileExists(atPath: program.path("elsewhere/log.mdb")))
    #expect(try program.run("append", "item.created", "A").code == 0)
    #expect(try program.size() == 1)
    #expect(try program.run("info", "--ledger", "third").code == 4)
  }

  @Test func aWrongCommandLineHasACodeOfItsOwn() throws {
    let program = try Program()
    #expect(try program.run("show", "lead-time", "--nonsense").code == 64)
    #expect(try program.run("append", "item.created").code == 64)
    #expect(try program.run("show", "lead-time", "--at", "yesterday").code == 64)
  }
}
