import EventLog
import Testing

@testable import Projections

/// Durations in pieces must give the figures of the same values in one array.
@Suite("Durations of a group")
struct DurationsTests {
  @Test("figures are those of the values in one array", arguments: [0, 1, 511, 512, 513, 4607, 4608, 4609, 20_000])
  func figures(count: Int) {
    var random = SplitMix64(seed: UInt64(count) + 1)
    for least in [Int64(0), -5] {
      var values: [Int64] = []
      var durations = Durations()
      for _ in 0..<count {
        let range: UInt64 = least < 0 ? 11 : 1_000_000_007
        let value = random.next() % 2 == 0 ? 0 : Int64(random.next() % range) + least
        values.append(value)
        durations.appendOrCount(value)
      }
      #expect(durations.count == count && durations.isEmpty == (count == 0))
      #expect(durations.array.sorted() == values.sorted())
      for method in [Policy.PercentileMethod.nearestRank, .linear] {
        var copy = values
        let expected = DurationSummary(&copy, percentiles: [0, 25, 50, 85, 99.9, 100], method: method)
        #expect(DurationSummary(durations, percentiles: [0, 25, 50, 85, 99.9, 100], method: method) == expected)
      }
    }
  }

  @Test(
    "what cores found is put together in order",
    arguments: [(0, 9000), (300, 300), (9000, 0), (513, 5000), (5000, 100)])
  func together(sizes: (Int, Int)) {
    var (left, right) = (Durations(), Durations())
    for value in 0..<sizes.0 { left.append(Int64(value)) }
    for value in 0..<sizes.1 { right.append(Int64(sizes.0 + value)) }
    left += right
    #expect(left.array.sorted() == (0..<sizes.0 + sizes.1).map(Int64.init))
    // One that has taken over others may go on to add.
    left.append(-1)
    #expect(left.count == sizes.0 + sizes.1 + 1 && left.array.contains(-1))
    #expect(right.array.count == sizes.1)
  }

  @Test("the one that was added last can grow, wherever it is kept", arguments: [1, 512, 513, 4609])
  func last(count: Int) {
    var durations = Durations()
    for _ in 0..<count { durations.append(1) }
    durations.addToLast(41)
    #expect(durations.array.last == 42 && durations.array.dropLast().allSatisfy { $0 == 1 })
  }

  @Test("sums do not depend on the order")
  func exactSums() {
    var random = SplitMix64(seed: 3)
    let numbers = (0..<10_000).map { _ in
      Double(random.next() % 1_000_003) / 1_000_003 * (random.next() % 3 == 0 ? 1e9 : 1)
    }
    var forwards = ExactSum()
    var halves = (ExactSum(), ExactSum())
    for number in numbers { forwards.add(number) }
    for number in numbers.reversed().prefix(5000) { halves.0.add(number) }
    for number in numbers.prefix(5000) { halves.1.add(number) }
    halves.0 += halves.1
    #expect(forwards.value == halves.0.value)
    #expect(abs(forwards.value - numbers.reduce(0, +)) < 1e-12 * forwards.value)
  }

  @Test("two things at once give both results, and the first one's error")
  func both() {
    struct Wrong: Error {}
    for lanes in [1, 2] {
      Cores.$forcedLanes.withValue(lanes) {
        let (left, right) = Cores.both(for: 10) {
          1
        } _: {
          "two"
        }
        #expect(left == 1 && right == "two")
        #expect(throws: Wrong.self) {
          try Cores.both(for: 10) {
            throw Wrong()
          } _: {
            2
          }
        }
      }
    }
  }
}
