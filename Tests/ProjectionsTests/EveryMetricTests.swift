import EventLog
import Foundation
import Tables
import TestSupport
import Testing

@testable import Projections

/// What must hold for every metric of the catalogue, whatever it means.
@Suite("Every metric")
struct EveryMetricTests {
  static let names = Catalogue.all.map(\.name)

  /// Random events with what projections other than the first three look at: checks, changes, deployments, incidents, feedback …
  static func events(count: Int, seed: UInt64, distinctTimes: Bool, voids: Bool) -> [PlainEvent] {
    var generator = SeededGenerator(seed: seed)
    var events = RandomEvents.make(count: count, seed: seed, distinctTimes: distinctTimes, voids: voids)
    for index in events.indices where Int.random(in: 0..<5, using: &generator) == 0 {
      let item = "I\(Int.random(in: 1...6, using: &generator))"
      let service = "v\(Int.random(in: 1...2, using: &generator))"
      let number = Int.random(in: 1...5, using: &generator)
      var event = PlainEvent(
        id: events[index].id, type: "", subject: "X\(number)", seconds: events[index].seconds,
        stream: Bool.random(using: &generator) ? "s1" : nil)
      switch Int.random(in: 0..<10, using: &generator) {
      case 6:
        let scale = ["csat", "nps", "ces"][number % 3]
        event.type = "feedback.received"
        event.data = ["scale": scale, "step": "p\(number % 2)", "item": item, "service": service]
        event.numbers = ["score": Double(number)]
      case 7:
        event.type = "outcome.measured"
        event.subject = "revenue"
        event.data = ["unit": "EUR", "item": item]
        event.numbers = ["value": Double(number) * 1.5]
      case 8:
        event.type = "target.set"
        event.subject = ["revenue", "lead-time", "wip", "satisfaction"][number % 4]
        event.data = number == 2 ? ["direction": "atMost"] : [:]
        event.numbers = ["value": Double(number)]
      case 9:
        event.type = number < 4 ? "experiment.started" : "experiment.ended"
        event.subject = "E\(number % 3)"
        event.data = number < 4 ? ["metric": ["lead-time", "csat", "nothing"][number % 3]] : [:]
      case 0:
        event.type = "deployment.completed"
        event.data = [
          "environment": number < 4 ? "production" : "staging", "outcome": number == 2 ? "failed" : "succeeded",
          "service": service,
        ]
        if number != 3 { event.lists = ["changes": ["X\(number)", "X\(number % 5 + 1)"]] }
      case 1:
        event.type = "change.merged"
        event.data = ["item": item, "service": service]
      case 2:
        event.type = "incident.opened"
        event.data = ["service": service]
      case 3:
        event.type = "incident.resolved"
      case 4:
        event.type = "item.linked"
        event.subject = item
        event.data = ["to": "I1", "relation": "blocks"]
      default:
        event.type = "check.completed"
        event.data = ["outcome": number < 3 ? "failed" : "passed", "item": item, "stage": "review"]
        event.numbers = ["coverage": Double(number) / 5]
      }
      events[index] = event
    }
    return events
  }

  private func query(_ projection: any Projection, _ variant: Int) -> (inout Query) -> Void {
    { query in
      if variant % 2 == 1, projection.takesPeriods { query.period = .hour }
      if variant % 3 == 1, projection.groupings.contains("team") { query.groupings = [.attribute(.team)] }
      if variant % 3 == 2, projection.groupings.contains("stream") { query.groupings = [.stream] }
    }
  }

  @Test("knows at a position what a ledger knows that has only the events up to there", arguments: names)
  func positions(name: String) throws {
    let projection = try Catalogue.projection(named: name)
    for seed in 0..<3 {
      let events = Self.events(count: 60, seed: UInt64(seed) &+ 31_000, distinctTimes: false, voids: true)
      let whole = try TestLedger(events)
      for (variant, position) in [7, 20, 33, 47, 60].enumerated() {
        let prefix = try TestLedger(Array(events.prefix(position)))
        for seconds in [400, 90] {
          let change = query(projection, variant)
          let told = try answer(whole, name, position, seconds, change)
          let expected = try answer(prefix, name, position, seconds, change)
          #expect(told == expected, "seed \(seed), position \(position), at \(seconds), variant \(variant)")
        }
      }
    }
  }

