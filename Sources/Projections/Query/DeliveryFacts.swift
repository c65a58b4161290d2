import EventLog
import ValueStream

/// Production deployments of a cut with what they led to: failures, recoveries, and the changes that they brought first.
struct DeliveryFacts {
  /// How a failure was joined to its deployment.
  enum Join: String, CaseIterable {
    /// The deployment itself says that it failed or was rolled back.
    case itself = "its own outcome"
    /// An incident names the deployment.
    case named = "named by an incident"
    /// An incident of its service was opened within the attribution window.
    case serviceAndTime = "service and time"
  }

  /// One production deployment.
  struct Deployment {
    var row: EventPosting
    /// Its place in ``DeliveryFacts/services``; 0 for none.
    var service: Int
    var succeeded: Bool
    var isUnplanned: Bool
    var join: Join?
    /// When service was restored after its failure; nil while it is not, or when it did not fail.
    var recoveredMicros: Int64?
    /// When its failure began.
    var failedMicros: Int64?
    var micros: Int64 { row.effectiveMicros }
  }

  /// What is looked at, besides merged changes.
  static let kinds: [EventKind] = [.deploymentCompleted, .incidentOpened, .incidentResolved]

  /// In the order of time.
  private(set) var deployments: [Deployment] = []
  /// The names of services; the first is none.
  private(set) var services = [""]
  /// Incidents that could not be joined to any deployment.
  private(set) var unlinkedIncidents = 0
  /// Merged changes that no successful production deployment lists.
  private(set) var undeployedChanges = 0
  /// Times from commit to production of the changes, by the deployment that brought them first.
  private var changeMicros: [Int64] = []
  /// Where the changes of each deployment begin; one more for the end.
  private var changeStarts: [Int] = []

  private struct Incident {
    var row: EventPosting
    var service: Int
  }

  /// Gathers and joins. The question's filter holds for deployments; incidents and changes are looked for among all.
  ///
  /// - Parameters:
  ///   - withChanges: whether to look for the changes that each deployment brought; without, nobody brought any.
  ///   - selected: events of the cut among which those of ``kinds`` are; looked for when nil.
  init(
    _ parts: AnswerParts, _ view: borrowing LedgerView, withChanges: Bool = true, among selected: SelectedEvents? = nil
  ) throws {
    var numbers = ServiceNumbers(view)
    let kinds = Self.kinds + (withChanges ? [.changeMerged] : [])
    let selected = selected ?? SelectedEvents(kinds, parts.cut, view)
    try gatherDeployments(parts, &numbers, selected, view)
    // Of two at one instant the id decides, so that the order of arrival does not.
    deployments = Self.sorted(deployments, view)
    var incidents: [Incident] = []
    var resolved: [UInt32: Int64] = [:]
    var commits = SubjectTable<Int64>(view)
    selected.forEach(in: view.events) { _, row in
      switch EventKind(rawValue: row.kind) {
      case .incidentOpened: incidents.append(Incident(row: row, service: numbers.number(of: row.attributes, view)))
      case .incidentResolved:
        resolved[row.subject] = max(resolved[row.subject] ?? .min, row.effectiveMicros)
      case .changeMerged where withChanges:
        // Merged twice: the earliest commit counts, in whatever order the two arrived.
        let committed = row.measure == 0 ? row.effectiveMicros : Int64(bitPattern: row.measure)
        commits.update(row.subject, default: committed) { $0 = min($0, committed) }
      default: break
      }
    }
    services = numbers.names
    joinIncidents(incidents, resolved, parts)
    recoverFailures()
    if withChanges { try joinChanges(commits, parts, view) }
  }

  /// The times from commit to production of the changes that a deployment brought first; negative ones are clock skew.
  func changes(of place: Int) -> ArraySlice<Int64> {
    place + 1 < changeStarts.count ? changeMicros[changeStarts[place]..<changeStarts[place + 1]] : []
  }

  /// How many changes were deployed before they were committed.
  var earlyChanges: Int { changeMicros.reduce(0) { $0 + ($1 < 0 ? 1 : 0) } }

  private mutating func gatherDeployments(
    _ parts: AnswerParts, _ numbers: inout ServiceNumbers, _ selected: SelectedEvents, _ view: borrowing LedgerView
  ) throws {
    let production = Set(parts.policy.productionEnvironments)
    var environments: [UInt32: Bool] = [:]
    var found: [Deployment] = []
    let rows = try EventRows([.deploymentCompleted], parts.query, parts.cut, view, among: selected)
    rows.forEach(view) { event in
      let argument = event.row.argument
      let counts =
        environments[argument]
        ?? (argument == 0 ? false : production.contains(view.log.symbolString(argument, in: .text) ?? ""))
      environments[argument] = counts
      guard counts else { return }
      let succeeded = event.words[.outcome] == "succeeded"
      found.append(
        Deployment(
          row: event.row, service: numbers.number(of: event.row.attributes, view), succeeded: succeeded,
          isUnplanned: event.saidTrue, join: succeeded ? nil : .itself, recoveredMicros: nil,
          failedMicros: succeeded ? nil : event.row.effectiveMicros))
    }
    deployments = found
  }

  private static func sorted(_ list: [Deployment], _ view: borrowing LedgerView) -> [Deployment] {
    // Nearly in order already, and large: their places are sorted, of which equal ones stay in order.
    var places = list.indices.map { (micros: list[$0].micros, place: $0) }
    places.sort { ($0.micros, $0.place) < ($1.micros, $1.place) }
    var sorted = places.map { list[$0.place] }
    var first = 0
    while first < sorted.count {
      var end = first + 1
      while end < sorted.count, sorted[end].micros == sorted[first].micros { end += 1 }
      if end > first + 1 {
        var named: [(name: String, deployment: Deployment)] = []
        for one in sorted[first..<end] { named.append((view.subjectName(one.row.subject), one)) }
        sorted.replaceSubrange(first..<end, with: named.sorted { $0.name < $1.name }.map(\.deployment))
      }
      first = end
    }
    return sorted
  }

