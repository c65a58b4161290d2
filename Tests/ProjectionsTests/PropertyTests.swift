import Foundation
import TestSupport
import Testing

@testable import Projections

@Suite("Books against a second implementation")
struct PropertyTests {
  @Test("every cut of random events gives what a fold from nothing over the cut's events gives", arguments: 0..<24)
  func everyCut(seed: Int) throws {
    let count = 60
    let events = RandomEvents.make(count: count, seed: UInt64(seed), distinctTimes: seed % 2 == 0)
    let test = try TestLedger(events)
    let oracle = NaiveLedger(events: events)
    var generator = SeededGenerator(seed: UInt64(seed) &+ 1000)
    let last = events.map(\.seconds).max() ?? 0
    for position in 0...count {
      for _ in 0..<4 {
        let seconds = Int.random(in: -1...last + 1, using: &generator)
        let told = try test.world(knownAt: position, at: seconds)
        var expected = oracle.world(knownAt: position, at: seconds)
        // The books keep a block in pieces also where only a team changed; their sums are compared.
        expected.blockSpans = []
        #expect(told == expected, "seed \(seed), known at \(position), at \(seconds)")
        guard told == expected else { return }
      }
    }
  }

  @Test("the order in which events arrive does not change what is known once all have", arguments: 0..<12)
  func permutations(seed: Int) throws {
    let events = RandomEvents.make(count: 50, seed: UInt64(seed) &+ 500, distinctTimes: true, voids: false)
    var generator = SeededGenerator(seed: UInt64(seed))
    let first = try TestLedger(events)
    let shuffled = try TestLedger(events.shuffled(using: &generator))
    for seconds in stride(from: -1, through: 151, by: 8) {
      let one = try first.world(knownAt: 50, at: seconds)
      let other = try shuffled.world(knownAt: 50, at: seconds)
      #expect(one == other, "seed \(seed), at \(seconds)")
    }
  }

  @Test("posting after each event, or after all, or by a rebuild, gives the same rows", arguments: 0..<12)
  func steps(seed: Int) throws {
    let events = RandomEvents.make(count: 80, seed: UInt64(seed) &+ 900, distinctTimes: false)
    let atOnce = try TestLedger(events)
    let byStep = try TestLedger(events, batch: 7, catchingUp: true)
    let rows = try Rows(atOnce.ledger.view())
    #expect(try Rows(byStep.ledger.view()) == rows)
    try byStep.ledger.rebuild()
    #expect(try Rows(byStep.ledger.view()) == rows)
  }

  @Test("a projector that remembers nothing gives the same rows as one that remembers everything", arguments: 0..<12)
  func forgetful(seed: Int) throws {
    let events = RandomEvents.make(count: 60, seed: UInt64(seed) &+ 1300, distinctTimes: false)
    let remembering = try TestLedger(events)
    let rows = try Rows(remembering.ledger.view())
    let forgetting = try TestLedger()
    for event in events {
      try forgetting.append([event])
      try forgetting.ledger.catchUpFromScratchState()
    }
    #expect(try Rows(forgetting.ledger.view()) == rows)
  }

  @Test("verification finds nothing wrong with books of random events", arguments: 0..<6)
  func verification(seed: Int) throws {
    let events = RandomEvents.make(count: 90, seed: UInt64(seed) &+ 1700, distinctTimes: false)
    let test = try TestLedger(events, batch: 11, catchingUp: true)
    let result = try test.ledger.verify { _, _ in }
    #expect(result.isClean, "\(result.findings)")
    #expect(result.size == 90)
  }

  /// The rows and names of all books.
  private struct Rows: Equatable {
    var arrivals: [ArrivalPosting]
    var visits: [VisitPosting]
    var completions: [CompletionPosting]
    var defects: [DefectPosting]
    var blocks: [BlockPosting]
    var events: [EventPosting]
    var stages: [[UInt8]]
    var texts: [[UInt8]]
    var attributes: [[UInt8]]

    init(_ view: borrowing LedgerView) {
      arrivals = (0..<view.books.arrivals.count).map { view.books.arrivals.row(at: $0) }
      visits = (0..<view.books.visits.count).map { view.books.visits.row(at: $0) }
      completions = (0..<view.books.completions.count).map { view.books.completions.row(at: $0) }
      defects = (0..<view.books.defects.count).map { view.books.defects.row(at: $0) }
      blocks = (0..<view.books.blocks.count).map { view.books.blocks.row(at: $0) }
      events = (0..<view.books.events.count).map { view.books.events.row(at: $0) }
      stages = view.stages.names
      texts = view.texts.names
      attributes = view.attributeSets
    }
  }
}
