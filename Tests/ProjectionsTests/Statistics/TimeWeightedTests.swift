import TestSupport
import Testing

@testable import Projections

@Suite("Averages over time")
struct TimeWeightedTests {
  @Test("Half the time two and half the time five is three and a half, in any order of the changes")
  func byHand() {
    var average = TimeWeighted(from: 100, to: 110)
    average.add(3, at: 105)
    average.add(2, at: 20)
    average.add(7, at: 110)
    average.add(-7, at: 500)
    #expect(average.average == 3.5)
    #expect(TimeWeighted.average(of: [(20, 2), (105, 5), (110, 9)], from: 100, to: 110) == 3.5)
  }

  @Test("An item that comes and goes counts for the time that it is there")
  func items() {
    var average = TimeWeighted(from: 0, to: 100)
    for (created, delivered) in [(-50, 50), (25, 75), (90, 200)] as [(Int64, Int64)] {
      average.add(1, at: created)
      average.add(-1, at: delivered)
    }
    #expect(average.average == 1.1)
  }

  @Test("No time has no average, steps that go back have none, and a sum beyond 128 bits has none")
  func edges() {
    #expect(TimeWeighted(from: 5, to: 5).average == nil)
    var backwards = TimeWeighted(from: 5, to: 4)
    backwards.add(1, at: 0)
    #expect(backwards.average == nil)
    #expect(TimeWeighted(from: 0, to: 5).average == 0)
    #expect(TimeWeighted.average(of: [], from: 0, to: 5) == 0)
    #expect(TimeWeighted.average(of: [(0, 1)], from: 5, to: 5) == nil)
    #expect(TimeWeighted.average(of: [(3, 1), (2, 1)], from: 0, to: 5) == nil)
    #expect(TimeWeighted.average(of: [(2, 10), (2, 1)], from: 0, to: 4) == 0.5)
    var extreme = TimeWeighted(from: .min, to: .max)
    extreme.add(.min, at: .min)
    #expect(extreme.average == Double(Int64.min))
    extreme.add(.min, at: .min)
    #expect(extreme.average == nil)
    extreme.add(.max, at: .min)
    #expect(extreme.average == nil)
  }

  @Test("Random changes give the mean of the levels at each instant", arguments: 0..<40)
  func definition(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    let from = Int64.random(in: -20...20, using: &random)
    let to = from + Int64.random(in: 1...60, using: &random)
    let changes = (0..<Int.random(in: 0...30, using: &random)).map { _ in
      (micros: Int64.random(in: -40...100, using: &random), amount: Int64.random(in: -5...5, using: &random))
    }
    var streamed = TimeWeighted(from: from, to: to)
    for change in changes { streamed.add(change.amount, at: change.micros) }
    func level(at micros: Int64) -> Int64 { changes.reduce(0) { $1.micros <= micros ? $0 + $1.amount : $0 } }
    let naive = Double((from..<to).reduce(0) { $0 + level(at: $1) }) / Double(to - from)
    #expect(streamed.average == naive)
    let steps = Set(changes.map(\.micros)).sorted().map { (micros: $0, value: level(at: $0)) }
    #expect(TimeWeighted.average(of: steps, from: from, to: to) == naive)
  }
}
