import ValueStream

/// Measures spans of time: elapsed, or in the working hours of a stream.
struct SpanClock: Sendable {
  /// The calendars by stream; empty when time is elapsed time.
  private let calendars: [WorkingCalendar?]
  private let isElapsed: Bool

  /// Elapsed time.
  init() {
    calendars = []
    isElapsed = true
  }

  /// Working time: by each stream's calendar, elapsed for streams without one.
  init(calendars: [WorkingCalendar?]) {
    self.calendars = calendars
    isElapsed = false
  }

  /// From one instant to another, in microseconds. O(1) elapsed, O(log days) working.
  @inline(__always)
  func span(_ stream: UInt16, from: Int64, to: Int64) -> Int64 {
    isElapsed ? to - from : working(stream, from: from, to: to)
  }

  @inline(never)
  private func working(_ stream: UInt16, from: Int64, to: Int64) -> Int64 {
    guard Int(stream) < calendars.count, let calendar = calendars[Int(stream)] else { return to - from }
    return calendar.workingMicros(from: from, to: to)
  }

  /// From a posting's effective time to an instant: positive for what adds, negative for what takes back.
  @inline(__always)
  func signedSpan(_ row: some Posting, _ atMicros: Int64) -> Int64 {
    let span = span(row.stamp.stream, from: row.effectiveMicros, to: atMicros)
    return row.stamp.flags.contains(.negative) ? -span : span
  }
}

extension SpanClock {
  /// The clock of a question that wants working time, and what its reader must know.
  ///
  /// Each stream is measured by the calendar of its definition in force at the cut's instant.
  static func working(
    _ definitions: [UInt16: StreamDefinition], _ cut: Cut, _ view: borrowing LedgerView
  ) throws -> (clock: SpanClock, notes: [String]) {
    var calendars = [WorkingCalendar?](repeating: nil, count: Int(view.log.symbolCount(in: .stream)) + 1)
    var without: [String] = []
    let first = view.books.arrivals.timeRange(in: cut)?.lowerBound ?? cut.atMicros
    for stream in 1..<max(1, calendars.count) {
      let name = view.streamName(UInt16(stream)) ?? "?"
      guard let definition = definitions[UInt16(stream)],
        definition.calendar != nil || definition.calendarProblem != nil
      else {
        without.append(name)
        continue
      }
      do {
        calendars[stream] = try WorkingCalendar(definition, covering: first, through: cut.atMicros)
      } catch {
        throw QueryError(
          "Working time of stream \"\(name)\" cannot be measured. \(error) Define the stream anew, or ask without --working-time."
        )
      }
    }
    var notes: [String] = []
    if !without.isEmpty {
      notes.append(
        "Streams without a calendar are measured in elapsed time: \(without.sorted().joined(separator: ", ")).")
    }
    return (SpanClock(calendars: calendars), notes)
  }
}
