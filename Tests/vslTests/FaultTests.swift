import Foundation
import Glibc
import Testing

@Suite("Faults", .serialized)
struct FaultTests {
  private func simulated(_ program: Program, _ count: Int) throws -> String {
    let result = try program.run("simulate", "--events", "\(count)", "--seed", "5")
    return try program.file("simulated-\(count).ndjson", Data(result.out.utf8))
  }

  @Test("a folder that is no ledger, and one that is taken, are named with what to do")
  func noLedger() throws {
    let program = try Program()
    let missing = try program.run("show", "queues")
    #expect(missing.code == 4)
    #expect(missing.err.contains("vsl init"))
    _ = try program.file("notes.txt", Data("x".utf8))
    let taken = try program.run("init", "--ledger", program.folder)
    #expect(taken.code != 0)
    #expect(try program.run("info", "--ledger", program.folder).code == 4)
    _ = try program.file("log.mdb", Data(repeating: 7, count: 8192))
    let garbage = try program.run("info", "--ledger", program.folder)
    #expect(garbage.code == 4)
    #expect(garbage.signal == nil)
  }

  @Test("kill -9 in the middle of an import: what was acknowledged is there, verify passes, and the import resumes")
  func killed() throws {
    let program = try Program()
    try program.run("init")
    let path = try simulated(program, 60_000)
    var last = 0
    for round in 0..<4 {
      let process = try program.start(["import", path])
      usleep(useconds_t(200_000 + round * 250_000))
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      let count = try program.count()
      #expect(count >= last, "acknowledged events are gone")
      last = count
      #expect(try program.run("verify").code == 0)
    }
    let resumed = try program.run("import", path)
    #expect(resumed.code == 0)
    #expect(try program.count() == 60_000)
    #expect(try program.run("verify").code == 0)
    let exported = try program.run("export", "events").out
    #expect(exported == String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self))
  }

  @Test("two processes import at once, and a third reads: all events are there and verify passes")
  func several() throws {
    let program = try Program()
    try program.run("init")
    let one = try program.run("simulate", "--events", "8000", "--seed", "1").out
    let two = try program.run("simulate", "--events", "8000", "--seed", "2").out
    let first = try program.start(["import", program.file("one.ndjson", Data(one.utf8))])
    let second = try program.start(["import", program.file("two.ndjson", Data(two.utf8))])
    while first.isRunning || second.isRunning {
      #expect(try program.run("show", "queues").code == 0)
    }
    #expect(first.terminationStatus == 0)
    #expect(second.terminationStatus == 0)
    #expect(try program.count() == 16_000)
    #expect(try program.run("verify").code == 0)
  }

  @Test("a data file cut short by hand is refused, not read")
  func truncated() throws {
    let program = try Program()
    try program.run("init")
    try program.run("import", simulated(program, 3000))
    truncate(program.ledger + "/log.mdb", 100_000)
    for command in [["info"], ["verify"], ["show", "queues"], ["append", "item.created", "A"]] {
      let result = try program.run(all: command)
      #expect(result.signal == nil, "\(command) crashed")
      #expect(result.code == 4, "\(command): \(result.err)")
      #expect(result.err.contains("100000"), "\(result.err)")
    }
  }

  @Test("a changed byte of a record is found, and its position named")
  func changedRecord() throws {
    let program = try Program()
    try program.run("init")
    try program.run("import", simulated(program, 500))
    let path = program.ledger + "/log.mdb"
    var data = try #require(FileManager.default.contents(atPath: path))
    let needle = Data(#""type":"vsl.item.delivered.v1""#.utf8)
    let range = try #require(data.range(of: needle))
    data[range.lowerBound + 12] = UInt8(ascii: "X")
    try data.write(to: URL(fileURLWithPath: path))
    let result = try program.run("verify")
    #expect(result.code == 1)
    #expect(result.out.contains("position") || result.out.contains("record"))
  }

  @Test("damaged or missing books are made anew: they follow from the log")
  func books() throws {
    let program = try Program()
    try program.run("init")
    try program.run("import", simulated(program, 2000))
    let before = try program.run("show", "queues", "--at", "2026-02-01").out
    for file in try FileManager.default.contentsOfDirectory(atPath: program.ledger) where file.hasPrefix("books-") {
      try FileManager.default.removeItem(atPath: program.ledger + "/" + file)
    }
    #expect(try program.run("show", "queues", "--at", "2026-02-01").out == before)
    #expect(try program.run("rebuild").code == 0)
    #expect(try program.run("show", "queues", "--at", "2026-02-01").out == before)
  }

  @Test("a ledger that cannot be written to answers questions and refuses appends")
  func readOnly() throws {
    guard getuid() == 0, FileManager.default.isExecutableFile(atPath: "/usr/bin/setpriv") else {
      print("skipped: needs root and setpriv to become another user")
      return
    }
    let program = try Program()
    try program.run("init")
    try program.run("import", simulated(program, 500))
    chmod(program.folder, 0o755)
    chmod(program.ledger, 0o755)
    func asNobody(_ arguments: String...) throws -> (code: Int32, text: String) {
      let process = Process()
      process.executableURL = URL(fileURLWithPath: "/usr/bin/setpriv")
      process.arguments =
        ["--reuid=65534", "--regid=65534", "--clear-groups", Program.binary] + arguments + ["--ledger", program.ledger]
      let pipe = Pipe()
      process.standardOutput = pipe
      process.standardError = pipe
      try process.run()
      let text = String(decoding: pipe.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
      process.waitUntilExit()
      return (process.terminationReason == .uncaughtSignal ? -1 : process.terminationStatus, text)
    }
    let probe = try asNobody("--version")
    guard probe.code == 0 else {
      print("skipped: another user cannot run the program here")
      return
    }
    let shown = try asNobody("show", "queues", "--at", "2026-02-01")
    #expect(shown.code == 0, "\(shown.text)")
    let refused = try asNobody("append", "item.created", "A")
    #expect(refused.code == 4, "\(refused.text)")
    #expect(try program.count() == 500)
  }

  @Test("a full disk is a clear error, and what was acknowledged stays")
  func fullDisk() throws {
    let program = try Program()
    let mount = program.folder + "/small"
    try FileManager.default.createDirectory(atPath: mount, withIntermediateDirectories: true)
    let mounting = Process()
    mounting.executableURL = URL(fileURLWithPath: "/bin/mount")
    mounting.arguments = ["-t", "tmpfs", "-o", "size=6m", "tmpfs", mount]
    mounting.standardError = FileHandle.nullDevice
    try? mounting.run()
    mounting.waitUntilExit()
    guard mounting.terminationStatus == 0 else {
      print("skipped: a small file system cannot be mounted here")
      return
    }
    defer { umount2(mount, Int32(MNT_DETACH)) }
    let ledger = mount + "/ledger"
    try program.run("init", "--ledger", ledger)
    let path = try simulated(program, 40_000)
    let result = try program.run("import", path, "--ledger", ledger)
    #expect(result.signal == nil)
    #expect(result.code == 4, "\(result.err)")
    #expect(result.err.lowercased().contains("space") || result.err.lowercased().contains("full"), "\(result.err)")
    let kept = try program.run("export", "events", "--ledger", ledger).out
    #expect(!kept.isEmpty)
    let all = String(decoding: FileManager.default.contents(atPath: path) ?? Data(), as: UTF8.self)
    #expect(all.hasPrefix(kept))
  }
}