  /// Incidents that name their deployment, else the newest one of their service within the attribution window.
  private mutating func joinIncidents(_ incidents: [Incident], _ resolved: [UInt32: Int64], _ parts: AnswerParts) {
    var placeOfSubject: [UInt32: Int] = [:]
    var placesOfService = [[Int]](repeating: [], count: services.count)
    for (place, deployment) in deployments.enumerated() {
      placeOfSubject[deployment.row.subject] = place
      if deployment.service != 0 { placesOfService[deployment.service].append(place) }
    }
    let window = Int64(parts.policy.attributionWindowSeconds * 1e6)
    for incident in incidents {
      let instant = incident.row.effectiveMicros
      var joined: (place: Int, join: Join)?
      if FactFlags(rawValue: incident.row.factFlags).contains(.argumentIsSubject), incident.row.argument != 0 {
        joined = placeOfSubject[incident.row.argument].map { ($0, .named) }
      } else if incident.service != 0 {
        joined = newest(of: placesOfService[incident.service], at: instant, within: window).map {
          ($0, .serviceAndTime)
        }
      }
      guard let (place, join) = joined else {
        unlinkedIncidents += 1
        continue
      }
      if deployments[place].join == nil { deployments[place].join = join }
      deployments[place].failedMicros = min(deployments[place].failedMicros ?? instant, instant)
      if let end = resolved[incident.row.subject], end >= instant {
        deployments[place].recoveredMicros = max(deployments[place].recoveredMicros ?? .min, end)
      }
    }
  }

  /// The last of some deployments that is not after an instant, nor longer before it than the window.
  private func newest(of places: [Int], at instant: Int64, within window: Int64) -> Int? {
    var low = 0
    var high = places.count
    while low < high {
      let middle = (low + high) / 2
      if deployments[places[middle]].micros <= instant { low = middle + 1 } else { high = middle }
    }
    guard low > 0, instant - deployments[places[low - 1]].micros <= window else { return nil }
    return places[low - 1]
  }

  /// A deployment that failed by its own outcome is recovered by the next success of its service.
  private mutating func recoverFailures() {
    var next = [Int64?](repeating: nil, count: services.count)
    for place in deployments.indices.reversed() {
      let service = deployments[place].service
      if deployments[place].join == .itself, deployments[place].recoveredMicros == nil {
        deployments[place].recoveredMicros = next[service]
      }
      if deployments[place].succeeded { next[service] = deployments[place].micros }
    }
  }

  /// Each change belongs to the first successful production deployment that lists it.
  private mutating func joinChanges(
    _ commits: SubjectTable<Int64>, _ parts: AnswerParts, _ view: borrowing LedgerView
  ) throws {
    changeStarts = [Int](repeating: 0, count: deployments.count + 1)
    var byPosition: [(position: UInt64, place: Int)] = []
    // Most references are of other events: a bit tells them apart before anything is looked up.
    var isDeployment = PositionSet(upTo: parts.cut.position)
    for (place, deployment) in deployments.enumerated() where deployment.succeeded {
      byPosition.append((deployment.row.stamp.position, place))
      isDeployment.insert(deployment.row.stamp.position)
    }
    byPosition.sort { $0.position < $1.position }
    var firstPlace = SubjectTable<Int>(view)
    var listed: [UInt32] = []
    try view.log.forEachReference { subject, position in
      guard isDeployment.contains(position), commits[subject] != nil else { return }
      var low = 0
      var high = byPosition.count - 1
      while low < high {
        let middle = (low + high) / 2
        if byPosition[middle].position < position { low = middle + 1 } else { high = middle }
      }
      let place = byPosition[low].place
      if firstPlace[subject] == nil { listed.append(subject) }
      firstPlace.update(subject, default: place) { $0 = min($0, place) }
    }
    undeployedChanges = commits.count - listed.count
    for subject in listed { if let place = firstPlace[subject] { changeStarts[place + 1] += 1 } }
    for place in deployments.indices { changeStarts[place + 1] += changeStarts[place] }
    var next = changeStarts
    var micros = [Int64](repeating: 0, count: listed.count)
    for subject in listed {
      guard let place = firstPlace[subject], let committed = commits[subject] else { continue }
      micros[next[place]] = deployments[place].micros - committed
      next[place] += 1
    }
    changeMicros = micros
  }
}

/// Numbers the services that events name.
private struct ServiceNumbers {
  private(set) var names = [""]
  private var numbers: [String: Int] = [:]
  /// By what the events say of themselves; nil when that was not met yet.
  private var bySymbol: [Int?]

  init(_ view: borrowing LedgerView) {
    bySymbol = [Int?](repeating: nil, count: Int(view.log.symbolCount(in: .attributes)) + 1)
  }

  /// The number of the service that an event with these attributes names; 0 for none.
  mutating func number(of symbol: UInt32, _ view: borrowing LedgerView) -> Int {
    guard Int(symbol) < bySymbol.count else { return 0 }
    if let known = bySymbol[Int(symbol)] { return known }
    var number = 0
    if let name = EventRows.words(symbol, view)[.service] {
      number = numbers[name] ?? names.count
      if number == names.count {
        numbers[name] = number
        names.append(name)
      }
    }
    bySymbol[Int(symbol)] = number
    return number
  }
}
