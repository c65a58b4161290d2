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

  /// One production deployment. Its members stand in an order that leaves little room between them.
  struct Deployment {
    /// The stamp of its posting.
    fileprivate let stamp: PostingStamp
    /// When it was.
    let micros: Int64
    /// When its failure began.
    var failedMicros: Int64?
    let succeeded: Bool
    let isUnplanned: Bool
    var join: Join?
    fileprivate let subject: UInt32
    /// When service was restored after its failure; nil while it is not, or when it did not fail.
    var recoveredMicros: Int64?
    private let serviceNumber: UInt32
    /// Its number in the order of the log.
    fileprivate let number: UInt32

    fileprivate init(_ row: EventPosting, _ said: DeliveryWords.Said, number: Int) {
      stamp = row.stamp
      micros = row.effectiveMicros
      failedMicros = said.succeeded ? nil : row.effectiveMicros
      succeeded = said.succeeded
      isUnplanned = FactFlags(rawValue: row.factFlags).contains(.saidTrue)
      join = said.succeeded ? nil : .itself
      subject = row.subject
      serviceNumber = UInt32(truncatingIfNeeded: said.service)
      self.number = UInt32(truncatingIfNeeded: number)
    }

    /// Its place in ``DeliveryFacts/services``; 0 for none.
    var service: Int { Int(serviceNumber) }

    /// What it counts as in figures: without attributes, since what it says of itself is none of an item.
    var row: EventPosting {
      EventPosting(
        stamp: stamp, effectiveMicros: micros, measure: 0, subject: subject, argument: 0, attributes: 0, opening: 0,
        kind: EventKind.deploymentCompleted.rawValue, factFlags: 0)
    }
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
    /// The deployment that it names.
    var deployment: UInt32? {
      FactFlags(rawValue: row.factFlags).contains(.argumentIsSubject) && row.argument != 0 ? row.argument : nil
    }
  }

  /// A merged change.
  private struct Change {
    var committedMicros: Int64
    /// The first deployment that brought it; `Int.max` for none.
    var place = Int.max
  }

  /// Gathers and joins. The question's filter holds for deployments; incidents and changes are looked for among all.
  ///
  /// - Parameters:
  ///   - withChanges: whether to look for the changes that each deployment brought; without, nobody brought any.
  ///   - selected: events of the cut among which those of ``kinds`` are; looked for when nil.
  init(
    _ parts: AnswerParts, _ view: borrowing LedgerView, withChanges: Bool = true, among selected: SelectedEvents? = nil
  ) throws {
    let kinds = Self.kinds + (withChanges ? [.changeMerged] : [])
    let selected = selected ?? SelectedEvents(kinds, parts.cut, view)
    let merged = withChanges ? selected.only([.changeMerged]) : nil
    let events = view.books.events
    let subjectCount = Int(view.log.symbolCount(in: .subject))
    let changes = try Cores.both(for: selected.count) {
      try gatherDeployments(parts, selected, view)
    } _: {
      let changes = SubjectTable<Change>(subjectCount: subjectCount, most: merged?.count ?? 0)
      merged?.forEach(in: events) { _, row in
        // Merged twice: the earliest commit counts, in whatever order the two arrived.
        let committed = row.measure == 0 ? row.effectiveMicros : Int64(bitPattern: row.measure)
        changes.update(row.subject, default: Change(committedMicros: committed)) {
          $0.committedMicros = min($0.committedMicros, committed)
        }
      }
      return changes
    }.1
    if withChanges { joinChanges(changes, parts, view) }
  }

  /// The times from commit to production of the changes that a deployment brought first; negative ones are clock skew.
  func changes(of place: Int) -> ArraySlice<Int64> {
    place + 1 < changeStarts.count ? changeMicros[changeStarts[place]..<changeStarts[place + 1]] : []
  }

  /// How many changes were deployed before they were committed.
  var earlyChanges: Int { changeMicros.reduce(0) { $0 + ($1 < 0 ? 1 : 0) } }

  /// Deployments with the incidents that were due to them.
  private mutating func gatherDeployments(
    _ parts: AnswerParts, _ selected: SelectedEvents, _ view: borrowing LedgerView
  ) throws {
    var words = DeliveryWords(view)
    let production = Set(parts.policy.productionEnvironments)
    var environments = [Bool?](repeating: nil, count: Int(view.log.symbolCount(in: .text)) + 1)
    environments[0] = false
    let rows = try EventRows([.deploymentCompleted], parts.query, parts.cut, view, among: selected)
    deployments.reserveCapacity(rows.count)
    rows.forEach(view) { event in
      let argument = Int(event.row.argument)
      guard argument < environments.count else { return }
      let counts =
        environments[argument] ?? production.contains(view.log.symbolString(event.row.argument, in: .text) ?? "")
      environments[argument] = counts
      guard counts else { return }
      let said = words.said(by: event.row.attributes, view)
      deployments.append(Deployment(event.row, said, number: deployments.count))
    }
    Self.sort(&deployments, view)
    var incidents: [Incident] = []
    var resolved: [UInt32: Int64] = [:]
    selected.only([.incidentOpened, .incidentResolved]).forEach(in: view.books.events) { _, row in
      if row.kind == EventKind.incidentOpened.rawValue {
        incidents.append(Incident(row: row, service: words.said(by: row.attributes, view).service))
      } else {
        resolved[row.subject] = max(resolved[row.subject] ?? .min, row.effectiveMicros)
      }
    }
    services = words.services
    joinIncidents(incidents, resolved, parts, SubjectSet(view))
    recoverFailures()
  }

  /// Puts deployments, which are in the order of the log, into that of time.
  private static func sort(_ list: inout [Deployment], _ view: borrowing LedgerView) {
    // Nearly in order already: those that came late are taken out, and put between the others from the end.
    var late: [Deployment] = []
    var kept = 0
    for place in list.indices {
      if kept > 0, list[place].micros < list[kept - 1].micros {
        late.append(list[place])
      } else {
        list[kept] = list[place]
        kept += 1
      }
    }
    late.sort { ($0.micros, $0.number) < ($1.micros, $1.number) }
    var end = list.count
    while let last = late.last {
      end -= 1
      if kept > 0, list[kept - 1].micros > last.micros {
        kept -= 1
        list[end] = list[kept]
      } else {
        list[end] = last
        late.removeLast()
      }
    }
    // Of two at one instant the id decides, so that the order of arrival does not.
    var first = 0
    while first < list.count {
      var end = first + 1
      while end < list.count, list[end].micros == list[first].micros { end += 1 }
      if end > first + 1 {
        var named: [(name: String, deployment: Deployment)] = []
        for one in list[first..<end] { named.append((view.subjectName(one.subject), one)) }
        list.replaceSubrange(first..<end, with: named.sorted { $0.name < $1.name }.map(\.deployment))
      }
      first = end
    }
  }

  /// Incidents that name their deployment, else the newest one of their service within the attribution window.
  private mutating func joinIncidents(
    _ incidents: [Incident], _ resolved: [UInt32: Int64], _ parts: AnswerParts, _ noSubjects: SubjectSet
  ) {
    // What incidents ask for: few of the deployments, often.
    var named = noSubjects
    var isAskedFor = [Bool](repeating: false, count: services.count)
    for incident in incidents {
      if let deployment = incident.deployment { named.insert(deployment) } else { isAskedFor[incident.service] = true }
    }
    isAskedFor[0] = false
    var placeOfSubject: [UInt32: Int] = [:]
    var placesOfService = [[Int]](repeating: [], count: services.count)
    for (place, deployment) in deployments.enumerated() {
      if named.contains(deployment.subject) { placeOfSubject[deployment.subject] = place }
      if isAskedFor[deployment.service] { placesOfService[deployment.service].append(place) }
    }
    let window = Int64(parts.policy.attributionWindowSeconds * 1e6)
    for incident in incidents {
      let instant = incident.row.effectiveMicros
      var joined: (place: Int, join: Join)?
      if let deployment = incident.deployment {
        joined = placeOfSubject[deployment].map { ($0, .named) }
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
    _ changes: SubjectTable<Change>, _ parts: AnswerParts, _ view: borrowing LedgerView
  ) {
    // Deployments by position, as the lists are.
    var byPosition = [(position: UInt64, place: Int?)](repeating: (0, nil), count: deployments.count)
    for (place, deployment) in deployments.enumerated() {
      byPosition[Int(deployment.number)] = (deployment.stamp.position, deployment.succeeded ? place : nil)
    }
    var next = 0
    let lists = view.books.deployedChanges
    for block in lists.blocks(through: lists.firstRow(positionAfter: parts.cut.position)) {
      for row in block.rows {
        while next < byPosition.count, byPosition[next].position < row.position { next += 1 }
        guard next < byPosition.count, byPosition[next].position == row.position, let place = byPosition[next].place
        else { continue }
        changes.change(row.change) { $0.place = min($0.place, place) }
      }
    }
    changeStarts = [Int](repeating: 0, count: deployments.count + 1)
    for change in changes.values {
      if change.place < deployments.count { changeStarts[change.place + 1] += 1 } else { undeployedChanges += 1 }
    }
    for place in deployments.indices { changeStarts[place + 1] += changeStarts[place] }
    var ends = changeStarts
    var micros = [Int64](repeating: 0, count: changes.count - undeployedChanges)
    for change in changes.values where change.place < deployments.count {
      micros[ends[change.place]] = deployments[change.place].micros - change.committedMicros
      ends[change.place] += 1
    }
    changeMicros = micros
  }
}
