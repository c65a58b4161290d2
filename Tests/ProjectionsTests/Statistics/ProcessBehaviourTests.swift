import TestSupport
import Testing

@testable import Projections

@Suite("Process behaviour charts")
struct ProcessBehaviourTests {
  private func isNear(_ one: Double, _ other: Double) -> Bool { abs(one - other) < 1e-9 }

  @Test("Five values have the limits that a pocket calculator gives")
  func limits() throws {
    // Mean 55/5 = 11; moving ranges 2, 1, 2, 4: mean 9/4.
    let chart = try #require(ProcessBehaviour([10, 12, 11, 13, 9]))
    #expect(chart.mean == 11 && chart.meanMovingRange == 2.25)
    #expect(isNear(chart.upperLimit, 16.985) && isNear(chart.lowerLimit, 5.015) && isNear(chart.upperRangeLimit, 7.353))
    #expect(chart.points.map(\.movingRange) == [nil, 2, 1, 2, 4])
    #expect(chart.points.allSatisfy { $0.signals.isEmpty && !$0.isRangeBeyondLimit })
    #expect(chart.isProvisional && !chart.isLowerLimitClamped)
  }

  @Test("A single large value is beyond the limit, and so are the ranges to and from it")
  func beyond() throws {
    // Mean 11·1 + 21 = 32/12; ranges 20, 20 of 11: mean 40/11 = 3.64; upper limit 2.67 + 9.67 = 12.3; range limit 11.9.
    let chart = try #require(ProcessBehaviour([1, 1, 1, 1, 1, 21, 1, 1, 1, 1, 1, 1]))
    #expect(chart.points.indices.filter { chart.points[$0].signals.contains(.beyondLimit) } == [5])
    #expect(chart.points.indices.filter { chart.points[$0].isRangeBeyondLimit } == [5, 6])
    #expect(!chart.isProvisional)
  }

  @Test("Eight in a row on one side are a signal, seven are not, and a value on the mean ends the row")
  func runs() throws {
    func marked(_ values: [Double]) throws -> [Int] {
      let chart = try #require(ProcessBehaviour(values))
      return chart.points.indices.filter { chart.points[$0].signals.contains(.longRun) }
    }
    let zeros = [Double](repeating: 0, count: 8)
    let tens = [Double](repeating: 10, count: 8)
    #expect(try marked(zeros + tens) == Array(0..<16))
    #expect(try marked(Array(zeros.dropLast() + tens.dropLast())).isEmpty)
    #expect(try marked([10] + zeros + [0, 10]) == Array(1...9))
    #expect(try marked([-1, -1, -1, -1, 0, -1, -1, -1, -1, 8]).isEmpty)
  }

  @Test("Three of four nearer to the limit than to the mean are a signal, unless the limit is clamped")
  func near() throws {
    func marked(_ values: [Double], clamps: Bool = false) throws -> [Int] {
      let chart = try #require(ProcessBehaviour(values, clampsAtZero: clamps))
      return chart.points.indices.filter { chart.points[$0].signals.contains(.nearLimit) }
    }
    // Mean 3, ranges 18/8 = 2.25, upper limit 8.985, half-way 5.99.
    let values: [Double] = [0, 3, 0, 3, 0, 3, 6, 6, 6]
    #expect(try marked(values) == [6, 7, 8])
    #expect(try marked(values.map { -$0 }) == [6, 7, 8])
    #expect(try marked(values.map { 6 - $0 }) == [6, 7, 8])
    #expect(try marked(values.map { 6 - $0 }, clamps: true).isEmpty)
    let chart = try #require(ProcessBehaviour(values, clampsAtZero: true))
    #expect(chart.lowerLimit == 0 && chart.isLowerLimitClamped)
    let high = try #require(ProcessBehaviour(values.map { $0 + 100 }, clampsAtZero: true))
    #expect(isNear(high.lowerLimit, 97.015) && !high.isLowerLimitClamped)
  }

  @Test(
    "Values that are all the same give no signal, however they are rounded", arguments: [0.1, 1.0 / 3, 1e300, -0.7, 0])
  func same(value: Double) throws {
    let chart = try #require(ProcessBehaviour([Double](repeating: value, count: 37)))
    #expect(chart.points.allSatisfy { $0.signals.isEmpty && !$0.isRangeBeyondLimit })
    #expect(chart.upperLimit == value && chart.lowerLimit == value)
  }

  @Test("Fewer than two values, and none that lead beyond the finite numbers, have no chart")
  func none() {
    #expect(ProcessBehaviour([]) == nil)
    #expect(ProcessBehaviour([1]) == nil)
    #expect(ProcessBehaviour([1, .nan]) == nil)
    #expect(ProcessBehaviour([1, .infinity]) == nil)
    #expect(ProcessBehaviour([1e308, 1e308]) == nil)
    #expect(ProcessBehaviour([1e308, 1e308, 0]) == nil)
    #expect(ProcessBehaviour([1e308, -1e308]) == nil)
    #expect(ProcessBehaviour([1, 2]) != nil)
  }

  @Test("Random series get the figures and signals that their definitions say", arguments: 0..<40)
  func definitions(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let count = Int.random(in: 2...60, using: &random)
    var level = 0
    let values = (0..<count).map { _ -> Double in
      if Int.random(in: 0..<9, using: &random) == 0 { level = Int.random(in: -6...6, using: &random) }
      return Double(level + Int.random(in: 0...4, using: &random))
    }
    let chart = try #require(ProcessBehaviour(values))
    // In whole numbers, so that nothing is rounded: all times count · (count − 1) · 100.
    let scale = count * (count - 1) * 100
    let whole = values.map { Int($0) * scale }
    let mean = values.reduce(0) { $0 + Int($1) } * (count - 1) * 100
    var ranges = 0
    for index in 1..<count { ranges += abs(Int(values[index]) - Int(values[index - 1])) }
    let reach = 266 * ranges * count
    #expect(isNear(chart.mean, Double(mean) / Double(scale)))
    #expect(isNear(chart.upperLimit, Double(mean + reach) / Double(scale)))
    #expect(isNear(chart.lowerLimit, Double(mean - reach) / Double(scale)))
    for index in 0..<count {
      let above = whole[index] > mean
      func isOnSide(_ place: Int) -> Bool {
        whole.indices.contains(place) && (above ? whole[place] > mean : whole[place] < mean)
      }
      func isNearLimit(_ place: Int) -> Bool { isOnSide(place) && 2 * abs(whole[place] - mean) > reach }
      var expected: ProcessBehaviour.Signals = []
      if abs(whole[index] - mean) > reach { expected.insert(.beyondLimit) }
      if (0..<8).contains(where: { back in (index - back..<index - back + 8).allSatisfy(isOnSide) }) {
        expected.insert(.longRun)
      }
      if isNearLimit(index),
        (0..<4).contains(where: { back in (index - back..<index - back + 4).count(where: isNearLimit) >= 3 })
      {
        expected.insert(.nearLimit)
      }
      #expect(chart.points[index].signals == expected, "\(values) at \(index)")
    }
  }
}
