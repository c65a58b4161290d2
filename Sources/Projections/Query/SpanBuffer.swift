/// The visits of one item, in the order of time: lent to whoever passes over items, and valid only during that call.
typealias ItemSpans = UnsafeBufferPointer<VisitSpan>

/// Room for the visits of one item after another: plain memory that grows, so that a pass over items allocates nothing.
struct SpanBuffer: ~Copyable {
  private var spans: UnsafeMutablePointer<VisitSpan>
  private var capacity = 64
  private var count = 0

  init() { spans = .allocate(capacity: capacity) }

  deinit { spans.deallocate() }

  /// The visits that were added.
  @inline(__always)
  var contents: ItemSpans { UnsafeBufferPointer(start: spans, count: count) }

  /// The visit that was added last.
  @inline(__always)
  var last: VisitSpan? { count == 0 ? nil : spans[count - 1] }

  @inline(__always)
  mutating func removeAll() { count = 0 }

  /// Adds a visit that lies behind all others.
  @inline(__always)
  mutating func append(_ span: VisitSpan) {
    if count == capacity { grow() }
    spans[count] = span
    count += 1
  }

  /// Puts a visit into its place. Openings come in the order of the log, so that most are in order already.
  mutating func insert(_ span: VisitSpan) {
    append(span)
    var index = count - 1
    while index > 0, span.precedes(spans[index - 1]) {
      spans[index] = spans[index - 1]
      index -= 1
    }
    spans[index] = span
  }

  private mutating func grow() {
    let larger = UnsafeMutablePointer<VisitSpan>.allocate(capacity: capacity * 2)
    larger.update(from: spans, count: count)
    spans.deallocate()
    spans = larger
    capacity *= 2
  }
}
