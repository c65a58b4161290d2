import Foundation
import Testing

/// Ledgers that cannot be used, or not wholly: a clear message, the right exit code, never a signal.
@Suite struct FaultTests {
  let program: Program

  init() throws {
    program = try Program()
    let text = (1...200).map { event("item.created", "ITEM-\($0)-MARK", "2026-01-01T00:00:00Z") }.joined()
    #expect(try program.run("append", stdin: text).code == 0)
  }

  /// Replaces every occurrence of some bytes in the log's file.
  private func patch(_ old: Data, _ new: Data) throws {
    var file = try program.read("ledger/log.mdb")
    var found = 0
    while let range = file.range(of: old) {
      file.replaceSubrange(range, with: new)
      found += 1
    }
    #expect(found > 0)
    try program.write(file, "ledger/log.mdb")
  }

  private func books() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: program.path("ledger"))
      .filter { $0.hasPrefix("books-") && $0.hasSuffix(".mdb") }
  }

  @Test func aLedgerOfANewerFormatIsNotTouched() throws {
    let key = Data("format".utf8)
    try patch(key + Data([1, 0, 0, 0, 0, 0, 0, 0]), key + Data([99, 0, 0, 0, 0, 0, 0, 0]))
    let before = try program.read("ledger/log.mdb")
    for command in [["info"], ["show", "lead-time"], ["append", "item.created", "X"], ["verify"]] {
      let outcome = try program.run(command)
      #expect(outcome.code == 4, "\(command)")
      #expect(outcome.err.contains("99"))
    }
    #expect(try program.read("ledger/log.mdb") == before)
  }

  @Test func aFolderThatIsNoLedgerIsSaidToBeNone() throws {
    try FileManager.default.createDirectory(atPath: program.path("plain"), withIntermediateDirectories: true)
    try program.write("hello", "plain/file")
    let none = try program.run("info", "--ledger", "plain")
    #expect(none.code == 4)
    #expect(none.err.contains("plain"))
    try program.write(String(repeating: "no database ", count: 2000), "plain/log.mdb")
    for command in ["info", "verify"] {
      let wrong = try program.run(command, "--ledger", "plain")
      #expect(wrong.code == 4)
      #expect(wrong.err.contains("plain"))
    }
    let file = try program.run("info", "--ledger", "plain/file")
    #expect(file.code == 4)
  }

  @Test(.enabled(if: getuid() == 0, "running as somebody else takes root"))
  func aLedgerThatMayOnlyBeReadIsAnsweredFromAndNotAppendedTo() throws {
    #expect(try Program.tool("chmod", "-R", "a+rX,go-w", program.folder.path) == 0)
    program.wrapper = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"]
    let version = try program.run("--version")
    guard version.code == 0 else {
      print("The program cannot be run as another user here: \(version.err)")
      return
    }
    let show = try program.run("show", "queues", "--format", "json")
    #expect(show.code == 0)
    #expect(try show.object()["position"] as? Int == 200)
    let append = try program.run("append", "item.created", "X")
    #expect(append.code == 4)
    #expect(append.err.hasPrefix("vsl: "))
    program.wrapper = []
    #expect(try program.size() == 200)
  }

  @Test(.enabled(if: getuid() == 0, "mounting a small file system takes root"))
  func aFullDiskLosesNothingThatWasAcknowledged() throws {
    let disk = program.path("disk")
    try FileManager.default.createDirectory(atPath: disk, withIntermediateDirectories: true)
    guard try Program.tool("mount", "-t", "tmpfs", "-o", "size=2m", "tmpfs", disk) == 0 else {
      print("Mounting is not permitted here: the full disk is not tested.")
      return
    }
    defer { _ = try? Program.tool("umount", "-l", disk) }
    program.environment["VSL_LEDGER"] = disk + "/ledger"
    #expect(try program.run("init").code == 0)
    var acknowledged = 0
    var failure: Program.Outcome?
    for round in 0..<100 where failure == nil {
      let text = (0..<100).map {
        event("item.created", "R\(round)-\($0)", "2026-01-01T00:00:00Z", data: "{\"title\":\"\(UUID())\"}")
      }.joined()
      let outcome = try program.run("append", stdin: text)
      if outcome.code == 0 { acknowledged += outcome.lines.count } else { failure = outcome }
    }
    #expect(failure?.code == 4)
    #expect(failure?.err.hasPrefix("vsl: ") == true)
    #expect(acknowledged > 0)
    #expect(try Program.tool("mount", "-o", "remount,size=16m", disk) == 0)
    #expect(try program.size() == acknowledged)
    #expect(try program.run("verify").code == 0)
    #expect(try program.run("append", "item.created", "after").out == "\(acknowledged + 1)\n")
  }

  @Test(arguments: [0.9, 0.5, 0.2, 0.0])
  func aFileThatWasTruncatedIsAClearError(share: Double) throws {
    let whole = try program.read("ledger/log.mdb")
    try program.write(whole.prefix(max(100, Int(Double(whole.count) * share))), "ledger/log.mdb")
    for command in [["info"], ["show", "lead-time"], ["append", "item.created", "X"], ["verify"], ["log"]] {
      let outcome = try program.run(command)
      // To verify, damage is what it looks for; what is cut off before the first page is no ledger at all.
      #expect(outcome.code == (command == ["verify"] && share > 0 ? 1 : 4), "\(command)")
      #expect(outcome.err.hasPrefix("vsl: "))
    }
  }

  @Test func verifyNamesThePositionOfADamagedRecord() throws {
    try patch(Data("\"subject\":\"ITEM-123-MARK\"".utf8), Data("\"subject\":\"ITEM-123-MERK\"".utf8))
    let outcome = try program.run("verify")
    #expect(outcome.code == 1)
    #expect((outcome.out + outcome.err).contains("123"))
    #expect(outcome.err.contains("restore"))
    // Nothing but the record is wrong: the first finding is about its hash.
    #expect(try program.run("log", "--last", "1").code == 0)
  }

  @Test(arguments: ["deleted", "emptied", "overwritten", "truncated"])
  func booksThatAreGoneOrDamagedAreMadeAnew(damage: String) throws {
    let ask = ["show", "queues", "--at", "2026-02-01", "--format", "json"]
    let before = try program.run(ask).out
    let files = try books()
    #expect(!files.isEmpty)
    for file in files {
      let content = try program.read("ledger/\(file)")
      switch damage {
      case "deleted": try FileManager.default.removeItem(atPath: program.path("ledger/\(file)"))
      case "emptied": try program.write("", "ledger/\(file)")
      case "overwritten": try program.write(Data(repeating: 0x5A, count: content.count), "ledger/\(file)")
      default: try program.write(content.prefix(content.count / 2), "ledger/\(file)")
      }
    }
    let shown = try program.run(ask)
    #expect(shown.code == 0, "\(shown.err.prefix(300))")
    #expect(shown.out == before)
    #expect(try program.run("rebuild").code == 0)
    #expect(try program.run(ask).out == before)
    #expect(try program.run("verify").code == 0)
  }
}
