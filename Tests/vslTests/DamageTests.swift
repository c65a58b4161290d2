import Foundation
import TestSupport
import Testing

/// Ledgers damaged in every way that a disk damages files, against what was in them. `VSL_DAMAGE_ROUNDS` and `VSL_DAMAGE_SEED` make it longer.
@Suite("Damaged files", .serialized)
struct DamageTests {
  @Test("no damage ends verify or repair, is called right, or lets a record through that was never appended")
  func anyDamage() throws {
    let rounds = Self.number("VSL_DAMAGE_ROUNDS") ?? 24
    var random = SeededGenerator(seed: UInt64(Self.number("VSL_DAMAGE_SEED") ?? 7))
    let program = try Program()
    let events = try program.run("simulate", "--events", "1200", "--seed", "3")
    #expect(try program.run(["import", "-"], stdin: Data(events.out.utf8)).code == 0)
    let original = try program.read("ledger/log.mdb")
    let records = try program.run("log", "--format", "ndjson").out
    let lines = records.split(separator: "\n")
    var found = 0
    for round in 0..<rounds {
      let damaged = Self.damage(original, &random)
      try FileManager.default.createDirectory(atPath: program.path("d\(round)"), withIntermediateDirectories: true)
      try program.write(damaged, "d\(round)/log.mdb")
      let verified = try program.run("verify", "--ledger", "d\(round)")
      // Of a file without its head nobody can tell that it was a ledger.
      let isHeadless = verified.code == 4 && verified.err.contains("holds no ledger")
      #expect([0, 1].contains(verified.code) || isHeadless, "round \(round): \(verified.code) \(verified.err)")
      if verified.code == 0 {
        // The damage lies where nothing is stored.
        #expect(try program.run("log", "--format", "ndjson", "--ledger", "d\(round)").out == records, "round \(round)")
      } else {
        found += 1
        try checkRepair(program, round, lines)
      }
      for name in ["d\(round)", "r\(round)"] { try? FileManager.default.removeItem(atPath: program.path(name)) }
    }
    #expect(found > rounds / 3)
  }

  private func checkRepair(_ program: Program, _ round: Int, _ lines: [Substring]) throws {
    let repaired = try program.run("repair", "--ledger", "d\(round)", "--to", "r\(round)", "--lost", "lost.csv")
    #expect([0, 1, 2].contains(repaired.code), "round \(round): \(repaired.code) \(repaired.err)")
    guard repaired.code != 2 else { return }
    #expect(try program.run("verify", "--ledger", "r\(round)").code == 0, "round \(round)")
    let kept = try program.run("log", "--format", "ndjson", "--ledger", "r\(round)").lines
    // Kept in order, each byte for byte one that was appended.
    var rest = lines[...]
    for line in kept {
      guard let place = rest.firstIndex(of: line) else {
        Issue.record("round \(round): a record that was never appended, or out of order: \(line.prefix(200))")
        return
      }
      rest = rest[(place + 1)...]
    }
    if repaired.code == 0 { #expect(kept == lines, "round \(round): said to be whole, and is not") }
  }

  @Test("every record that was changed is named, and only that one is lost")
  func oneRecord() throws {
    let program = try Program()
    let events = try program.run("simulate", "--events", "300", "--seed", "3")
    #expect(try program.run(["import", "-"], stdin: Data(events.out.utf8)).code == 0)
    let text = try program.run("log", "--format", "ndjson").lines[122]
    var data = try program.read("ledger/log.mdb")
    let place = try #require(data.range(of: Data(text.utf8)))
    data[place.lowerBound + text.utf8.count / 2] ^= 1
    try program.write(data, "ledger/log.mdb")
    let verified = try program.run("verify")
    #expect(verified.code == 1)
    #expect(verified.out.contains("position 123"))
    let repaired = try program.run("repair", "--to", "repaired")
    #expect(repaired.code == 1)
    #expect(repaired.out.contains("Kept 299 of 300"))
    #expect(repaired.out.contains("leaf hash"))
    #expect(try program.run("verify", "--ledger", "repaired").code == 0)
  }

  @Test("names of symbols out of order are a finding, and end nobody")
  func namesOutOfOrder() throws {
    let program = try Program()
    let events = try program.run("simulate", "--events", "40", "--seed", "3")
    #expect(try program.run(["import", "-"], stdin: Data(events.out.utf8)).code == 0)
    let original = try program.read("ledger/log.mdb")
    // The key of the second subject's name, as LMDB has it: its size, then the number and the namespace.
    var place = original.startIndex
    var found = 0
    while let key = original.range(of: Data([8, 0, 2, 0, 0, 0, 1, 0, 0, 0]), in: place..<original.endIndex) {
      place = key.upperBound
      var data = original
      data[key.lowerBound + 6] ^= 1
      try program.write(data, "ledger/log.mdb")
      let verified = try program.run("verify", "--in-this-process")
      #expect([0, 1].contains(verified.code), "\(verified.code) \(verified.err)")
      if verified.code == 1 { found += 1 }
    }
    #expect(found > 0)
  }

  @Test("an undamaged ledger is repaired into one with the same root")
  func nothingLost() throws {
    let program = try Program()
    let events = try program.run("simulate", "--events", "300", "--seed", "4")
    #expect(try program.run(["import", "-"], stdin: Data(events.out.utf8)).code == 0)
    let repaired = try program.run("repair", "--to", "repaired")
    #expect(repaired.code == 0)
    let root = try program.run("info", "--format", "json").out
    let other = try program.run("info", "--format", "json", "--ledger", "repaired").out
    let roots = [root, other].map { text in text.components(separatedBy: "\n").first { $0.contains("root") } ?? text }
    #expect(repaired.out.contains("Kept 300 of 300"))
    #expect(roots[0].contains("root"))
    #expect(try program.run("repair", "--to", "repaired").code != 0)
  }

  private static func number(_ name: String) -> Int? { ProcessInfo.processInfo.environment[name].flatMap(Int.init) }

  private static func damage(_ original: Data, _ random: inout SeededGenerator) -> Data {
    var data = original
    let page = random.below(data.count / 4096) * 4096
    switch random.below(10) {
    case 0...3: data[random.below(data.count)] ^= 1 << UInt8(random.below(8))
    case 4...6: data[page + random.below(64)] ^= 1 << UInt8(random.below(8))
    case 7: for index in page..<page + 4096 { data[index] = UInt8(random.below(256)) }
    case 8: for index in page..<page + 512 { data[index] = 0 }
    default: data = data.prefix(random.below(data.count))
    }
    return data
  }
}
