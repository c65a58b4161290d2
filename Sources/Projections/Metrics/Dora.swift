import Tables
import ValueStream

/// The five keys of software delivery performance (DORA).
public struct Dora: Projection {
  /// See ``Projection``.
  public let name = "dora"
  /// See ``Projection``.
  public let title = "Software delivery performance"
  /// See ``Projection``.
  public let definition = """
    DORA's five keys, of production deployments (the policy says which environments are production). Deployment frequency: successful \
    ones, and days with one. Change lead time: from a change's commit (committedAt, else its merge) to the first successful production \
    deployment that lists it; median. Change failure rate: deployments that failed, were rolled back or caused an incident ÷ all. Failed \
    deployment recovery time: from the failure (or the incident's opening) to the incident's resolution, or to the next success of the \
    service; median; failures not recovered yet are counted beside it. Rework rate: unplanned deployments ÷ all. An incident belongs to the \
    deployment that it names, else to the newest one of its service within the policy's attribution window. Everything counts in the \
    period of its deployment. Where the policy defines bands for deploymentsPerDay, changeLeadTime, failureRate, recoveryTime or reworkRate \
    (durations in seconds), a table says which band each figure lies in, with the year of the report that the band comes from; deployments a \
    day are successful ones ÷ the days of the period, or from the first to the last deployment without one. Bands are not hard-wired.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "service"]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let takesWorkingTime = false
  /// See ``Projection``.
  public let charts = [
    ChartDescription(name: "deployments", title: "Successful deployments", form: .bars, x: "period", y: ["succeeded"]),
    ChartDescription(name: "failures", title: "Change failure rate", form: .lines, x: "period", y: ["failureRate"]),
  ]

  /// The projection.
  public init() {}

  private struct Keys {
    var deployments = 0
    var succeeded = 0
    var days = 0
    /// The last day with a successful one: they come in the order of time.
    var lastDay: Int32?
    var failed = 0
    var notRecovered = 0
    var unplanned = 0
    var changes: [Int64] = []
    var recoveries: [Int64] = []
    var firstMicros = Int64.max
    var lastMicros = Int64.min
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    // What a deployment says of its service is no attribute of an item.
    var own = query
    own.groupings = query.groupings.map { $0 == .attribute(.service) ? .word("service") : $0 }
    own.filter = Filter()
    let asked = try AnswerParts(query, view)
    let facts = try DeliveryFacts(asked, view)
    let parts = try AnswerParts(own, view)
    var figures = try Figures(parts, view, range: view.books.events.timeRange(in: parts.cut)) { Keys() }
    let range = view.books.events.timeRange(in: parts.cut) ?? 0...0
    let days = try PeriodCalendar(
      .day, timeZone: parts.timeZone, covering: range.lowerBound, through: range.upperBound)
    var (day, dayEnd) = (Int32(0), Int64.min)
    var joins: [String: Int] = [:]
    for (place, deployment) in facts.deployments.enumerated() {
      guard parts.isInRange(deployment.micros) else { continue }
      if let join = deployment.join { joins[join.rawValue, default: 0] += 1 }
      if deployment.micros >= dayEnd, let number = days.number(of: deployment.micros) {
        (day, dayEnd) = (number, days.end(number))
      }
      figures.add(deployment.row, at: deployment.micros, word: UInt32(deployment.service)) { keys in
        keys.deployments += 1
        keys.firstMicros = min(keys.firstMicros, deployment.micros)
        keys.lastMicros = max(keys.lastMicros, deployment.micros)
        if deployment.succeeded {
          keys.succeeded += 1
          if day != keys.lastDay {
            keys.days += 1
            keys.lastDay = day
          }
        }
        if deployment.isUnplanned { keys.unplanned += 1 }
        for micros in facts.changes(of: place) where micros >= 0 { keys.changes.append(micros) }
        guard deployment.join != nil else { return }
        keys.failed += 1
        if let failed = deployment.failedMicros, let recovered = deployment.recoveredMicros, recovered >= failed {
          keys.recoveries.append(recovered - failed)
        } else {
          keys.notRecovered += 1
        }
      }
    }
    let rows = try figures.rows(view) { word, _ in word == 0 ? nil : facts.services[Int(word)] }
    let early = facts.earlyChanges
    var notes = parts.notes
    if early > 0 { notes.append("\(early) changes were deployed before they were committed (clock skew): left out.") }
    if facts.undeployedChanges > 0 {
      notes.append("\(facts.undeployedChanges) merged changes are in no successful production deployment.")
    }
    return Answer(
      metric: name, parameters: asked.parameters, position: parts.cut.position, root: parts.root, notes: notes,
      table: Table(
        title: title, columns: figures.leadingColumns + columns + figures.trailingColumns,
        rows: rows.map { figures.cells($0, Self.cells($0.sum, parts)) }),
      more: [Self.joinTable(joins, facts.unlinkedIncidents)] + bands(rows, figures, parts),
      explanation: figures.explanation(rows, view))
  }

  private static func cells(_ keys: Keys, _ parts: AnswerParts) -> [Value] {
    var changes = keys.changes
    var recoveries = keys.recoveries
    func share(_ count: Int) -> Value {
      keys.deployments == 0 ? .null : .share(Double(count) / Double(keys.deployments))
    }
    func median(_ values: inout [Int64]) -> Value {
      DurationSummary(&values, percentiles: [50], method: parts.policy.percentileMethod)
        .map { AnswerParts.seconds($0.percentilesMicros[0]) } ?? .null
    }
    return [
      .integer(Int64(keys.deployments)), .integer(Int64(keys.succeeded)), .integer(Int64(keys.days)),
      .integer(Int64(changes.count)), median(&changes), .integer(Int64(keys.failed)), share(keys.failed),
      .integer(Int64(recoveries.count)), median(&recoveries), .integer(Int64(keys.notRecovered)),
      .integer(Int64(keys.unplanned)), share(keys.unplanned),
    ]
  }

  private var columns: [Column] {
    [
      Column(name: "deployments", type: .integer, unit: "deployments", description: "Production deployments."),
      Column(
        name: "succeeded", type: .integer, unit: "deployments",
        description: "Those that succeeded: deployment frequency."),
      Column(name: "days", type: .integer, unit: "days", description: "Days with a successful one."),
      Column(
        name: "changes", type: .integer, unit: "changes",
        description: "Changes that came into production first by them."),
      Column(name: "changeLeadTime", type: .duration, unit: "s", description: "Median time from commit to production."),
      Column(
        name: "failed", type: .integer, unit: "deployments",
        description: "Deployments that failed or caused an incident."),
      Column(name: "failureRate", type: .share, unit: "1", description: "failed ÷ deployments: change failure rate."),
      Column(name: "recoveries", type: .integer, unit: "deployments", description: "Failed ones that were recovered."),
      Column(name: "recoveryTime", type: .duration, unit: "s", description: "Median time from failure to recovery."),
      Column(name: "notRecovered", type: .integer, unit: "deployments", description: "Failed ones not recovered yet."),
      Column(name: "unplanned", type: .integer, unit: "deployments", description: "Deployments made to mend a fault."),
      Column(name: "reworkRate", type: .share, unit: "1", description: "unplanned ÷ deployments."),
    ]
  }

  /// Which band of the policy each figure lies in; no table when the policy has none.
  private func bands(_ rows: [Figures<Keys>.Row], _ figures: Figures<Keys>, _ parts: AnswerParts) -> [Table] {
    guard !parts.policy.bands.isEmpty else { return [] }
    let judged = ["deploymentsPerDay", "changeLeadTime", "failureRate", "recoveryTime", "reworkRate"]
    let names = columns.map(\.name)
    return [
      Table(
        title: "Bands of the policy",
        columns: figures.leadingColumns
          + judged.map { Column(name: $0, type: .text, description: "The band of \($0).") },
        rows: rows.map { row in
          let own = Self.cells(row.sum, parts)
          let bands = judged.map { name -> Value in
            let value =
              name == judged[0]
              ? Self.perDay(row, parts) : names.firstIndex(of: name).flatMap { own[$0].number }
            return value.flatMap { parts.policy.level(of: $0, metric: name) }.map(Value.text) ?? .null
          }
          let leading = figures.cells(row, []).prefix(figures.leadingColumns.count)
          return Array(leading) + bands
        })
    ]
  }

  private static func perDay(_ row: Figures<Keys>.Row, _ parts: AnswerParts) -> Double? {
    let from = row.start ?? parts.query.fromMicros ?? row.sum.firstMicros
    let to = min(row.end ?? parts.query.toMicros ?? row.sum.lastMicros, parts.cut.atMicros)
    guard row.sum.deployments > 0, to > from else { return nil }
    return Double(row.sum.succeeded) / (Double(to - from) / Double(Timestamp.microsPerDay))
  }

  private static func joinTable(_ joins: [String: Int], _ unlinked: Int) -> Table {
    Table(
      title: "How failures were joined to deployments",
      columns: [
        Column(name: "rule", type: .text, description: "The rule."),
        Column(name: "count", type: .integer, unit: "failures", description: "How many it joined."),
      ],
      rows: joins.sorted { $0.key < $1.key }.map { [.text($0.key), .integer(Int64($0.value))] } + [
        [.text("incidents joined to none"), .integer(Int64(unlinked))]
      ])
  }
}