  @Test("does not depend on the order in which events arrived", arguments: names)
  func permutations(name: String) throws {
    let projection = try Catalogue.projection(named: name)
    for seed in 0..<3 {
      let events = Self.events(count: 50, seed: UInt64(seed) &+ 33_000, distinctTimes: true, voids: false)
      var generator = SeededGenerator(seed: UInt64(seed))
      let one = try TestLedger(events)
      let other = try TestLedger(events.shuffled(using: &generator))
      for (variant, seconds) in [400, 120, 60, 20].enumerated() {
        let change = query(projection, variant)
        let told = try answer(one, name, 50, seconds, change, withoutPositions: true)
        let again = try answer(other, name, 50, seconds, change, withoutPositions: true)
        #expect(told == again, "seed \(seed), at \(seconds), variant \(variant)")
      }
    }
  }

  @Test("is the same when events were voided before they arrived, and restored since", arguments: names)
  func restored(name: String) throws {
    let projection = try Catalogue.projection(named: name)
    for seed in 0..<3 {
      let events = Self.events(count: 50, seed: UInt64(seed) &+ 45_000, distinctTimes: false, voids: false)
      func void(_ id: String, of target: String) -> PlainEvent {
        PlainEvent(
          id: id, type: "event.voided", subject: target, seconds: 0, data: ["source": PlainEvent.source, "id": target])
      }
      // In the plain ledger the early voids are of what never arrives: each event is at the same position in both.
      func ledger(_ target: String) throws -> TestLedger {
        let early = stride(from: seed, to: 50, by: 3).map { void("v\($0)", of: "\(target)\($0)") }
        return try TestLedger(early + events + early.map { void("w" + $0.id, of: $0.id) })
      }
      let (plain, restored) = try (ledger("none"), ledger("e"))
      for (variant, seconds) in [400, 120, 60].enumerated() {
        let change = query(projection, variant)
        let expected = try answer(plain, name, plain.events.count, seconds, change, withoutPositions: true)
        let told = try answer(restored, name, restored.events.count, seconds, change, withoutPositions: true)
        #expect(told == expected, "seed \(seed), at \(seconds), variant \(variant)")
      }
    }
  }

  @Test("measures durations in working time, or refuses to", arguments: names)
  func workingTime(name: String) throws {
    let projection = try Catalogue.projection(named: name)
    var differs = false
    for seed in 0..<20 where !differs {
      // All of it happens by night.
      var events = Self.events(count: 120, seed: UInt64(seed) &+ 47_000, distinctTimes: true, voids: false)
      for index in events.indices {
        switch events[index].type {
        case "stream.defined": events[index].hours = ("09:00", "17:00")
        case "defect.found": events[index].stream = "s1"
        case "defect.resolved": events[index].data["resolution"] = "fixed"
        default: break
        }
      }
      let test = try TestLedger(events)
      func tables(_ isWorking: Bool) throws -> [[[Value]]] {
        let answer = try test.answer(name, knownAt: 120, at: 400) {
          $0.workingTime = isWorking
          if projection.options.contains(where: { $0.name == "target" }) { $0.options["target"] = "60" }
        }
        return ([answer.table] + answer.more).map(\.rows)
      }
      guard projection.takesWorkingTime else {
        #expect(throws: QueryError.self) { try tables(true) }
        break
      }
      differs = try tables(true) != tables(false)
    }
    #expect(differs == projection.takesWorkingTime)
  }

  @Test("is the same on one core and on several", arguments: names)
  func cores(name: String) throws {
    let projection = try Catalogue.projection(named: name)
    for seed in 0..<2 {
      let test = try TestLedger(Self.events(count: 70, seed: UInt64(seed) &+ 37_000, distinctTimes: false, voids: true))
      for variant in 0..<6 {
        let change = query(projection, variant)
        let one = try Cores.$forcedLanes.withValue(1) { try answer(test, name, 70, 400, change) }
        let several = try Cores.$forcedLanes.withValue(3) { try answer(test, name, 70, 400, change) }
        #expect(one == several, "seed \(seed), variant \(variant)")
      }
    }
  }

