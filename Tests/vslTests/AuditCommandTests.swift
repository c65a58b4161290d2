import Foundation
import Testing

/// Proofs, evidence and backups as people use them: a ledger, a key, and somebody who has neither.
@Suite("Audit commands")
struct AuditCommandTests {
  private func program(events: Int = 400) throws -> Program {
    let program = try Program()
    let lines = try program.run("simulate", "--events", "\(events)", "--seed", "5").out
    #expect(try program.run(["import", "-"], stdin: Data(lines.utf8)).code == 0)
    #expect(try program.run("key", "new", "example.com/test", "-o", "log.key").code == 0)
    return program
  }

  @Test("a checkpoint that was kept shows whether the log goes on from it")
  func checkpoints() throws {
    let program = try program()
    let signed = try program.run("checkpoint", "--key", "log.key", "-o", "c1.txt")
    #expect(signed.code == 0)
    #expect(try program.run("append", "item.created", "NEW-1", "kind=feature", "--stream", "payments").code == 0)
    let good = try program.run("verify", "--against", "c1.txt", "--public-key", "log.key.pub")
    #expect(good.code == 0)
    #expect(good.out.contains("goes on from the checkpoint of example.com/test with 400 records"))

    // Another ledger, signed with the same key: the key remembers.
    #expect(try program.run("init", "--ledger", "other").code == 0)
    #expect(
      try program.run("append", "item.created", "X", "kind=feature", "--stream", "s", "--ledger", "other").code == 0)
    let refused = try program.run("checkpoint", "--key", "log.key", "--ledger", "other")
    #expect(refused.code == 1)
    #expect(refused.err.contains("does not go on"))
    let parted = try program.run("verify", "--against", "c1.txt", "--ledger", "other")
    #expect(parted.code == 1)
    #expect(parted.out.contains("399 records at the end are missing"))

