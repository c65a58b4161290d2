/// Writes an answer as OpenMetrics 1.0 text, for Prometheus and whatever else scrapes.
///
/// | of the answer | in the text |
/// |---|---|
/// | a numeric column | a gauge family `vsl_<metric>_<column>_<unit>` |
/// | durations, moments, shares | `_seconds`, `_timestamp_seconds`, `_ratio` |
/// | a text column, a parameter but `knownAt` and `at` | a label |
/// | the position | the gauge `vsl_<metric>_position_events` |
/// | the histogram, of each row when the answer is split | the gauge histogram `vsl_<metric>_distribution_seconds` |
///
/// The histogram is a gauge histogram because it shows what is so now: another question, a voided event or a later cut can
/// take from a bucket, which no counter may. `_gcount` and `_gsum` are there when the sum is known and no bucket begins
/// below zero, as the standard demands. A duration of exactly a bound is counted above it.
struct OpenMetricsDocument {
  private(set) var bytes: [UInt8] = []

  /// The families of an answer. Linear in its cells.
  init(_ answer: Answer) throws(TableError) {
    let prefix = "vsl_" + SnakeCase.of(answer.metric)
    let distribution = "\(prefix)_distribution_seconds"
    let position = "\(prefix)_position_events"
    var names = UniqueNames(
      reserved: [position, distribution, distribution + "_bucket", distribution + "_gcount", distribution + "_gsum"])
    let labels = try OpenMetricsLabels(answer)
    let table = answer.table

    for (index, column) in table.columns.enumerated() where column.type != .text {
      let unit = OpenMetricsText.unit(of: column)
      var base = "\(prefix)_\(SnakeCase.of(column.name))"
      if column.type == .timestamp { base += "_timestamp" }
      let suffix = unit.map { "_\($0)" } ?? ""
      if base.hasSuffix(suffix) { base.removeLast(suffix.count) }
      let name = names.take(base, suffix: suffix)
      appendHead(name, type: "gauge", unit: unit, help: column.description)
      for row in table.rows.indices {
        switch try table.storedCell(row: row, column: index) {
        case .null, .text: continue
        case .integer(let micros) where column.type == .timestamp:
          appendSample(name, labels.ofRows[row]) { JSONText.append(Double(micros) / 1e6, to: &$0) }
        case .integer(let integer):
          appendSample(name, labels.ofRows[row]) { JSONText.append(integer, to: &$0) }
        case .real(let number):
          appendSample(name, labels.ofRows[row]) { JSONText.append(number, to: &$0) }
        }
      }
    }

    appendHead(
      position, type: "gauge", unit: "events", help: "How many events of the log the answer takes into account.")
    appendSample(position, labels.ofAnswer) { JSONText.append(answer.position, to: &$0) }
    if let histogram = answer.histogram, !histogram.parts.isEmpty {
      appendHead(
        distribution, type: "gaugehistogram", unit: "seconds",
        help: "How many durations are below each bound; one of exactly a bound is counted above it.")
      for part in histogram.parts {
        let row = part.key.isEmpty ? nil : table.rows.firstIndex { $0.starts(with: part.key) }
        append(part, named: distribution, row.map { labels.ofRows[$0] } ?? labels.ofAnswer)
      }
    }
    bytes.append(contentsOf: "# EOF\n".utf8)
  }

  private mutating func append(_ histogram: Histogram.Part, named name: String, _ labels: [UInt8]) {
    var total = 0
    for bucket in histogram.buckets {
      total += bucket.count
      if bucket.to < .infinity { appendBucket(name, labels, below: bucket.to, count: total) }
    }
    appendBucket(name, labels, below: .infinity, count: total)
    guard let sum = histogram.sumSeconds, sum.isFinite, histogram.buckets.allSatisfy({ $0.from >= 0 }) else { return }
    appendSample(name + "_gcount", labels) { JSONText.append(total, to: &$0) }
    appendSample(name + "_gsum", labels) { JSONText.append(sum, to: &$0) }
  }

  private mutating func appendBucket(_ name: String, _ labels: [UInt8], below bound: Double, count: Int) {
    var labels = labels
    if !labels.isEmpty { labels.append(UInt8(ascii: ",")) }
    labels.append(contentsOf: "le=\"\(OpenMetricsText.bound(bound))\"".utf8)
    appendSample(name + "_bucket", labels) { JSONText.append(count, to: &$0) }
  }

  private mutating func appendHead(_ name: String, type: String, unit: String?, help: String?) {
    bytes.append(contentsOf: "# TYPE \(name) \(type)\n".utf8)
    if let unit { bytes.append(contentsOf: "# UNIT \(name) \(unit)\n".utf8) }
    guard let help, !help.isEmpty else { return }
    bytes.append(contentsOf: "# HELP \(name) ".utf8)
    OpenMetricsText.appendEscaped(help, to: &bytes)
    bytes.append(UInt8(ascii: "\n"))
  }

  private mutating func appendSample(_ name: String, _ labels: [UInt8], _ appendNumber: (inout [UInt8]) -> Void) {
    bytes.append(contentsOf: name.utf8)
    if !labels.isEmpty {
      bytes.append(UInt8(ascii: "{"))
      bytes.append(contentsOf: labels)
      bytes.append(UInt8(ascii: "}"))
    }
    bytes.append(UInt8(ascii: " "))
    appendNumber(&bytes)
    bytes.append(UInt8(ascii: "\n"))
  }
}
