import Foundation

@testable import Tables

let plain = TerminalStyle(width: 80, isColoured: false)

/// A table with a column of every kind, a row of values and a row of nulls.
let everyKind = Table(
  title: "Items",
  columns: [
    Column(name: "item", type: .text), Column(name: "moves", type: .integer),
    Column(name: "rate", type: .number, unit: "items/week"), Column(name: "age", type: .duration),
    Column(name: "since", type: .timestamp), Column(name: "active", type: .share),
  ],
  rows: [
    [
      .text("A-1"), .integer(12), .number(2.5), .duration(273_600.25), .timestamp(1_767_323_045_120_000),
      .share(0.1234),
    ],
    [.null, .null, .null, .null, .null, .null],
  ])

/// One row of percentiles over three buckets, two hours apart.
func cycleTime(notes: [String] = []) -> Answer {
  Answer(
    metric: "cycle-time",
    parameters: [("class", "story"), ("knownAt", "2026-01-02"), ("at", "2026-01-01")],
    position: 20_000, root: "1f2e3d4c5b6a79880011", notes: notes,
    table: Table(
      title: "Cycle time",
      columns: [
        Column(name: "count", type: .integer, unit: "items"), Column(name: "p50", type: .duration),
        Column(name: "p85", type: .duration), Column(name: "p95", type: .duration),
      ],
      rows: [[.integer(14), .duration(3600), .duration(10_800), .duration(14_400)]]),
    histogram: Histogram(buckets: [
      .init(from: 0, to: 7200, count: 8), .init(from: 7200, to: 14_400, count: 5),
      .init(from: 14_400, to: 21_600, count: 1),
    ]))
}

func jsonObject(_ text: String) throws -> [String: Any] {
  let object = try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any]
  guard let object else { throw CocoaError(.propertyListReadCorrupt) }
  return object
}

func lines(_ text: String) -> [String] {
  text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map(String.init)
}
