import Tables

/// A scale of customer feedback.
enum SatisfactionScale: String, CaseIterable {
  /// Customer satisfaction: scores 1–5; the share of 4 and 5.
  case csat
  /// Net promoter score: scores 0–10; the share of 9–10 less the share of 0–6.
  case nps
  /// Customer effort score: scores 1–7; their mean.
  case ces

  /// The unit of its figure.
  var unit: String {
    switch self {
    case .csat: "%"
    case .nps: "points"
    case .ces: "1–7"
    }
  }
}

/// Feedback on one scale, summed up.
struct SatisfactionScore {
  private(set) var count: Int64 = 0
  private(set) var favourable: Int64 = 0
  private(set) var unfavourable: Int64 = 0
  private var sum = 0.0
  private var squares = 0.0

  /// Takes an answer in.
  mutating func add(_ score: Double, _ scale: SatisfactionScale) {
    count += 1
    sum += score
    squares += score * score
    let (good, bad): (Double, Double) =
      switch scale {
      case .csat: (4, 2)
      case .nps: (9, 6)
      case .ces: (5, 3)
      }
    if score >= good { favourable += 1 }
    if score <= bad { unfavourable += 1 }
  }

  /// Mean of the scores; nil without any.
  var mean: Double? { count == 0 ? nil : sum / Double(count) }

  /// The scale's figure: CSAT in percent, NPS in points, CES a mean; nil without answers.
  func figure(_ scale: SatisfactionScale) -> Double? {
    guard count > 0 else { return nil }
    switch scale {
    case .csat: return 100 * Double(favourable) / Double(count)
    case .nps: return 100 * Double(favourable - unfavourable) / Double(count)
    case .ces: return mean
    }
  }

  /// A 95 % interval of the figure: of a share by Wilson's score method (1927), of a mean ± 1.96 standard errors; nil for a mean of one.
  func interval(_ scale: SatisfactionScale) -> ClosedRange<Double>? {
    let z = 1.959964
    let n = Double(count)
    switch scale {
    case .csat:
      guard count > 0 else { return nil }
      let share = Double(favourable) / n
      let centre = (share + z * z / (2 * n)) / (1 + z * z / n)
      let half = z / (1 + z * z / n) * (share * (1 - share) / n + z * z / (4 * n * n)).squareRoot()
      return 100 * max(centre - half, 0)...100 * min(centre + half, 1)
    case .nps:
      guard count > 1 else { return nil }
      let mean = Double(favourable - unfavourable) / n
      return Self.around(
        100 * mean, 1e4 * (Double(favourable + unfavourable) - n * mean * mean) / (n - 1), n, -100...100)
    case .ces:
      guard count > 1 else { return nil }
      return Self.around(sum / n, (squares - sum * sum / n) / (n - 1), n, 1...7)
    }
  }

  private static func around(
    _ mean: Double, _ variance: Double, _ n: Double, _ limits: ClosedRange<Double>
  ) -> ClosedRange<Double> {
    let half = 1.959964 * (max(variance, 0) / n).squareRoot()
    return max(mean - half, limits.lowerBound)...min(mean + half, limits.upperBound)
  }
}
