import EventLog
import Tables
import ValueStream

/// How much of the lead time somebody worked.
public struct FlowEfficiency: Projection {
  /// See ``Projection``.
  public let name = "flow-efficiency"
  /// See ``Projection``.
  public let title = "Flow efficiency"
  /// See ``Projection``.
  public let definition = """
    Process time is the time in work stages less the time blocked there. Wait time is the rest of the lead time: in queue stages, in no \
    stage, and blocked. Flow efficiency is the sum of process times ÷ the sum of lead times of the items delivered in the period (a ratio \
    of sums); meanEfficiency is the mean of each item's own ratio. Stages that no definition names count as work. Delivered items whose \
    creation is not known, or whose work began before their creation so that process time exceeds lead time, have no such ratio: they \
    are left out and counted in a note. No lead time, no efficiency. Where work was logged, its time is known better than by stage: logged \
    is the sum of the seconds logged on the items delivered, loggedEfficiency that sum ÷ the lead times of the items that have any.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "kind", "team", "service", "class", "label:KEY", "stage", "item"]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let charts = [
    ChartDescription(
      name: "flow-efficiency", title: "Flow efficiency", form: .lines, x: "period", y: ["efficiency", "meanEfficiency"])
  ]

  /// The projection.
  public init() {}

  private struct Sums {
    var items = 0
    var process: Int128 = 0
    var blocked: Int128 = 0
    var lead: Int128 = 0
    var ratios = ExactSum()
    var ratioCount = 0
    var loggedItems: Int64 = 0
    var logged = ExactSum()
    var loggedLead: Int128 = 0

    mutating func add(_ time: ItemTimes.Times, lead: Int64, logged seconds: Double?) {
      items += 1
      process += Int128(time.processMicros)
      blocked += Int128(time.blockedMicros)
      self.lead += Int128(lead)
      if let seconds {
        loggedItems += 1
        logged.add(seconds)
        loggedLead += Int128(lead)
      }
      if lead > 0 {
        ratios.add(Double(time.processMicros) / Double(lead))
        ratioCount += 1
      }
    }

    static func += (left: inout Sums, right: Sums) {
      left.items += right.items
      left.process += right.process
      left.blocked += right.blocked
      left.lead += right.lead
      left.ratios += right.ratios
      left.ratioCount += right.ratioCount
      left.loggedItems += right.loggedItems
      left.logged += right.logged
      left.loggedLead += right.loggedLead
    }
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let parts = try AnswerParts(query, view)
    var figures = try Figures(parts, view, range: view.books.completions.timeRange(in: parts.cut)) { Sums() }
    let logged = SubjectTable<Double>(view)
    try EventRows([.workLogged], query.unfiltered, parts.cut, view).forEach(view) { event in
      logged.update(event.item, default: 0) { $0 += event.number ?? 0 }
    }
    let (filter, hours) = (figures, logged)
    let blocked = BlockedSums(parts, view)
    let lanes = DeliveredItems(parts, view) { filter.passes($0) }.fold(isSerial: figures.isSerial) {
      (figures: filter, withoutCreated: 0, impossible: 0)
    } _: { lane, row, _, spans in
      guard row.createdMicros != ItemState.unknown else {
        lane.withoutCreated += 1
        lane.figures.exclude(row, because: "no creation is known")
        return
      }
      let time = ItemTimes.Times(spans, blocked: blocked[row.item], parts)
      let lead = parts.clock.span(row.stamp.stream, from: row.createdMicros, to: row.effectiveMicros)
      guard lead >= 0, time.processMicros <= lead else {
        lane.impossible += 1
        lane.figures.exclude(row, because: "process time exceeds lead time")
        return
      }
      lane.figures.add(row, at: row.effectiveMicros, stage: row.stage, amount: Double(time.processMicros) / 1e6) {
        $0.add(time, lead: lead, logged: hours[row.item])
      }
    }
    var withoutCreated = 0
    var impossible = 0
    for lane in lanes {
      withoutCreated += lane.withoutCreated
      impossible += lane.impossible
      figures.absorb(lane.figures) { $0 += $1 }
    }
    var notes = parts.notes
    if withoutCreated > 0 {
      notes.append("\(withoutCreated) delivered items without a created event have no lead time and are left out.")
    }
    if impossible > 0 {
      notes.append("\(impossible) delivered items with more process time than lead time are left out.")
    }
    let rows = try figures.rows(view)
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: notes,
      table: Table(
        title: title, columns: figures.leadingColumns + Self.columns + figures.trailingColumns,
        rows: rows.map { figures.cells($0, Self.cells($0.sum)) }),
      explanation: figures.explanation(rows, view))
  }

  private static func cells(_ sums: Sums) -> [Value] {
    func duration(_ micros: Int128) -> Value { sums.items == 0 ? .null : .duration(Double(micros) / 1e6) }
    return [
      .integer(Int64(sums.items)), duration(sums.process), duration(sums.lead - sums.process), duration(sums.blocked),
      duration(sums.lead), sums.lead == 0 ? .null : .share(Double(sums.process) / Double(sums.lead)),
      sums.ratioCount == 0 ? .null : .share(sums.ratios.value / Double(sums.ratioCount)),
      .integer(sums.loggedItems), sums.loggedItems == 0 ? .null : .duration(sums.logged.value),
      sums.loggedLead == 0 ? .null : .number(sums.logged.value * 1e6 / Double(sums.loggedLead)),
    ]
  }

  private static let columns = [
    Column(name: "n", type: .integer, unit: "items", description: "Items delivered with a known creation."),
    Column(name: "process", type: .duration, unit: "s", description: "Sum of their process times."),
    Column(name: "wait", type: .duration, unit: "s", description: "Sum of their wait times: lead − process."),
    Column(name: "blocked", type: .duration, unit: "s", description: "Sum of their blocked times, wherever they were."),
    Column(name: "lead", type: .duration, unit: "s", description: "Sum of their lead times."),
    Column(name: "efficiency", type: .share, unit: "1", description: "process ÷ lead."),
    Column(name: "meanEfficiency", type: .share, unit: "1", description: "Mean of each item's own process ÷ lead."),
    Column(name: "loggedItems", type: .integer, unit: "items", description: "Those of them with logged work."),
    Column(name: "logged", type: .duration, unit: "s", description: "Time logged on them."),
    Column(
      name: "loggedEfficiency", type: .number, unit: "1",
      description: "logged ÷ the lead times of loggedItems; above 1 when several people logged at once."),
  ]
}
