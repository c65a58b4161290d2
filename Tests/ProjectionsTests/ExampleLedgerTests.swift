import Foundation
import Testing

/// The ledgers that the documentation's examples are asked of hold the events of the tests by hand, so that both have the same numbers.
@Suite("Ledgers of the documentation")
struct ExampleLedgerTests {
  private static let ledgers: [(name: String, events: [PlainEvent])] = [
    ("flow", FlowMetricTests.events), ("quality", QualityMetricTests.events), ("customers", CustomerMetricTests.events),
    ("delivery", DeliveryMetricTests.events),
  ]

  @Test("are those of the tests", arguments: ledgers.map(\.name))
  func files(name: String) throws {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/examples")
    let file = folder.appending(path: "\(name).ndjson").standardizedFileURL
    let events = try #require(Self.ledgers.first { $0.name == name }?.events)
    let lines = events.map { $0.json + "\n" }.joined()
    // `VSL_WRITE_EXAMPLES=1 swift test --filter ExampleLedgerTests` writes them anew.
    if ProcessInfo.processInfo.environment["VSL_WRITE_EXAMPLES"] != nil { try Data(lines.utf8).write(to: file) }
    let written = try String(contentsOf: file, encoding: .utf8)
    let isSame = written == lines
    #expect(isSame, "\(file.path) differs from the events of the tests")
  }
}
