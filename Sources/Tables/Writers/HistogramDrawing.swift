/// Draws a histogram as one line a bucket: range, bar, count, and the percentiles that fall into it.
struct HistogramDrawing {
  private static let eighths = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
  /// Bars are drawn at least this long, even where the line then wraps, and at most this long, because more cells show
  /// nothing that the count does not.
  private static let barWidths = 10...60

  private let buckets: [Histogram.Bucket]
  private let labels: [String]
  private let counts: [String]
  private let marks: [String]

  /// - Parameter markers: What to name at the end of the bucket that holds it.
  init(_ buckets: [Histogram.Bucket], markers: [(name: String, seconds: Double)]) {
    self.buckets = buckets
    labels = buckets.map { bucket in
      let from = HumanDuration.format(seconds: bucket.from)
      return bucket.to == .infinity ? "≥ \(from)" : "\(from) – \(HumanDuration.format(seconds: bucket.to))"
    }
    counts = buckets.map { String($0.count) }
    var names = buckets.map { _ in [String]() }
    for marker in markers {
      if let index = HistogramDrawing.bucket(holding: marker.seconds, in: buckets) { names[index].append(marker.name) }
    }
    marks = names.map { $0.isEmpty ? "" : "  ◂ " + $0.joined(separator: " ") }
  }

  /// The lines, each at most `width` cells where the shortest bar allows it, aligned with those of other drawings.
  func lines(width: Int, alignedWith others: [HistogramDrawing] = []) -> [String] {
    let all = [self] + others
    let labelWidth = widest(all.flatMap(\.labels))
    let countWidth = widest(all.flatMap(\.counts))
    let taken = labelWidth + 2 + 2 + countWidth + widest(all.flatMap(\.marks))
    let free = width > taken ? width - taken : 0
    let barWidth = min(max(free, HistogramDrawing.barWidths.lowerBound), HistogramDrawing.barWidths.upperBound)
    let most = buckets.map(\.count).max() ?? 0
    return buckets.indices.map { index in
      let bar = HistogramDrawing.bar(buckets[index].count, of: most, width: barWidth)
      return padded(labels[index], to: labelWidth, atEnd: false) + "  " + padded(bar, to: barWidth, atEnd: true) + "  "
        + padded(counts[index], to: countWidth, atEnd: false) + marks[index]
    }
  }

  /// A bar whose length is `count` out of `most`, rounded to an eighth of a cell; never empty for a count above zero.
  static func bar(_ count: Int, of most: Int, width: Int) -> String {
    guard count > 0, most > 0 else { return "" }
    let length = max(1, Int((Double(count) / Double(most) * Double(width * 8)).rounded()))
    return String(repeating: "█", count: length / 8) + eighths[length % 8]
  }

  /// The bucket whose half-open range holds `seconds`; the end of the last bucket counts as inside.
  private static func bucket(holding seconds: Double, in buckets: [Histogram.Bucket]) -> Int? {
    if let index = buckets.firstIndex(where: { $0.from <= seconds && seconds < $0.to }) { return index }
    return buckets.last?.to == seconds ? buckets.count - 1 : nil
  }

  private func widest(_ texts: [String]) -> Int { texts.map { DisplayWidth.of($0) }.max() ?? 0 }

  private func padded(_ text: String, to width: Int, atEnd: Bool) -> String {
    let padding = String(repeating: " ", count: max(0, width - DisplayWidth.of(text)))
    return atEnd ? text + padding : padding + text
  }
}
