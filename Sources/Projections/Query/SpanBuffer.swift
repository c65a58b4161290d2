import EventLog

/// The visits of one item, in the order of time: lent to whoever passes over items, and valid only during that call.
typealias ItemSpans = UnsafeBufferPointer<VisitSpan>

/// Room for the visits of one item after another: plain memory that grows, so that a pass over items allocates nothing.
struct SpanBuffer: ~Copyable {
  private var spans = GrowingBuffer<VisitSpan>()

  /// The visits that were added.
  @inline(__always)
  var contents: ItemSpans { spans.contents }

  /// The visit that was added last.
  @inline(__always)
  var last: VisitSpan? { spans.contents.last }

  @inline(__always)
  mutating func removeAll() { spans.truncate(to: 0) }

  /// Adds a visit that lies behind all others.
  @inline(__always)
  mutating func append(_ span: VisitSpan) { spans.append(span) }

  /// Puts a visit into its place. Openings come in the order of the log, so that most are in order already.
  mutating func insert(_ span: VisitSpan) {
    append(span)
    var index = spans.count - 1
    while index > 0, span.precedes(spans[index - 1]) {
      spans[index] = spans[index - 1]
      index -= 1
    }
    spans[index] = span
  }
}
