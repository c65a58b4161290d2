import EventLog
import ValueStream

/// Production deployments of a cut with what they led to: failures, recoveries, and the changes that they brought first.
struct DeliveryFacts {
  /// How a failure was joined to its deployment.
  enum Join: String {
    /// The deployment itself says that it failed or was rolled back.
    case itself = "its own outcome"
    /// An incident names the deployment.
    case named = "named by an incident"
    /// An incident of its service was opened within the attribution window.
    case serviceAndTime = "service and time"
  }

  /// One production deployment.
  struct Deployment {
    var event: EventRows.Event
    var service: String?
    var succeeded: Bool
    var join: Join?
    /// When service was restored after its failure; nil while it is not, or when it did not fail.
    var recoveredMicros: Int64?
    /// When its failure began.
    var failedMicros: Int64?
    /// For each change that it was the first to bring into production, the time from its commit.
    var changes: [(change: EventPosting, micros: Int64)] = []
    var micros: Int64 { event.row.effectiveMicros }
  }

  private(set) var deployments: [Deployment] = []
  /// Incidents that could not be joined to any deployment.
  private(set) var unlinkedIncidents: [EventPosting] = []
  /// Merged changes that no successful production deployment lists.
  private(set) var undeployedChanges = 0

  /// Gathers and joins. The question's filter holds for deployments; incidents and changes are looked for among all.
  init(_ parts: AnswerParts, _ view: borrowing LedgerView) throws {
    let production = Set(parts.policy.productionEnvironments)
    var environments: [UInt32: Bool] = [:]
    try EventRows([.deploymentCompleted], parts.query, parts.cut, view).forEach(view) { event in
      let argument = event.row.argument
      let counts =
        environments[argument]
        ?? (argument == 0 ? false : production.contains(view.log.symbolString(argument, in: .text) ?? ""))
      environments[argument] = counts
      guard counts else { return }
      let outcome = event.words[.outcome]
      deployments.append(
        Deployment(
          event: event, service: event.words[.service], succeeded: outcome == "succeeded",
          join: outcome == "succeeded" ? nil : .itself, recoveredMicros: nil,
          failedMicros: outcome == "succeeded" ? nil : event.row.effectiveMicros))
    }
    // Of two at one instant the id decides, so that the order of arrival does not.
    deployments = Self.sorted(deployments, view)
    try joinIncidents(parts, view)
    recoverFailures()
    try joinChanges(parts, view)
  }

  private static func sorted(_ list: [Deployment], _ view: borrowing LedgerView) -> [Deployment] {
    var order = list.indices.map { (micros: list[$0].micros, place: $0) }
    order.sort { $0.micros < $1.micros }
    var sorted: [Deployment] = []
    sorted.reserveCapacity(list.count)
    var first = 0
    while first < order.count {
      var end = first + 1
      while end < order.count, order[end].micros == order[first].micros { end += 1 }
      if end == first + 1 {
        sorted.append(list[order[first].place])
      } else {
        var named: [(name: String, deployment: Deployment)] = []
        for one in order[first..<end] {
          named.append((view.subjectName(list[one.place].event.row.subject), list[one.place]))
        }
        sorted += named.sorted { $0.name < $1.name }.map(\.deployment)
      }
      first = end
    }
    return sorted
  }

