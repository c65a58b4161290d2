import TestSupport
import Testing

@testable import Projections

@Suite("Differences of medians")
struct BootstrapIntervalTests {
  @Test("The medians are by nearest rank, and samples without spread leave no doubt")
  func medians() throws {
    let interval = try #require(BootstrapInterval(before: [5, 5, 5], after: [9, 9], seed: 1))
    #expect(interval.difference == 4 && interval.lower == 4 && interval.upper == 4)
    #expect(interval.excludesZero && interval.isProvisional)
    let even = try #require(BootstrapInterval(before: [4, 1, 3, 2], after: [30, 10, 20], seed: 1))
    #expect(even.medianBefore == 2 && even.medianAfter == 20 && even.difference == 18)
    #expect(even.countBefore == 4 && even.countAfter == 3 && even.resamples == 2000)
  }

  @Test("A difference far beyond the spread leaves out 0, none does not")
  func exclusion() throws {
    let before = (0..<40).map { Int64($0) }
    let worse = try #require(BootstrapInterval(before: before, after: before.map { $0 + 100 }, seed: 7))
    #expect(worse.difference == 100 && worse.excludesZero && !worse.isProvisional)
    #expect(worse.lower > 75 && worse.upper < 125)
    let better = try #require(BootstrapInterval(before: before, after: before.map { $0 - 100 }, seed: 7))
    #expect(better.excludesZero && better.upper < 0)
    let same = try #require(BootstrapInterval(before: before, after: before, seed: 7))
    #expect(same.difference == 0 && !same.excludesZero && same.lower <= 0 && same.upper >= 0)
  }

  @Test("Nothing has no interval, nor has a number of drawings that is out of range; extremes are cut, not trapped")
  func edges() throws {
    #expect(BootstrapInterval(before: [], after: [1], seed: 1) == nil)
    #expect(BootstrapInterval(before: [1], after: [], seed: 1) == nil)
    #expect(BootstrapInterval(before: [1], after: [1], resamples: 99, seed: 1) == nil)
    #expect(BootstrapInterval(before: [1], after: [1], resamples: 100_001, seed: 1) == nil)
    let extreme = try #require(BootstrapInterval(before: [.min], after: [.max], resamples: 100, seed: 1))
    #expect(extreme.difference == .max && extreme.upper == .max)
    #expect(try #require(BootstrapInterval(before: [.max], after: [.min], resamples: 100, seed: 1)).lower == .min)
  }

  @Test("A seed gives the same interval for ever, in any order of the values, and it moves along with them")
  func reproducible() throws {
    let before: [Int64] = [31, 4, 15, 9, 26, 5, 35, 8, 97, 93]
    let after: [Int64] = [27, 18, 2, 8, 18, 28, 45, 90, 45, 23, 5]
    let interval = try #require(BootstrapInterval(before: before, after: after, seed: 3))
    #expect(interval == BootstrapInterval(before: before.reversed(), after: after.sorted(), seed: 3))
    // The figures are those of a second implementation, in Python.
    #expect([interval.lower, interval.difference, interval.upper] == [-18, 8, 30])
    let moved = try #require(BootstrapInterval(before: before, after: after.map { $0 + 1000 }, seed: 3))
    #expect(moved.lower == interval.lower + 1000 && moved.upper == interval.upper + 1000)
  }

  @Test("The ends are those of the bootstrap's distribution itself, within their sampling error", arguments: 0..<12)
  func distribution(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func sample() -> [Int64] {
      (0..<Int.random(in: 1...25, using: &random)).map { _ in Int64.random(in: -40...40, using: &random) }.sorted()
    }
    let before = sample()
    let after = sample()
    let interval = try #require(BootstrapInterval(before: before, after: after, resamples: 4000, seed: seed))
    // The share of drawings whose difference is at most a value.
    func share(_ limit: Int64) -> Double {
      var share = 0.0
      for (one, likelihood) in zip(before, medianLikelihoods(before.count)) {
        for (other, otherLikelihood) in zip(after, medianLikelihoods(after.count)) where other - one <= limit {
          share += likelihood * otherLikelihood
        }
      }
      return share
    }
    // Four standard errors of a share of 2.5 %.
    let error = 4 * (0.025 * 0.975 / 4000).squareRoot()
    #expect(share(interval.lower) > 0.025 - error && share(interval.lower - 1) < 0.025 + error)
    #expect(share(interval.upper) > 0.975 - error && share(interval.upper - 1) < 0.975 + error)
  }

  /// How likely each of n sorted values is to be the median of n that are drawn from them: the median is at most the i-th
  /// when at least ⌈n/2⌉ of the n draws are.
  private func medianLikelihoods(_ count: Int) -> [Double] {
    let wanted = (count + 1) / 2
    var atMost = [0.0]
    for rank in 1...count {
      let share = Double(rank) / Double(count)
      // The likelihood of each number of draws that are at most the value, one draw at a time.
      var likelihoods = [1.0] + [Double](repeating: 0, count: count)
      for draws in 1...count {
        for hits in stride(from: draws, through: 0, by: -1) {
          likelihoods[hits] = likelihoods[hits] * (1 - share) + (hits > 0 ? likelihoods[hits - 1] * share : 0)
        }
      }
      atMost.append(likelihoods[wanted...].reduce(0, +))
    }
    return zip(atMost.dropFirst(), atMost).map { $0 - $1 }
  }
}
