import Tables
import ValueStream

/// Cumulative flow: how many items have reached each stage, period by period.
public struct CumulativeFlow: Projection {
  /// See ``Projection``.
  public let name = "cfd"
  /// See ``Projection``.
  public let title = "Cumulative flow"
  /// See ``Projection``.
  public let definition = """
    For each stage and the end of each period (days, unless others are asked for): arrived, the items that have ever reached the stage or \
    a later one, and items, the height of the stage's band: arrived less those that have reached the next one. A skipped stage counts as \
    reached; coming into the system counts as reaching the first stage. A move back changes nothing: the mark that an item has reached \
    stays. An item that is delivered, or cancelled, has passed all stages and is counted under (delivered) or (cancelled), at its first \
    delivery; one that is opened again stays there, so that the lines never fall. Items are judged by the stream and the attributes that \
    they had last. Visits of stages that the stream's definition in force does not name reach nothing and are counted in a note. Unless a \
    period or a beginning is asked for, the last 30 days are shown.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "kind", "team", "service", "class", "label:KEY"]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let takesWorkingTime = false
  /// See ``Projection``.
  public let charts = [
    ChartDescription(
      name: "cfd", title: "Cumulative flow", form: .areas, x: "period", y: ["items"], series: "stage")
  ]

  /// The projection.
  public init() {}

  /// The stages of one group, and where its counts begin: one for each stage, and two more for delivered and cancelled, in each period.
  private struct Tally {
    var stages: [UInt32]
    var first: Int

    /// Stages, delivered and cancelled.
    var placeCount: Int { stages.count + 2 }
  }

  /// What one core counts.
  private struct Lane {
    var classifier: RowClassifier
    let periodCount: Int
    var tallies: [Tally] = []
    /// How many items reached each place of each group in each period, of all groups in one array.
    var reached: [Int] = []
    var unplaced = 0
    /// Whether an item is judged by a stream that has no definition.
    var metUndefinedStream = false

    init(_ classifier: RowClassifier, _ periodCount: Int) {
      self.classifier = classifier
      self.periodCount = periodCount
    }

    private mutating func begin(_ stages: [UInt32]) {
      tallies.append(Tally(stages: stages, first: reached.count))
      reached += [Int](repeating: 0, count: (stages.count + 2) * periodCount)
    }

    /// Follows an item through the stages of the stream that it was in last.
    mutating func count(
      _ arrival: ArrivalPosting, _ visits: ItemSpans, _ end: (micros: Int64, isCancelled: Bool)?,
      _ places: StagePlaces, _ calendar: PeriodCalendar
    ) {
      let stream = visits.last?.stream ?? arrival.stamp.stream
      let attributes = visits.last?.attributes ?? arrival.attributes
      guard classifier.passes(stream: stream, attributes: attributes, item: arrival.item) else { return }
      let group = classifier.group(stream: stream, attributes: attributes, item: arrival.item)
      if group == tallies.count { begin(places.stages(of: stream)) }
      let count = places.stageCount(of: stream)
      if !places.isDefined(stream) { metUndefinedStream = true }
      let first = tallies[group].first
      let endMicros = calendar.end(Int32(periodCount - 1))
      func reach(_ place: Int, _ micros: Int64, _ lane: inout Lane) {
        guard micros < endMicros else { return }
        lane.reached[first + place * lane.periodCount + Int(calendar.number(of: micros) ?? 0)] += 1
      }
      var furthest = -1
      if count > 0 {
        reach(0, arrival.effectiveMicros, &self)
        furthest = 0
      }
      for visit in visits where !visit.isContinuation {
        guard let place = places.place(of: visit.stage, in: stream) else {
          if count > 0 { unplaced += 1 }
          continue
        }
        while furthest < place {
          furthest += 1
          reach(furthest, visit.fromMicros, &self)
        }
      }
      guard let end else { return }
      while furthest < count - 1 {
        furthest += 1
        reach(furthest, end.micros, &self)
      }
      reach(end.isCancelled ? count + 1 : count, end.micros, &self)
    }

    mutating func absorb(_ other: Lane) {
      for (key, tally) in zip(other.classifier.keys, other.tallies) {
        let group = classifier.group(key)
        if group == tallies.count { begin(tally.stages) }
        for place in 0..<(tally.placeCount * periodCount) {
          reached[tallies[group].first + place] += other.reached[tally.first + place]
        }
      }
      unplaced += other.unplaced
    }
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    var own = query
    own.groupings = [.stream] + query.groupings.filter { $0 != .stream }
    if query.period == nil {
      own.period = .day
      if query.fromMicros == nil {
        let end = min(query.toMicros ?? .max, try view.cut(for: query).atMicros)
        own.fromMicros = max(end, Int64.min + 30 * Timestamp.microsPerDay) - 30 * Timestamp.microsPerDay
      }
    }
    let parts = try AnswerParts(own, view)
    let at = parts.cut.atMicros
    let (arrived, ends) = view.arrivals(in: parts.cut) { Self.ends(parts, view) }
    let first = arrived.values.lazy.map(\.effectiveMicros).min()
    let last = min(own.toMicros.map { $0 - 1 } ?? .max, at)
    var calendar: PeriodCalendar?
    if let period = own.period, let first, max(own.fromMicros ?? first, first) <= last {
      calendar = try PeriodCalendar(
        period, timeZone: parts.timeZone, covering: max(own.fromMicros ?? first, first), through: last)
    } else {
      _ = try parts.calendar(from: nil, through: nil)
    }
    let visits = ItemVisits(view, parts.cut)
    let empty = Lane(try RowClassifier(own, view), calendar?.count ?? 0)
    var counted = empty
    if let calendar {
      let items = arrived.subjects
      func count(_ places: StagePlaces) -> [Lane] {
        visits.fold(over: items, isSerial: false) {
          empty
        } _: { lane, item, visits in
          if let arrival = arrived[item] { lane.count(arrival, visits, ends[item], places, calendar) }
        }
      }
      var lanes = count(StagePlaces(parts, view))
      // Streams without a definition are learnt of in a pass of its own, which most ledgers need not make.
      if lanes.contains(where: \.metUndefinedStream) { lanes = count(StagePlaces(parts, view, learningFrom: visits)) }
      for lane in lanes { counted.absorb(lane) }
    }
    var notes = parts.notes
    if counted.unplaced > 0 {
      notes.append("\(counted.unplaced) visits of stages that no definition names reach nothing.")
    }
    let groups = counted.classifier.keys.enumerated().map {
      ($0.offset, counted.classifier.columns(of: $0.element, view))
    }
    .sorted { $0.1.map { $0 ?? "" }.lexicographicallyPrecedes($1.1.map { $0 ?? "" }) }
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: notes,
      table: Table(
        title: title, columns: columns(parts),
        rows: calendar.map { Self.rows($0, groups, counted, parts, view) } ?? []))
  }

  private static func rows(
    _ calendar: PeriodCalendar, _ groups: [(Int, [String?])], _ counted: Lane, _ parts: AnswerParts,
    _ view: borrowing LedgerView
  ) -> [[Value]] {
    var rows: [[Value]] = []
    let tallies = counted.tallies
    var totals = tallies.map { [Int](repeating: 0, count: $0.placeCount) }
    for period in 0..<calendar.count {
      for (group, names) in groups {
        for place in totals[group].indices {
          totals[group][place] += counted.reached[tallies[group].first + place * calendar.count + period]
        }
        let total = totals[group]
        let stages = tallies[group].stages
        let out = total[stages.count] + total[stages.count + 1]
        for place in total.indices {
          let isEnd = place >= stages.count
          let name =
            isEnd
            ? (place == stages.count ? "(delivered)" : "(cancelled)") : view.stages.name(stages[place]) ?? ""
          let behind = isEnd ? 0 : place + 1 < stages.count ? total[place + 1] : out
          rows.append(
            [.text(calendar.label(Int32(period)))] + names.map { $0.map(Value.text) ?? .null } + [
              .text(name), .integer(Int64(total[place])), .integer(Int64(total[place] - behind)),
              .text(parts.isComplete(calendar, Int32(period)) ? "yes" : "no"),
            ])
        }
      }
    }
    return rows
  }

  private func columns(_ parts: AnswerParts) -> [Column] {
    [Column(name: "period", type: .text, description: "The period; figures are of its end.")]
      + parts.groupingColumns + [
        Column(name: "stage", type: .text, description: "The stage; (delivered) and (cancelled) come last."),
        Column(
          name: "arrived", type: .integer, unit: "items",
          description: "Items that have ever reached the stage or a later one."),
        Column(
          name: "items", type: .integer, unit: "items",
          description: "Those that have not reached the next one: the height of the band."),
        Column(name: "complete", type: .text, description: "Whether the whole period lies in the question."),
      ]
  }

  private typealias End = (micros: Int64, isCancelled: Bool)

  /// When each item was delivered for the first time, or cancelled for good.
  private static func ends(_ parts: AnswerParts, _ view: borrowing LedgerView) -> SubjectTable<End> {
    let ends = SubjectTable<End>(view, most: view.books.completions.count)
    EntrySpans(view.books.completions, parts.cut).forEach(in: view.books.completions) { row, end in
      let isCancelled = row.stamp.flags.contains(.cancelled)
      if isCancelled, end != nil { return }
      if let known = ends[row.item], !known.isCancelled, isCancelled || known.micros <= row.effectiveMicros { return }
      ends.set(row.item, (row.effectiveMicros, isCancelled))
    }
    return ends
  }
}