  /// Incidents that name their deployment, else the newest one of their service within the attribution window.
  private mutating func joinIncidents(_ parts: AnswerParts, _ view: borrowing LedgerView) throws {
    var everything = parts.query
    everything.filter = Filter()
    everything.groupings = []
    var resolved: [UInt32: Int64] = [:]
    var opened: [EventRows.Event] = []
    try EventRows([.incidentOpened, .incidentResolved], everything, parts.cut, view).forEach(view) { event in
      if event.kind == .incidentOpened {
        opened.append(event)
      } else {
        resolved[event.row.subject] = max(resolved[event.row.subject] ?? .min, event.row.effectiveMicros)
      }
    }
    var placeOfSubject: [UInt32: Int] = [:]
    var placesOfService: [String: [Int]] = [:]
    for (place, deployment) in deployments.enumerated() {
      placeOfSubject[deployment.event.row.subject] = place
      if let service = deployment.service { placesOfService[service, default: []].append(place) }
    }
    let window = Int64(parts.policy.attributionWindowSeconds * 1e6)
    for incident in opened {
      let instant = incident.row.effectiveMicros
      var joined: (place: Int, join: Join)?
      if FactFlags(rawValue: incident.row.factFlags).contains(.argumentIsSubject), incident.row.argument != 0 {
        joined = placeOfSubject[incident.row.argument].map { ($0, .named) }
      } else if let service = incident.words[.service], let places = placesOfService[service] {
        let place = places.last { deployments[$0].micros <= instant && instant - deployments[$0].micros <= window }
        joined = place.map { ($0, .serviceAndTime) }
      }
      guard let (place, join) = joined else {
        unlinkedIncidents.append(incident.row)
        continue
      }
      if deployments[place].join == nil { deployments[place].join = join }
      deployments[place].failedMicros = min(deployments[place].failedMicros ?? instant, instant)
      if let end = resolved[incident.row.subject], end >= instant {
        deployments[place].recoveredMicros = max(deployments[place].recoveredMicros ?? .min, end)
      }
    }
  }

  /// A deployment that failed by its own outcome is recovered by the next success of its service.
  private mutating func recoverFailures() {
    var next: [String: Int64] = [:]
    for place in deployments.indices.reversed() {
      let service = deployments[place].service ?? ""
      if deployments[place].join == .itself, deployments[place].recoveredMicros == nil {
        deployments[place].recoveredMicros = next[service]
      }
      if deployments[place].succeeded { next[service] = deployments[place].micros }
    }
  }

  /// Each change belongs to the first successful production deployment that lists it.
  private mutating func joinChanges(_ parts: AnswerParts, _ view: borrowing LedgerView) throws {
    var byPosition: [(position: UInt64, place: Int)] = []
    for (place, deployment) in deployments.enumerated() where deployment.succeeded {
      byPosition.append((deployment.event.row.stamp.position, place))
    }
    guard !byPosition.isEmpty else { return try countUndeployed(parts, view) }
    byPosition.sort { $0.position < $1.position }
    var firstPlace = SubjectTable<Int>(view)
    let last = parts.cut.position
    try view.log.forEachReference { subject, position in
      guard position <= last else { return }
      var low = 0
      var high = byPosition.count - 1
      while low < high {
        let middle = (low + high) / 2
        if byPosition[middle].position < position { low = middle + 1 } else { high = middle }
      }
      guard byPosition[low].position == position else { return }
      let place = byPosition[low].place
      firstPlace.update(subject, default: place) { $0 = min($0, place) }
    }
    for (row, committed) in try Self.merges(parts, view) {
      guard let place = firstPlace[row.subject] else {
        undeployedChanges += 1
        continue
      }
      deployments[place].changes.append((row, deployments[place].micros - committed))
    }
  }

  private mutating func countUndeployed(_ parts: AnswerParts, _ view: borrowing LedgerView) throws {
    undeployedChanges = try Self.merges(parts, view).count
  }

  /// The changes with their commits. Merged twice: the earliest commit counts, in whatever order the two arrived.
  private static func merges(
    _ parts: AnswerParts, _ view: borrowing LedgerView
  ) throws -> [(row: EventPosting, committed: Int64)] {
    var earliest = SubjectTable<(row: EventPosting, committed: Int64)>(view)
    try EventRows([.changeMerged], parts.query.unfiltered, parts.cut, view).forEach(view) { event in
      let committed = event.row.measure == 0 ? event.row.effectiveMicros : Int64(bitPattern: event.row.measure)
      earliest.update(event.row.subject, default: (event.row, committed)) {
        if committed < $0.committed { $0 = (event.row, committed) }
      }
    }
    return earliest.values
  }
}
