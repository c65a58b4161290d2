import EventLog
import ValueStream

/// A figure that was published, as its event says.
public struct PublishedFigure: Sendable, Equatable {
  /// The position of the event.
  public var position: UInt64
  /// When it was published.
  public var publishedMicros: Int64
  /// The metric's name.
  public var metric: String
  /// The question in full.
  public var query: String
  /// The value.
  public var value: Double
  /// The position that it was computed at.
  public var knownAt: UInt64
  /// The digest of the whole answer, when one was taken.
  public var digest: String?
}

extension LedgerView {
  /// The figures that were published and not voided, in the order of the log. O(events of the book), and a record read for each figure.
  public func publishedFigures() throws -> [PublishedFigure] {
    var figures: [PublishedFigure] = []
    let parser = JSONParser()
    try StandingEntries(books.events, Cut(position: position, atMicros: .max)).forEach(in: books.events) { row in
      guard row.kind == EventKind.metricPublished.rawValue, let record = try log.record(at: row.stamp.position),
        let data = try parser.parse(copying: record.bytes).member("data"), let query = data.member("query")?.string,
        let value = data.member("value")?.double, let knownAt = data.member("position")?.integer
      else { return }
      figures.append(
        PublishedFigure(
          position: row.stamp.position, publishedMicros: row.effectiveMicros, metric: subjectName(row.subject),
          query: query, value: value, knownAt: UInt64(clamping: knownAt), digest: data.member("digest")?.string))
    }
    return figures
  }
}
