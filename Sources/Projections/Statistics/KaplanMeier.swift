/// Quantiles of durations of which some are not over yet: the product-limit estimate.
///
/// An open item's age says that its duration is at least that: it is censored. Leaving open items out makes durations look
/// shorter than they are. The share of items that last longer than t is estimated as S(t) = Π (1 − dᵢ / nᵢ) over the
/// durations tᵢ ≤ t, with dᵢ items that end at tᵢ of nᵢ that last as long or longer, open ones included; an open item as old
/// as tᵢ counts among the nᵢ. Kaplan and Meier, "Nonparametric Estimation from Incomplete Observations", 1958.
///
/// Without open items the quantiles are those of ``Quantiles``, by nearest rank. Assumes that an item's being open tells
/// nothing about how long it will take beyond its age.
public struct KaplanMeier: Sendable, Equatable {
  /// A fall of the estimate.
  public struct Step: Sendable, Equatable {
    /// The duration at which items end, in microseconds.
    public var micros: Int64
    /// How many items last as long or longer, or may.
    public var atRisk: Int
    /// How many end.
    public var ended: Int
    /// The share of items that last longer, in 0...1.
    public var survival: Double
  }

  /// The falls of the estimate, by ascending duration.
  public let steps: [Step]
  /// How many items are over.
  public let endedCount: Int
  /// How many are open.
  public let openCount: Int
  /// How many were left out because they were negative: the clocks of their events disagreed.
  public let negativeCount: Int

  /// The estimate from the durations of items that are over and the ages of those that are open, in microseconds and in any
  /// order; nil of nothing. O(n log n).
  public init?(ended: [Int64], open: [Int64]) {
    let over = ended.filter { $0 >= 0 }.radixSorted()
    let ages = open.filter { $0 >= 0 }.radixSorted()
    guard !over.isEmpty || !ages.isEmpty else { return nil }
    endedCount = over.count
    openCount = ages.count
    negativeCount = ended.count + open.count - over.count - ages.count

    var steps: [Step] = []
    Self.forEachStep(over, ages) { steps.append($0) }
    self.steps = steps
  }

  /// The quantiles of an estimate that is wanted for nothing else, without its steps: see ``init(ended:open:)`` and ``quantile(_:)``.
  static func quantiles(_ percentiles: [Double], ended: [Int64], open: [Int64]) -> [Int64?] {
    let wanted = percentiles.map { survival($0) }
    var found = [Int64?](repeating: nil, count: wanted.count)
    forEachStep(ended.filter { $0 >= 0 }.radixSorted(), open.filter { $0 >= 0 }.radixSorted()) { step in
      for index in wanted.indices where found[index] == nil && step.survival <= wanted[index] {
        found[index] = step.micros
      }
    }
    return found
  }

  /// The falls of the estimate, in order, from ascending durations and ages.
  private static func forEachStep(_ over: [Int64], _ ages: [Int64], _ body: (Step) -> Void) {
    var survival = 1.0
    // Between two censored items the factors cancel out, so that only what is left of them is multiplied and rounded.
    var base = 1.0
    var baseAtRisk = over.count + ages.count
    var place = 0
    var passed = 0
    while place < over.count {
      let micros = over[place]
      var behind = place
      while behind < over.count, over[behind] == micros { behind += 1 }
      let passedBefore = passed
      while passed < ages.count, ages[passed] < micros { passed += 1 }
      let atRisk = over.count - place + ages.count - passed
      if passed > passedBefore {
        base = survival
        baseAtRisk = atRisk
      }
      survival = base * Double(atRisk - (behind - place)) / Double(baseAtRisk)
      body(Step(micros: micros, atRisk: atRisk, ended: behind - place, survival: survival))
      place = behind
    }
  }

  /// The share of items that last longer than a duration in microseconds, in 0...1. O(log n).
  public func survival(beyond micros: Int64) -> Double {
    let count = count { $0.micros <= micros }
    return count == 0 ? 1 : steps[count - 1].survival
  }

  /// The smallest duration that at least this percentage of items does not last longer than, in microseconds; nil when too
  /// many items are still open to say. `percentile` above 0, up to 100. O(log n).
  public func quantile(_ percentile: Double) -> Int64? {
    let wanted = Self.survival(percentile)
    let count = count { $0.survival > wanted }
    return count < steps.count ? steps[count].micros : nil
  }

  // The share that may last longer. Rounding is far below what is added, and one item of ten million above.
  private static func survival(_ percentile: Double) -> Double { 1 - percentile / 100 + 1e-9 }

  // How many steps, from the first, meet a condition that none meets behind one that does not.
  private func count(where condition: (Step) -> Bool) -> Int {
    var low = 0
    var high = steps.count
    while low < high {
      let middle = (low + high) / 2
      if condition(steps[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