    let text = String(decoding: try program.read("c1.txt"), as: UTF8.self)
    try program.write(text.replacing("\n400\n", with: "\n399\n"), "c2.txt")
    #expect(try program.run("verify", "--against", "c2.txt", "--public-key", "log.key.pub").code == 1)
    #expect(try program.run("key", "new", "example.com/test", "-o", "log.key").code == 2)
    #expect(try program.run("checkpoint").code == 2)
  }

  @Test("proofs are checked by somebody without the ledger")
  func proofs() throws {
    let program = try program()
    #expect(try program.run("prove", "7", "--key", "log.key", "-o", "7.tlog-proof").code == 0)
    let checked = try program.run("verify-proof", "7.tlog-proof", "--public-key", "log.key.pub")
    #expect(checked.code == 0)
    #expect(checked.out.contains("position 7"))
    let proof = String(decoding: try program.read("7.tlog-proof"), as: UTF8.self)
    try program.write(proof.replacing("\nindex 6\n", with: "\nindex 5\n"), "forged.tlog-proof")
    #expect(try program.run("verify-proof", "forged.tlog-proof", "--public-key", "log.key.pub").code == 1)
    #expect(try program.run("key", "new", "stranger", "-o", "stranger.key").code == 0)
    #expect(try program.run("verify-proof", "7.tlog-proof", "--public-key", "stranger.key.pub").code == 1)
    #expect(try program.run("prove", "401", "--key", "log.key").code == 2)

    let last = try program.run("log", "--type", "item.created", "--last", "1", "--format", "ndjson")
    let item = try #require(last.object()["subject"] as? String)
    #expect(try program.run("prove", "--item", item, "--key", "log.key", "-o", "proofs").code == 0)
    #expect(try program.run("verify-proof", "proofs", "--public-key", "log.key.pub").code == 0)
    #expect(try program.run("prove", "--consistency", "100", "400", "-o", "c.json").code == 0)
    #expect(try program.run("verify-proof", "c.json").code == 0)
    let json = String(decoding: try program.read("c.json"), as: UTF8.self)
    try program.write(json.replacing("\"size1\" : 100", with: "\"size1\" : 101"), "d.json")
    #expect(try program.run("verify-proof", "d.json").code == 1)
    #expect(try program.run("tiles", "-o", "tiles", "--key", "log.key").code == 0)
    #expect(FileManager.default.fileExists(atPath: program.path("tiles/tile/0/001.p/144")))
  }

  @Test("every metric's answer is packed with its evidence and recomputed without the ledger")
  func evidence() throws {
    let program = try program()
    for metric in ["lead-time", "queues", "health", "dora", "defects"] {
      let packed = try program.run(
        "evidence", metric, "--stream", "payments", "--key", "log.key", "-o", "\(metric).zip")
      #expect(packed.code == 0, "\(metric): \(packed.err)")
      let checked = try program.run(
        "verify-evidence", "\(metric).zip", "--public-key", "log.key.pub", "--format", "json")
      #expect(checked.code == 0, "\(metric): \(checked.err)")
      #expect(checked.err.contains("The evidence holds"))
      let rows = try checked.rows()
      #expect(!rows.isEmpty)
    }
    let all = try program.run("evidence", "wip", "--all-events", "--key", "log.key", "-o", "wip")
    #expect(all.out.contains("nothing was left out"))
    var records = try program.read("wip/records")
    records[100] ^= 1
    try records.write(to: URL(fileURLWithPath: program.path("wip/records")))
    #expect(try program.run("verify-evidence", "wip", "--public-key", "log.key.pub").code != 0)
  }

  @Test("a ledger that is gone comes back from its backups with the same root")
  func backups() throws {
    let program = try program()
    #expect(try program.run("backup", "-o", "whole", "--key", "log.key").code == 0)
    #expect(try program.run("backup", "--records", "part.records").code == 0)
    #expect(try program.run("append", "item.created", "LATER", "kind=feature", "--stream", "payments").code == 0)
    #expect(try program.run("backup", "--records", "part.records").out.hasPrefix("Appended 1 records"))
    let root = try program.run("info", "--format", "json").object()["root"] as? String
    let restored = try program.run("restore", "part.records", "--ledger", "again")
    #expect(restored.code == 0)
    #expect(restored.out.contains(try #require(root)))
    #expect(try program.run("verify", "--ledger", "again").code == 0)
    let whole = try program.run("restore", "whole", "--public-key", "log.key.pub", "--ledger", "whole-again")
    #expect(whole.code == 0)
    #expect(try program.run("restore", "whole", "--ledger", "again").code == 2)
    let older = try program.run("restore", "whole", "--against", "whole/checkpoint", "--ledger", "third")
    #expect(older.code == 0)
  }

  @Test("personal content is sealed from the command line, read with its keys, and erased")
  func erasure() throws {
    let program = try Program()
    program.environment["VSL_PERSONAL_KEYS"] = "keys"
    #expect(try program.run("erase", "person:anabel").code == 2, "no keys yet")
    #expect(try program.run("seal", "--personal-keys", "ledger/keys").code == 2, "they would be in every copy")
    #expect(!FileManager.default.fileExists(atPath: program.path("ledger/keys")))
    let sealed = try program.run("seal", "--personal", "comment")
    #expect(sealed.code == 0 && sealed.out.contains("/data/actor of item.entered"))
    #expect(try program.run("seal", "--personal", "stage").code == 2)
    #expect(try program.run("seal", "--personal", "comment").out.contains("already"))

    // Two imports at once give each person one key.
    let lines = (0..<400).map { number in
      #"{"specversion":"1.0","id":"\#(number)","source":"/t","type":"vsl.item.entered.v1","subject":"I-\#(number)","#
        + #""time":"2026-01-02T03:04:05Z","valuestream":"s","data":{"stage":"build","actor":"person-\#(number % 20)"}}"#
    }
    try program.write(lines.prefix(200).joined(separator: "\n"), "a.ndjson")
    try program.write(lines.dropFirst(200).joined(separator: "\n"), "b.ndjson")
    let first = try program.start(["import", "a.ndjson"])
    #expect(try program.run("import", "b.ndjson").code == 0)
    first.waitUntilExit()
    #expect(first.terminationStatus == 0)
    let keys = String(decoding: try program.read("keys"), as: UTF8.self)
    #expect(keys.split(separator: "\n").count == 21)
    #expect(try program.run("import", "a.ndjson", "b.ndjson").out.contains("0 events appended, 200 there already"))

    #expect(!(try program.run("export", "events", "-o", "events.ndjson").err.contains("person-7")))
    #expect(!String(decoding: try program.read("events.ndjson"), as: UTF8.self).contains("person-7"))
    #expect(try program.run("log", "--unseal").out.contains("actor=person-7\n"))
    #expect(try program.run("key", "new", "example.com/test", "-o", "log.key").code == 0)
    #expect(try program.run("erase", "person:person-7", "--dry-run").out.contains("content of 20 events"))
    let erased = try program.run("erase", "person:person-7", "--key", "log.key", "-o", "certificate.txt")
    #expect(erased.code == 0 && erased.out.contains("Erased the content of 20 events"))
    let certificate = String(decoding: try program.read("certificate.txt"), as: UTF8.self)
    #expect(certificate.contains("known copy: export") && certificate.contains("events.ndjson"))
    #expect(certificate.contains("known copy in clear: log --unseal"))
    #expect(!(try program.run("log", "--unseal", "--last", "1000").out.contains("person-7\n")))
    #expect(try program.run("verify").code == 0)
    let checked = try program.run("verify-erasure", "certificate.txt", "--public-key", "log.key.pub")
    #expect(checked.code == 0 && checked.out.contains("The key is gone") && checked.out.contains("example.com/test"))
    try program.write(certificate.replacing("person", with: "item"), "forged.txt")
    #expect(try program.run("verify-erasure", "forged.txt", "--public-key", "log.key.pub").code == 1)
    // What came before the erasure is still known when it comes again.
    #expect(try program.run("import", "a.ndjson").out.contains("0 events appended, 200 there already"))
    // A correction keeps what is sealed, and needs the keys for it.
    #expect(try program.run("correct", "5", "stage=test").code == 0)
    program.environment["VSL_PERSONAL_KEYS"] = nil
    #expect(try program.run("correct", "6", "stage=test").err.contains("--personal-keys"))
    #expect(try program.run("append", "item.entered", "X", "stage=a", "actor=bob").code == 2)
    #expect(try program.run("append", "item.entered", "X", "stage=a").code == 0)
  }
}
