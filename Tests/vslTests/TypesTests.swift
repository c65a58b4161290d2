import Foundation
import Testing

@Suite struct TypesTests {
  let program: Program

  init() throws { program = try Program(withLedger: false) }

  @Test func everyTypeGivesItsSchemaAsInItsFile() throws {
    let schemas = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().appendingPathComponent("Schemas")
    let names = try program.run("types", "--format", "json").rows().compactMap { $0["type"] as? String }
    #expect(names.count == 30)
    for name in [names[0], "item.created", "vsl.event.voided.v1"] {
      let outcome = try program.run("types", name, "--schema")
      #expect(outcome.code == 0)
      let file = name.hasPrefix("vsl.") ? name : "vsl.\(name).v1"
      #expect(
        try outcome.out == String(contentsOf: schemas.appendingPathComponent("events/\(file).json"), encoding: .utf8))
      #expect(try outcome.object()["$id"] as? String == "urn:vsl:schema:\(file)")
    }
    let envelope = try program.run("types", "envelope", "--schema").out
    #expect(try envelope == String(contentsOf: schemas.appendingPathComponent("envelope.json"), encoding: .utf8))
  }

  @Test func theMembersOfATypeComeInEveryFormat() throws {
    let rows = try program.run("types", "item.entered", "--format", "json").rows()
    let stage = try #require(rows.first { $0["member"] as? String == "stage" })
    #expect(stage["required"] as? String == "yes")
    #expect(try program.run("types", "item.entered", "--format", "csv").lines.count == rows.count + 1)
    #expect(try program.run("types", "item.entered", "--format", "ndjson").lines.count == rows.count)
  }

  @Test func whatHasNoSchemaIsSaid() throws {
    let unknown = try program.run("types", "item.craeted", "--schema")
    #expect(unknown.code == 2)
    #expect(unknown.err.contains("item.created"))
    #expect(try program.run("types", "--schema").code == 64)
    #expect(try program.run("types", "item.created", "--schema", "--format", "csv").code == 64)
  }
}
