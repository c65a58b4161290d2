import EventLog
import Foundation
import Projections
import Testing

@testable import Audit

/// Ledgers and files that released versions wrote: they open for ever. A new format gets a new fixture; none is ever made anew.
@Suite("Formats of released versions")
struct FormatTests {
  static let root = "59b59ad5e8035500d4acebc449770c594dd26f092887c4bd00004746d30b20d3"

  private func fixture(_ name: String) throws -> String {
    try #require(Bundle.module.path(forResource: "Fixtures/\(name)", ofType: nil))
  }

  @Test("a ledger of format 1 opens, verifies, answers and is appended to")
  func ledgerOfFormat1() throws {
    let folder = NSTemporaryDirectory() + "/vsl-format-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try FileManager.default.copyItem(atPath: fixture("format-1"), toPath: folder)
    let ledger = try Ledger.open(at: folder)
    let found = try ledger.verify { _, _ in }
    #expect(found.findings.map(\.description) == [])
    #expect(found.size == 150 && found.root == Self.root)
    let view = try ledger.view()
    let answer = try Throughput().checkedAnswer(Query(nowMicros: 1_900_000_000_000_000), from: view)
    #expect(answer.root == Self.root)
    #expect(try answer.figure("delivered", row: nil) == 11)
  }

  @Test("a whole backup and a file of records of format 1 are restored")
  func backupsOfFormat1() throws {
    for source in ["format-1", "format-1/records"] {
      let folder = NSTemporaryDirectory() + "/vsl-format-\(UUID().uuidString)"
      defer { try? FileManager.default.removeItem(atPath: folder) }
      let outcome = try LogRestore.restore([fixture(source)], to: folder, keys: [])
      #expect(outcome.size == 150 && outcome.root.description == Self.root)
    }
  }
}
