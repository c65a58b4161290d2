import TestSupport
import Testing

@testable import Projections

@Suite("Throughput forecasts")
struct ForecastTests {
  @Test("The generator gives the numbers of the reference implementation")
  func generator() {
    var random = SplitMix64(seed: 1_234_567)
    let expected: [UInt64] = [
      6_457_827_717_110_365_317, 3_203_168_211_198_807_973, 9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
      16_408_922_859_458_223_821,
    ]
    #expect(expected.map { _ in random.next() } == expected)
  }

  @Test("Numbers below a bound are in range and about equally frequent", arguments: [1, 2, 3, 7, 10])
  func below(bound: Int) {
    var random = SplitMix64(seed: 5)
    var counts = [Int](repeating: 0, count: bound)
    for _ in 0..<10_000 * bound { counts[random.below(bound)] += 1 }
    #expect(counts.allSatisfy { abs($0 - 10_000) < 400 })
    #expect(random.below(.max) >= 0)
  }

  @Test("A coin a day: the sums and the waits are those of the binomial and the geometric distribution")
  func coin() throws {
    let coin = try ThroughputForecast(samples: [1, 0])
    #expect(coin.distribution(days: 2) == [0.25, 0.5, 0.25])
    // P(≥ 1) = 3/4, P(≥ 2) = 1/4.
    let howMany = try coin.howMany(days: 2, seed: 1)
    #expect(howMany.levels.map(\.percentile) == [50, 70, 85, 95])
    #expect(howMany.levels.map(\.value) == [1, 1, 0, 0])
    #expect(howMany.method == .exact && howMany.historyDays == 2)
    // Within 1, 2, 3, 4, 5 days: 1/2, 3/4, 7/8, 15/16, 31/32.
    #expect(try coin.when(items: 1, seed: 1).levels.map(\.value) == [1, 2, 3, 5])
    #expect(try coin.when(items: 1, seed: 1)[85] == 3)
  }

  @Test("A likelihood of just 85 % is 85 %, and of just a half a half, not less for want of a bit")
  func equality() throws {
    // 1/12 + 4/12 + 1/12, added up in this order, is less than 0.5 in binary.
    let half = try ThroughputForecast(samples: [0, 0, 0, 0, 0, 0, 1, 2, 2, 2, 2, 3])
    #expect(try half.howMany(days: 1, seed: 1)[50] == 1)
    let samples = [Int](repeating: 1, count: 17) + [0, 0, 0]
    let forecast = try ThroughputForecast(samples: samples)
    #expect(try forecast.howMany(days: 1, seed: 1).levels.map(\.value) == [1, 1, 1, 0])
    #expect(try forecast.when(items: 1, seed: 1).levels.map(\.value) == [1, 1, 1, 2])
  }

  @Test("The same every day leaves no doubt")
  func constant() throws {
    let forecast = try ThroughputForecast(samples: [2, 2, 2])
    #expect(try forecast.howMany(days: 10, seed: 1).levels.map(\.value) == [20, 20, 20, 20])
    #expect(try forecast.sampledHowMany(days: 10, trials: 100, seed: 1).levels.map(\.value) == [20, 20, 20, 20])
    #expect(try forecast.when(items: 5, seed: 1).levels.map(\.value) == [3, 3, 3, 3])
    #expect(try forecast.sampledWhen(items: 5, trials: 100, seed: 1).levels.map(\.value) == [3, 3, 3, 3])
  }

  @Test("What ten years do not reach is not answered")
  func horizon() throws {
    // Within 3660 days: 1 − (1 − 1/5000)³⁶⁶⁰ = 52 %.
    let rare = try ThroughputForecast(samples: [1] + [Int](repeating: 0, count: 4999))
    let exact = try rare.when(items: 1, seed: 1)
    #expect(exact.method == .exact)
    #expect(exact[50] == 3466 && exact[70] == nil && exact[95] == nil)
    let sampled = try rare.sampledWhen(items: 1, trials: 200, seed: 1)
    #expect(sampled[70] == nil && sampled[95] == nil)
  }

  @Test("There is no answer without a history, without deliveries, or to what is out of range")
  func problems() throws {
    func problem(_ body: () throws -> Void) -> ForecastProblem? {
      do {
        try body()
        return nil
      } catch {
        return error as? ForecastProblem
      }
    }
    #expect(problem { _ = try ThroughputForecast(samples: []) } == .noHistory)
    #expect(problem { _ = try ThroughputForecast(samples: [0, 0, 0]) } == .noThroughput(days: 3))
    #expect(problem { _ = try ThroughputForecast(samples: [1, -1]) } == .dailyOutOfRange(-1))
    #expect(problem { _ = try ThroughputForecast(samples: [.max]) } == .dailyOutOfRange(.max))
    let forecast = try ThroughputForecast(samples: [1, 1_000_000_000])
    #expect(problem { _ = try forecast.howMany(days: 0, seed: 1) } == .daysOutOfRange(0))
    #expect(problem { _ = try forecast.howMany(days: 3661, seed: 1) } == .daysOutOfRange(3661))
    #expect(problem { _ = try forecast.when(items: 0, seed: 1) } == .itemsOutOfRange(0))
    #expect(problem { _ = try forecast.when(items: .max, seed: 1) } == .itemsOutOfRange(.max))
    #expect(problem { _ = try forecast.when(items: 1, trials: 99, seed: 1) } == .trialsOutOfRange(99))
    #expect("\(ForecastProblem.noThroughput(days: 3))".contains("any of the 3 days"))
    // The largest of everything: sampled, and no sum overflows.
    let answer = try forecast.howMany(days: 3660, trials: 100, seed: 1)
    #expect(answer.method == .sampled(trials: 100, seed: 1))
    #expect((answer[50] ?? 0) > 1_700_000_000_000)
  }

