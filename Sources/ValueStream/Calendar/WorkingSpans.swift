/// The working time of a stretch of time: disjoint spans in order, with how much was worked before each.
///
/// All times in microseconds. Look-ups are binary searches, O(log n).
struct WorkingSpans {
  /// The first instant known.
  let from: Int64
  /// The instant behind the last one known.
  let to: Int64
  /// Working time between `from` and `to`.
  private(set) var total: Int64 = 0
  private var starts: [Int64] = []
  private var ends: [Int64] = []
  // What was worked from `from` to each span's start.
  private var before: [Int64] = []

  /// No working time in [from, to).
  init(from: Int64, to: Int64) {
    self.from = from
    self.to = max(from, to)
  }

  /// Adds the span [start, end), cut to what is known; none before the last one's end. One that begins there lengthens it.
  mutating func append(from start: Int64, to end: Int64) {
    let start = max(start, from)
    let end = min(end, to)
    guard start < end else { return }
    if let last = ends.last, last == start {
      ends[ends.count - 1] = end
    } else {
      starts.append(start)
      ends.append(end)
      before.append(total)
    }
    total += end - start
  }

  /// The working time from `from` to an instant, which is cut to what is known.
  func worked(until micros: Int64) -> Int64 {
    let index = Self.count(of: starts) { $0 <= micros } - 1
    guard index >= 0 else { return 0 }
    return before[index] + min(micros, ends[index]) - starts[index]
  }

  /// The first instant at which this much has been worked since `from`; `worked` in 1...total.
  func first(worked: Int64) -> Int64 {
    let index = Self.count(of: before) { $0 < worked } - 1
    guard index >= 0 else { return from }
    return starts[index] + (worked - before[index])
  }

  /// The last instant at which no more than this has been worked since `from`; `worked` in 0..<total.
  func last(worked: Int64) -> Int64 {
    let index = Self.count(of: before) { $0 <= worked } - 1
    guard index >= 0 else { return to }
    return starts[index] + (worked - before[index])
  }

  // How many values, from the first, meet a condition that none meets behind one that does not.
  private static func count(of values: [Int64], where condition: (Int64) -> Bool) -> Int {
    var low = 0
    var high = values.count
    while low < high {
      let middle = (low + high) / 2
      if condition(values[middle]) { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