  @Test("is the same whether visits are read from their index, from the book, or from both", arguments: names)
  func index(name: String) throws {
    let projection = try Catalogue.projection(named: name)
    for seed in 0..<2 {
      let events = Self.events(count: 70, seed: UInt64(seed) &+ 39_000, distinctTimes: false, voids: true)
      let none = try TestLedger(events, indexed: 0)
      let ledgers = try [0.3, 0.7, 1].map { try TestLedger(events, indexed: $0) }
      for variant in 0..<6 {
        let change = query(projection, variant)
        for (position, seconds) in [(70, 400), (50, 400), (70, 100), (25, 60)] {
          let plain = try answer(none, name, position, seconds, change)
          for (number, indexed) in ledgers.enumerated() {
            let told = try answer(indexed, name, position, seconds, change)
            #expect(told == plain, "seed \(seed), variant \(variant), position \(position), ledger \(number)")
          }
        }
      }
    }
  }

  @Test("answers an empty ledger with no data, in every format", arguments: names)
  func empty(name: String) throws {
    let projection = try Catalogue.projection(named: name)
    let test = try TestLedger()
    for variant in 0..<6 {
      // A metric may refuse a combination, but must say so.
      guard
        let answer = try Self.unlessRefused({ try test.answer(name, knownAt: 0, at: 1000, query(projection, variant)) })
      else { continue }
      for table in [answer.table] + answer.more {
        for row in table.rows { for value in row { #expect(!isNaN(value)) } }
      }
      for format in OutputFormat.allCases {
        let bytes = try answer.encoded(as: format, style: TerminalStyle(width: 80, isColoured: false))
        if format == .json { #expect((try? JSONSerialization.jsonObject(with: Data(bytes))) != nil) }
      }
    }
  }

  @Test("takes every grouping that it names, and refuses others by name", arguments: names)
  func groupings(name: String) throws {
    let projection = try Catalogue.projection(named: name)
    let test = try TestLedger(Self.events(count: 60, seed: 35_000, distinctTimes: false, voids: false))
    for grouping in projection.groupings {
      let named = try #require(Grouping(grouping == "label:KEY" ? "label:area" : grouping), "\(grouping)")
      let answer = try test.answer(name, knownAt: 60, at: 400) { $0.groupings = [named] }
      #expect(Set(answer.table.columns.map(\.name)).count == answer.table.columns.count, "columns of \(grouping)")
      for row in answer.table.rows { #expect(row.count <= answer.table.columns.count) }
    }
    for other in ["stream", "origin", "severity", "reason"] where !projection.groupings.contains(other) {
      let grouping = try #require(Grouping(other))
      #expect(throws: QueryError.self) { try test.answer(name, knownAt: 60, at: 400) { $0.groupings = [grouping] } }
    }
  }

  @Test("has a definition, and a unit or a description for every column", arguments: names)
  func documented(name: String) throws {
    let projection = try Catalogue.projection(named: name)
    #expect(projection.definition.count > 80)
    let test = try TestLedger()
    let answer = try test.answer(name, knownAt: 0, at: 1000)
    for table in [answer.table] + answer.more {
      for column in table.columns where column.type != .text {
        #expect(column.description?.isEmpty == false, "\(column.name)")
      }
    }
    let columns = Set((answer.table.columns + answer.more.flatMap(\.columns)).map(\.name))
    #expect(!columns.isEmpty)
  }

  // MARK: Helpers

  private static func unlessRefused(_ ask: () throws -> Answer) throws -> Answer? {
    do {
      return try ask()
    } catch let error as QueryError {
      #expect(error.description.count > 20)
      return nil
    }
  }

  private func answer(
    _ test: TestLedger, _ name: String, _ position: Int, _ seconds: Int, _ change: @escaping (inout Query) -> Void,
    withoutPositions: Bool = false
  ) throws -> [String] {
    let answer: Answer
    do {
      answer = try test.answer(name, knownAt: position, at: seconds, change)
    } catch let error as QueryError {
      return [error.description]
    }
    return ([answer.table] + answer.more).flatMap { table in
      table.rows.map { row in
        zip(table.columns, row).filter { !withoutPositions || !$0.0.name.lowercased().contains("position") }
          .map { "\($0.1)" }.joined(separator: " | ")
      }
    } + answer.notes
  }

  private func isNaN(_ value: Value) -> Bool {
    switch value {
    case .number(let number), .duration(let number), .share(let number): number.isNaN
    default: false
    }
  }
}
