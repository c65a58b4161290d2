import Foundation
import Testing

/// Imports that are killed, and imports beside each other.
@Suite(.serialized) struct KillTests {
  static let events = 60_000

  private static func simulate(_ program: Program, _ name: String, seed: Int, events: Int) throws {
    let process = try program.start(["simulate", "--events", "\(events)", "--seed", "\(seed)"], tag: name)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0)
  }

  @Test func anImportThatIsKilledLosesNothingAndGoesOn() throws {
    let program = try Program()
    try Self.simulate(program, "events", seed: 11, events: Self.events)
    var last = 0
    var killed = 0
    for delay in [300_000, 700_000, 1_100_000, 1_500_000, 1_900_000] {
      let process = try program.start(["import", "events.out"])
      usleep(UInt32(delay))
      if process.isRunning { killed += 1 }
      kill(process.processIdentifier, SIGKILL)
      process.waitUntilExit()
      let size = try program.size()
      #expect(size >= last)
      last = size
      #expect(try program.run("verify").code == 0)
      // Acknowledged means appended: a batch that was printed is there after the next kill, too.
      let acknowledged = try program.run(
        "append", "item.created", "KILL-\(delay)", "--id", "\(delay)", "--at", "2026-01-01")
      #expect(acknowledged.out == "\(size + 1)\n")
      last += 1
    }
    #expect(killed > 0)
    #expect(try program.run("import", "events.out").code == 0)
    #expect(try program.size() == Self.events + 5)
    #expect(try program.run("verify").code == 0)
    let lines = try program.run("export", "events").lines.filter { !$0.contains("\"KILL-") }
    #expect(lines.count == Self.events)
    #expect(lines == String(decoding: try program.read("events.out"), as: UTF8.self).split(separator: "\n"))
  }

  @Test func twoImportsAtOnceBothSucceed() throws {
    let program = try Program()
    try Self.simulate(program, "one", seed: 21, events: 8000)
    // Ids of another organisation, so that the two share nothing.
    let other = String(decoding: try program.read("one.out"), as: UTF8.self)
      .replacingOccurrences(of: "\"source\":\"", with: "\"source\":\"/other")
    try program.write(other, "two.out")
    let processes = try ["one.out", "two.out"].map { try program.start(["import", $0]) }
    for process in processes {
      process.waitUntilExit()
      #expect(process.terminationReason == .exit)
      #expect(process.terminationStatus == 0)
    }
    #expect(try program.size() == 16_000)
    #expect(try program.run("verify").code == 0)
  }
}
