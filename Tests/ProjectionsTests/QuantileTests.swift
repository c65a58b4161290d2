import TestSupport
import Testing

@testable import Projections

@Suite("Percentiles of many values")
struct QuantileTests {
  /// Values of many shapes: by their number, and a way to make each.
  private static let shapes: [@Sendable (Int, inout SeededGenerator) -> Int64] = [
    { _, generator in Int64.random(in: 0...10_000_000, using: &generator) },
    { _, generator in Int64.random(in: -1000...1000, using: &generator) },
    { _, _ in 42 },
    { index, _ in Int64(index) },
    { _, generator in Int64(1) << Int64.random(in: 0...62, using: &generator) },
    { _, generator in Int64.random(in: .min ... .max, using: &generator) },
    { index, _ in index % 2 == 0 ? .min : .max },
  ]

  @Test("are those of the sorted values, however many there are and whatever they are", arguments: 0..<7)
  func sorted(shape: Int) {
    var generator = SeededGenerator(seed: UInt64(shape))
    let percentiles = [50, 85, 95, 100, 0.01, 99.99, 1]
    for count in [1, 2, 100, RankBuckets.leastCount - 1, RankBuckets.leastCount, 5000, 30_000] {
      var values = (0..<count).map { Self.shapes[shape]($0, &generator) }
      let ascending = values.sorted()
      let found = values.withUnsafeMutableBufferPointer { Quantiles.nearestRank(percentiles, of: $0) }
      #expect(found == percentiles.map { ascending[Quantiles.rank($0, of: count)] }, "\(count) values")
      #expect(values.sorted() == ascending)
    }
  }
}