  @Test("A seed gives the same answer for ever, whatever the order of the days")
  func reproducible() throws {
    let days = [3, 0, 1, 4, 1, 5, 9, 2, 6, 0]
    let forecast = try ThroughputForecast(samples: days)
    let shuffled = try ThroughputForecast(samples: days.reversed())
    // The figures are those of a second implementation of this generator and these trials, in Python.
    let howMany = try forecast.sampledHowMany(days: 14, trials: 1000, seed: 42)
    #expect(howMany.levels.map(\.value) == [43, 38, 33, 27])
    #expect(try shuffled.sampledHowMany(days: 14, trials: 1000, seed: 42) == howMany)
    let when = try forecast.sampledWhen(items: 40, trials: 1000, seed: 42)
    #expect(when.levels.map(\.value) == [13, 15, 17, 19])
    #expect(try shuffled.sampledWhen(items: 40, trials: 1000, seed: 42) == when)
  }
}

@Suite("Throughput forecasts against other computations")
struct ForecastPropertyTests {
  private func samples(_ random: inout SeededGenerator, count: ClosedRange<Int>, largest: Int) -> [Int] {
    let days = (0..<Int.random(in: count, using: &random)).map { _ in Int.random(in: 0...largest, using: &random) }
    return days + [1]
  }

  @Test("The convolution gives what listing every future gives", arguments: 0..<20)
  func enumeration(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let samples = samples(&random, count: 1...3, largest: 6)
    let days = Int.random(in: 1...5, using: &random)
    var futures = [0]
    for _ in 0..<days { futures = futures.flatMap { sum in samples.map { sum + $0 } } }
    let forecast = try ThroughputForecast(samples: samples)
    let distribution = forecast.distribution(days: days)
    for (sum, likelihood) in distribution.enumerated() {
      let share = Double(futures.count { $0 == sum }) / Double(futures.count)
      #expect(abs(share - likelihood) < 1e-12)
    }
    // In whole numbers: 100 · futures with k or more ≥ p · futures.
    let exact = try forecast.exactHowMany(days: days)
    for percentile in ThroughputForecast.percentiles {
      let largest = (0...futures.reduce(0, max)).last { k in
        futures.count { $0 >= k } * 100 >= percentile * futures.count
      }
      #expect(exact[percentile] == largest)
    }
  }

  @Test("Both exact answers agree: n days are enough just when n days' items are enough", arguments: 0..<20)
  func whenAgainstHowMany(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let forecast = try ThroughputForecast(samples: samples(&random, count: 3...20, largest: 4))
    let items = Int.random(in: 1...40, using: &random)
    let when = try forecast.exactWhen(items: items)
    for percentile in ThroughputForecast.percentiles {
      let days = try #require(when[percentile])
      #expect(try (forecast.exactHowMany(days: days)[percentile] ?? 0) >= items)
      if days > 1 { #expect(try (forecast.exactHowMany(days: days - 1)[percentile] ?? 0) < items) }
    }
  }

  @Test("Trials answer as the distribution does, within their sampling error", arguments: 0..<10)
  func sampling(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let forecast = try ThroughputForecast(samples: samples(&random, count: 5...30, largest: 8))
    let days = Int.random(in: 1...30, using: &random)
    let items = Int.random(in: 1...60, using: &random)
    let trials = 4000
    // Four standard errors of the share that is furthest from certain.
    let error = 4 * (0.25 / Double(trials)).squareRoot()
    func atLeast(_ items: Int, in days: Int) -> Double {
      days == 0 ? (items <= 0 ? 1 : 0) : forecast.distribution(days: days).dropFirst(items).reduce(0, +)
    }
    let howMany = try forecast.sampledHowMany(days: days, trials: trials, seed: seed)
    let when = try forecast.sampledWhen(items: items, trials: trials, seed: seed)
    for percentile in ThroughputForecast.percentiles {
      let wanted = Double(percentile) / 100
      let count = try #require(howMany[percentile])
      #expect(atLeast(count, in: days) >= wanted - error)
      #expect(atLeast(count + 1, in: days) < wanted + error)
      let length = try #require(when[percentile])
      #expect(atLeast(items, in: length) >= wanted - error)
      #expect(atLeast(items, in: length - 1) < wanted + error)
    }
  }
}
