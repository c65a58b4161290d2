import TestSupport
import Testing

@testable import Projections

@Suite("Sorting without comparisons")
struct RadixSortTests {
  @Test("is sorting, whatever the values are", arguments: [0, 1, 2047, 2048, 2049, 5000])
  func random(count: Int) {
    var generator = SeededGenerator(seed: UInt64(count) + 77)
    let ranges: [ClosedRange<Int64>] = [
      0...0, -1...1, 0...2047, 0...2048, -5_000_000_000...3_000_000_000_000, .min ... .max, .max - 3 ... .max,
      .min ... .min + 4096,
    ]
    for range in ranges {
      let values = (0..<count).map { _ in Int64.random(in: range, using: &generator) }
      #expect(values.radixSorted() == values.sorted(), "\(range)")
      #expect(values.sorted(by: >).radixSorted() == values.sorted(), "\(range), falling")
    }
    let ends = (0..<count).map { $0 % 2 == 0 ? Int64.min : .max }
    #expect(ends.radixSorted() == ends.sorted())
  }
}
