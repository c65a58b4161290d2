import Tables
import ValueStream

/// A read model that answers questions with a table: one file each. Command line, exports and docs read everything they need from here.
public protocol Projection: Sendable {
  /// The name in commands and exports, for example `lead-time`.
  var name: String { get }
  /// The heading of its table.
  var title: String { get }
  /// What its numbers mean, in a paragraph.
  var definition: String { get }
  /// The names that ``Query/groupings`` may hold, `label:KEY` for any label.
  var groupings: [String] { get }
  /// Whether the answer can be split by periods and bounded by `from` and `to`.
  var takesPeriods: Bool { get }
  /// Whether the filter may name stages.
  var takesStages: Bool { get }
  /// Whether its durations can be measured in working time.
  var takesWorkingTime: Bool { get }
  /// Options of its own, besides filters, groups and periods.
  var options: [ProjectionOption] { get }
  /// Pictures of its tables, the best one first.
  var charts: [ChartDescription] { get }
  /// Answers a question from one view of the ledger.
  func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer
}

/// An option that a projection has of its own.
public struct ProjectionOption: Sendable {
  /// The name, `items`.
  public var name: String
  /// What it wants: `number`, `seconds`, `yes|no` …
  public var value: String
  /// What holds without it.
  public var standard: String
  /// What it does, in a sentence.
  public var summary: String

  /// Declares an option.
  public init(_ name: String, value: String, standard: String, _ summary: String) {
    self.name = name
    self.value = value
    self.standard = standard
    self.summary = summary
  }
}

extension Projection {
  /// They can.
  public var takesWorkingTime: Bool { true }
  /// None.
  public var options: [ProjectionOption] { [] }
  /// None.
  public var charts: [ChartDescription] { [] }

  /// A question to many projections as it is put to this one: without bounds where it is about a state at an instant, and without working time
  /// where nothing is measured in it.
  public func own(_ query: Query) -> Query {
    var own = query
    if !takesPeriods { (own.fromMicros, own.toMicros, own.period, own.timeZone) = (nil, nil, nil, nil) }
    if !takesWorkingTime { own.workingTime = false }
    return own
  }

  /// Refuses what the projection has no meaning for, and puts the question.
  public func checkedAnswer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    for grouping in query.groupings {
      let isLabel = if case .label = grouping { true } else { false }
      guard groupings.contains(isLabel ? "label:KEY" : grouping.name) else {
        let rest =
          groupings.isEmpty ? "at all" : "by \(grouping.name). It can be by \(groupings.joined(separator: ", "))"
        throw QueryError("\(name) cannot be split \(rest).")
      }
    }
    for name in query.options.keys.sorted() where !options.contains(where: { $0.name == name }) {
      let known = options.map(\.name)
      throw QueryError(
        known.isEmpty
          ? "\(self.name) has no options of its own; --set \(name) does not apply."
          : Suggestion.unknown("option of \(self.name)", name, known: known))
    }
    if !takesPeriods, query.period != nil || query.fromMicros != nil || query.toMicros != nil {
      throw QueryError(
        "\(name) is a state at one instant: --period, --from and --to do not apply. Use --at for another instant.")
    }
    if !takesStages, !query.filter.stages.isEmpty {
      throw QueryError("\(name) cannot be filtered by stage.")
    }
    if !takesWorkingTime, query.workingTime {
      throw QueryError("\(name) measures nothing in working hours: --working-time does not apply.")
    }
    if let from = query.fromMicros, let to = query.toMicros, from >= to {
      throw QueryError("The period is turned round: --from must lie before --to.")
    }
    return try answer(query, from: view)
  }
}

/// All projections.
public enum Catalogue {
  /// In the order in which they are listed.
  public static let all: [any Projection] = [
    Health(), StageQueues(), LeadTimes(), OpenQuantiles(), WorkInProgress(), FlowLoad(), Throughput(),
    FlowDistribution(),
    WorkItemAge(), StageTimes(), FlowEfficiency(), BlockedTime(), Rework(), Handoffs(), CompleteAccurate(),
    StageArrivals(), CumulativeFlow(), Bottlenecks(), ValueStreamMap(), Transitions(), Variants(), Conformance(),
    LittlesLaw(),
    ServiceLevel(), FlowDebt(), Waste(), Forecast(), ControlChart(), DefectRates(),
    DefectMatrix(), DefectAge(), DefectResolution(), FirstPassYield(), CheckResults(), TestCoverage(), Dora(),
    Satisfaction(),
    CustomerJourney(), ValueDelivered(), CostOfDelay(), Outcomes(), Experiments(), DataQuality(),
  ]

  /// The projection of a name; an error names the nearest one.
  public static func projection(named name: String) throws -> any Projection {
    if let found = all.first(where: { $0.name == name }) { return found }
    let names = all.map(\.name)
    let hint =
      NearestName.of(name, in: names).map { "Did you mean \"\($0)\"?" }
      ?? "There are: \(names.joined(separator: ", "))."
    throw QueryError("There is no metric \"\(name)\". \(hint)")
  }
}
