import Foundation
import Testing

@testable import Interchange

/// Logs of the process mining community, in a folder named by `VSL_SAMPLES`. The figures are pm4py's.
@Suite(
  .enabled(
    if: ProcessInfo.processInfo.environment["VSL_SAMPLES"] != nil,
    "set VSL_SAMPLES to a folder with reviewing.xes and running-example.xes"))
struct XESSampleTests {
  struct Sample: Sendable {
    var name: String
    var cases: Int
    var events: Int
    /// The sum of all cases' durations, and that of one case, in seconds.
    var seconds: Int64
    var example: (name: String, seconds: Int64)
    /// Completions of what was started.
    var left: Int
  }

  static let samples = [
    Sample(
      name: "reviewing.xes", cases: 100, events: 3730, seconds: 7_276_176_000, example: ("10", 108_864_000), left: 1452),
    Sample(
      name: "running-example.xes", cases: 6, events: 42, seconds: 5_801_340, example: ("3", 1_368_780), left: 0),
  ]

  @Test(arguments: samples)
  func casesEventsAndDurationsAreThoseOfAnotherReader(sample: Sample) throws {
    let folder = ProcessInfo.processInfo.environment["VSL_SAMPLES"] ?? ""
    let events = try readElements(folder + "/" + sample.name).map { try DecodedEvent($0.text) }
    let created = events.filter { $0.type == "vsl.item.created.v1" }
    let delivered = events.filter { $0.type == "vsl.item.delivered.v1" }
    #expect(created.count == sample.cases)
    #expect(delivered.count == sample.cases)
    #expect(events.count == sample.events + 2 * sample.cases)
    #expect(events.count { $0.type == "vsl.item.left.v1" } == sample.left)
    let starts = Dictionary(uniqueKeysWithValues: created.map { ($0.subject, $0.micros) })
    let durations = try Dictionary(
      uniqueKeysWithValues: delivered.map { ($0.subject, ($0.micros - (try #require(starts[$0.subject]))) / 1_000_000) }
    )
    #expect(durations.values.reduce(0, +) == sample.seconds)
    #expect(durations[sample.example.name] == sample.example.seconds)
    if let path = ProcessInfo.processInfo.environment["VSL_DURATIONS"] {
      let data = try Data(contentsOf: URL(fileURLWithPath: path + "/pm_" + sample.name + ".json"))
      let theirs = try #require(try JSONSerialization.jsonObject(with: data) as? [String: Double])
      #expect(theirs.mapValues { Int64($0) } == durations)
    }
  }
}
