import Tables

/// The usual figures of a set of durations: n, mean, p50, p85, p95, max.
enum DurationFigures {
  private static let figures = [
    ("mean", "Mean"), ("p50", "Half of them have at most this"), ("p85", "85 % of them have at most this"),
    ("p95", "95 % of them have at most this"), ("max", "Longest"),
  ]

  /// The columns. `prefix` goes in front of their names, which then begin with a capital.
  static func columns(_ what: String, _ word: String, prefix: String = "", count: String = "n") -> [Column] {
    [Column(name: count, type: .integer, unit: "n", description: "How many \(what).")]
      + figures.map { name, text in
        let own = prefix.isEmpty ? name : prefix + name.prefix(1).uppercased() + name.dropFirst()
        return Column(name: own, type: .duration, unit: "s", description: "\(text): \(word).")
      }
  }

  /// The cells; no data of nothing. Reorders the values.
  static func cells(_ values: inout [Int64], _ parts: AnswerParts) -> [Value] {
    cells(DurationSummary(&values, percentiles: percentiles, method: parts.policy.percentileMethod))
  }

  /// The cells; no data of nothing.
  static func cells(_ durations: Durations, _ parts: AnswerParts) -> [Value] {
    cells(DurationSummary(durations, percentiles: percentiles, method: parts.policy.percentileMethod))
  }

  private static let percentiles: [Double] = [50, 85, 95]

  private static func cells(_ summary: DurationSummary?) -> [Value] {
    guard let summary else { return [.integer(0), .null, .null, .null, .null, .null] }
    return [.integer(Int64(summary.count)), AnswerParts.seconds(summary.meanMicros)]
      + summary.percentilesMicros.map(AnswerParts.seconds) + [AnswerParts.seconds(summary.maximumMicros)]
  }
}
