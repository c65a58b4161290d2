import TestSupport
import Testing

@testable import Projections

@Suite("Quantiles with open items")
struct KaplanMeierTests {
  @Test("The remission times of Freireich et al., 1963, give the published estimate")
  func published() throws {
    let ended: [Int64] = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    let open: [Int64] = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    let estimate = try #require(KaplanMeier(ended: ended, open: open))
    #expect(estimate.steps.map(\.micros) == [6, 7, 10, 13, 16, 22, 23])
    #expect(estimate.steps.map(\.atRisk) == [21, 17, 15, 12, 11, 7, 6])
    #expect(estimate.steps.map(\.ended) == [3, 1, 1, 1, 1, 1, 1])
    let survivals = estimate.steps.map { ($0.survival * 1000).rounded() / 1000 }
    #expect(survivals == [0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448])
    #expect(estimate.quantile(50) == 23 && estimate.quantile(20) == 10 && estimate.quantile(10) == 6)
    #expect(estimate.quantile(85) == nil && estimate.quantile(95) == nil)
    #expect(estimate.survival(beyond: 5) == 1 && estimate.survival(beyond: 6) == estimate.survival(beyond: 6))
    #expect(estimate.endedCount == 9 && estimate.openCount == 12 && estimate.negativeCount == 0)
  }

  @Test("Five items by hand: an open one passes its share on to those that last longer")
  func byHand() throws {
    // Of 5 one ends at 10 (4/5); one leaves at 15; of 3 one ends at 20 (8/15), one at 30 (4/15); the last is open.
    let estimate = try #require(KaplanMeier(ended: [30, 10, 20], open: [40, 15]))
    let survivals: [Double] = [0.8, 8.0 / 15, 4.0 / 15]
    #expect(zip(estimate.steps, survivals).allSatisfy { abs($0.survival - $1) < 1e-15 })
    #expect(estimate.quantile(20) == 10 && estimate.quantile(46) == 20 && estimate.quantile(47) == 30)
    #expect(estimate.quantile(50) == 30 && estimate.quantile(74) == nil && estimate.steps.count == 3)
  }

  @Test("Only open items have no quantiles, nothing has no estimate, and negative durations are left out and counted")
  func edges() throws {
    #expect(KaplanMeier(ended: [], open: []) == nil)
    #expect(KaplanMeier(ended: [-1], open: [-2]) == nil)
    let open = try #require(KaplanMeier(ended: [], open: [5, 6]))
    #expect(open.quantile(50) == nil && open.steps.isEmpty && open.survival(beyond: .max) == 1)
    let one = try #require(KaplanMeier(ended: [7, -3], open: [-1]))
    #expect(one.negativeCount == 2 && one.quantile(50) == 7 && one.quantile(100) == 7)
    #expect(one.survival(beyond: 7) == 0)
    let youngest = try #require(KaplanMeier(ended: [0, .max], open: [0, .max]))
    #expect(youngest.quantile(25) == 0 && youngest.quantile(50) == .max && youngest.quantile(85) == nil)
  }

  @Test("Without open items the quantiles are those by nearest rank", arguments: 0..<30)
  func uncensored(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let count = Int.random(in: 1...300, using: &random)
    var values = (0..<count).map { _ in Int64.random(in: 0...50, using: &random) }
    let estimate = try #require(KaplanMeier(ended: values, open: []))
    #expect(
      KaplanMeier.quantiles([50, 85, 95], ended: values, open: []) == [50, 85, 95].map { estimate.quantile($0) })
    values.sort()
    for percentile in [1.0, 5, 10, 25, 50, 70, 75, 85, 90, 95, 99, 100] {
      #expect(estimate.quantile(percentile) == values[Quantiles.rank(percentile, of: count)])
    }
  }

  @Test("Redistributing each open item's share to those behind it gives the same estimate", arguments: 0..<40)
  func redistribution(seed: UInt64) throws {
    // Efron, "The Two Sample Problem with Censored Data", 1967: another way to the same figures.
    var random = SeededGenerator(seed: seed)
    let items = (0..<Int.random(in: 1...60, using: &random)).map { _ in
      (micros: Int64.random(in: 0...20, using: &random), isOpen: Int.random(in: 0..<3, using: &random) == 0)
    }.sorted { ($0.micros, $0.isOpen ? 1 : 0) < ($1.micros, $1.isOpen ? 1 : 0) }
    var shares = [Double](repeating: 1 / Double(items.count), count: items.count)
    for index in items.indices where items[index].isOpen {
      let behind = items.count - index - 1
      for later in index + 1..<items.count { shares[later] += shares[index] / Double(behind) }
      if behind > 0 { shares[index] = 0 }
    }
    let estimate = try #require(
      KaplanMeier(ended: items.filter { !$0.isOpen }.map(\.micros), open: items.filter(\.isOpen).map(\.micros)))
    for micros in Int64(-1)...21 {
      var ended = 0.0
      for (item, share) in zip(items, shares) where !item.isOpen && item.micros <= micros { ended += share }
      #expect(abs(estimate.survival(beyond: micros) - (1 - ended)) < 1e-12)
    }
    let percentiles = [1.0, 30, 50, 85, 95, 100]
    let quantiles = KaplanMeier.quantiles(
      percentiles, ended: items.filter { !$0.isOpen }.map(\.micros), open: items.filter(\.isOpen).map(\.micros))
    #expect(quantiles == percentiles.map { estimate.quantile($0) })
    for percentile in [10.0, 33, 50, 85, 95] {
      let reached = (Int64(0)...20).first { estimate.survival(beyond: $0) <= 1 - percentile / 100 + 1e-9 }
      #expect(estimate.quantile(percentile) == reached)
    }
  }
}
