/// The average over time of something that changes in steps, such as the items in progress.
///
///     var average = TimeWeighted(from: start, to: end)
///     average.add(1, at: created)
///     average.add(-1, at: delivered)
///     average.average
///
/// The integral over [from, to), divided by its length. Changes may come in any order: each counts for the time from it, or
/// from the beginning when it is before that, to the end. Exact up to the last division: sums are kept in 128 bits.
/// What does not fit into them has no average.
public struct TimeWeighted: Sendable, Equatable {
  /// The first instant, microseconds since 1970.
  public let from: Int64
  /// The instant behind the last.
  public let to: Int64
  // Level times microseconds; nil when it does not fit.
  private var area: Int128? = 0

  /// Zero all the time from `from` up to, but not including, `to`.
  public init(from: Int64, to: Int64) {
    self.from = from
    self.to = to
  }

  /// Changes the level by an amount from an instant on; one at or behind the end changes nothing. O(1).
  public mutating func add(_ amount: Int64, at micros: Int64) {
    guard micros < to, from < to else { return }
    add(amount, for: Int128(to) - Int128(max(micros, from)))
  }

  // A product of 64 and 65 bits fits, the sum may not.
  private mutating func add(_ level: Int64, for length: Int128) {
    guard let (sum, overflows) = area?.addingReportingOverflow(Int128(level) * length) else { return }
    area = overflows ? nil : sum
  }

  /// The average; nil of no time at all.
  public var average: Double? {
    guard let area, from < to else { return nil }
    return Double(area) / Double(Int128(to) - Int128(from))
  }

  /// The average over [from, to) of a function given by its steps: each value holds from its instant to the next one's; 0
  /// before the first, and of several at one instant the last holds. Nil of no time, and of steps that go back in time. O(n).
  public static func average(of steps: [(micros: Int64, value: Int64)], from: Int64, to: Int64) -> Double? {
    var result = TimeWeighted(from: from, to: to)
    guard from < to else { return nil }
    for (index, step) in steps.enumerated() {
      let end = index + 1 < steps.count ? steps[index + 1].micros : Int64.max
      guard end >= step.micros else { return nil }
      let start = Int128(max(step.micros, from))
      let length = Int128(min(end, to)) - start
      if length > 0 { result.add(step.value, for: length) }
    }
    return result.average
  }
}
