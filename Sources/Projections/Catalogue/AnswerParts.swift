import EventLog
import Tables
import ValueStream

/// What every projection's answer has in common: the cut it was made for, and the parameters that make it again.
struct AnswerParts {
  let query: Query
  let cut: Cut
  let rules: StreamRules
  /// The definition of each stream that is in force at the cut's instant.
  let definitions: [UInt16: StreamDefinition]
  let timeZone: String
  let root: String
  /// Measures durations, elapsed or in working time, as the question wants.
  let clock: SpanClock
  /// The conventions in force, or asked for.
  let policy: Policy
  private(set) var parameters: [(name: String, value: String)] = []
  /// What a reader must know of every answer to this question.
  private(set) var notes: [String] = []

  init(_ query: Query, _ view: borrowing LedgerView) throws {
    self.query = query
    cut = try view.cut(for: query)
    let known = try view.definitions(in: cut)
    rules = view.rules(known)
    var inForce: [UInt16: KnownDefinition] = [:]
    for one in known where one.occurredMicros <= cut.atMicros {
      if let other = inForce[one.stream],
        (other.occurredMicros, other.position) > (one.occurredMicros, one.position)
      {
        continue
      }
      inForce[one.stream] = one
    }
    definitions = inForce.mapValues(\.definition)
    policy = try query.policy ?? view.policy(in: cut)
    root = try view.log.root(size: cut.position).description
    var zone = query.timeZone
    if zone == nil, query.filter.streams.count == 1,
      let id = try view.log.symbolID(query.filter.streams[0], in: .stream)
    {
      zone = rules.definition(of: UInt16(truncatingIfNeeded: id), at: cut.atMicros)?.timeZone
    }
    if let asked = query.timeZone { try PeriodCalendar.check(timeZone: asked) }
    if query.timeZone == nil, let named = zone, (try? PeriodCalendar.check(timeZone: named)) == nil {
      zone = nil
      notes.append("The stream's time zone \"\(named)\" does not exist: periods are in UTC. Define the stream anew.")
    }
    timeZone = zone ?? policy.timezone
    if query.workingTime {
      let (working, workingNotes) = try SpanClock.working(definitions, cut, view)
      clock = working
      notes += workingNotes
    } else {
      clock = SpanClock()
    }

    add("knownAt", String(cut.position))
    add("at", Timestamp.format(cut.atMicros))
    if let from = query.fromMicros { add("from", Timestamp.format(from)) }
    if let to = query.toMicros { add("to", Timestamp.format(to)) }
    let filter = query.filter
    add("stream", filter.streams)
    for attribute in ItemAttribute.allCases { add(attribute.name, filter.attributes[attribute] ?? []) }
    for (key, values) in filter.labels.sorted(by: { $0.key < $1.key }) { add("label:\(key)", values) }
    add("stage", filter.stages)
    add("item", filter.items)
    add("by", query.groupings.map(\.name))
    if query.workingTime { add("time", "working") }
    add("policy", policy.differences)
    for (name, value) in query.options.sorted(by: { $0.key < $1.key }) { add(name, value) }
    if let period = query.period {
      add("period", period.rawValue)
      add("timezone", timeZone)
    }
  }

  private mutating func add(_ name: String, _ value: String) { parameters.append((name, value)) }
  private mutating func add(_ name: String, _ values: [String]) {
    if !values.isEmpty { add(name, values.joined(separator: ",")) }
  }

  /// The deliveries and cancellations that count: those that stand, or, where the policy says that a reopened item is delivered anew, also
  /// those that a reopening followed.
  func completed(_ view: borrowing LedgerView) -> StandingEntries {
    StandingEntries(view.books.completions, cut, onlyBegun: policy.reopening == .newDelivery)
  }

  /// Whether an instant lies in the period asked for.
  @inline(__always)
  func isInRange(_ micros: Int64) -> Bool {
    micros >= (query.fromMicros ?? .min) && micros < (query.toMicros ?? .max)
  }

  /// The calendar of the periods, from the first to the last instant that was met, or that was asked for.
  func calendar(from first: Int64?, through last: Int64?) throws -> PeriodCalendar? {
    guard let period = query.period else { return nil }
    let start = query.fromMicros ?? first
    let end = query.toMicros.map { $0 - 1 } ?? last
    guard let start, let end else {
      // Nothing was met: an unknown time zone is an error all the same.
      _ = try PeriodCalendar(period, timeZone: timeZone, covering: 0, through: 0)
      return nil
    }
    return try PeriodCalendar(period, timeZone: timeZone, covering: start, through: max(start, end))
  }

  /// Whether all of a period lies inside what was asked for and has passed.
  func isComplete(_ calendar: PeriodCalendar, _ number: Int32) -> Bool {
    calendar.start(number) >= (query.fromMicros ?? .min) && calendar.end(number) <= (query.toMicros ?? .max)
      && calendar.end(number) <= cut.atMicros
  }

  /// The columns that groupings add in front.
  var groupingColumns: [Column] {
    query.groupings.map { Column(name: $0.name, type: .text, description: "The \($0.name) that the row is about.") }
  }

  /// Seconds of a duration in microseconds.
  static func seconds(_ micros: Int64) -> Value { .duration(Double(micros) / 1e6) }
}
