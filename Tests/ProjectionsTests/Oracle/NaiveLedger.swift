/// A deliberately simple second implementation of the read models: from scratch, over all events, for one cut. No increments, no postings,
/// no ids. Slow, and easy to check by reading.
struct NaiveLedger {
  /// The events in the order they were recorded: positions 1, 2, 3 …
  var events: [PlainEvent]

  struct Visit: Hashable, Comparable {
    var item: String
    var stream: String
    var stage: String
    var since: Int
    var team: String
    var actor: String
    static func < (left: Visit, right: Visit) -> Bool { (left.item, left.since) < (right.item, right.since) }
  }

  struct Completion: Hashable, Comparable {
    var item: String
    var stream: String
    var created: Int?
    var committed: Int?
    var completed: Int
    var isCancelled: Bool
    var team: String
    static func < (left: Completion, right: Completion) -> Bool {
      (left.item, left.completed) < (right.item, right.completed)
    }
  }

  struct Defect: Hashable, Comparable {
    var defect: String
    var stream: String
    var found: Int
    var stage: String
    var origin: String
    var severity: String
    var isEscaped: Bool
    var team: String
    static func < (left: Defect, right: Defect) -> Bool { (left.defect, left.found) < (right.defect, right.found) }
  }

  struct Block: Hashable, Comparable {
    var item: String
    var stage: String
    var since: Int
    var reason: String
    static func < (left: Block, right: Block) -> Bool { left.item < right.item }
  }

  /// An event that is about neither an item's way nor a defect.
  struct Other: Hashable, Comparable {
    var type: String
    var subject: String
    var seconds: Int
    var stream: String
    static func < (left: Other, right: Other) -> Bool {
      (left.seconds, left.type, left.subject, left.stream) < (right.seconds, right.type, right.subject, right.stream)
    }
  }

  /// A stretch of an item's life in one stage under one stream and team; `to` is nil while it goes on.
  struct Span: Equatable, Comparable {
    var item: String
    var stream: String
    var stage: String
    var team: String
    var actor: String
    /// When the whole visit began.
    var since: Int
    var from: Int
    var to: Int?
    static func < (left: Span, right: Span) -> Bool {
      (left.item, left.from, left.to ?? .max, left.stage, left.stream, left.team)
        < (right.item, right.from, right.to ?? .max, right.stage, right.stream, right.team)
    }
  }

  /// A stretch of being blocked, in one stage.
  struct BlockSpan: Equatable {
    var item: String
    var stage: String
    var reason: String
    var since: Int
    var from: Int
    var to: Int?
  }

  struct World: Equatable {
    /// Every visit so far, in the order of time for each item.
    var spans: [Span] = []
    /// Every block so far, in the order of time for each item.
    var blockSpans: [BlockSpan] = []
    var blocks: [Block] = []
    var others: [Other] = []
    /// Seconds spent, by item, stream, stage and team.
    var stageSeconds: [String: Int] = [:]
    /// Seconds blocked, by item, stage and reason.
    var blockedSeconds: [String: Int] = [:]
    var visits: [Visit] = []
    var completions: [Completion] = []
    var defects: [Defect] = []
    /// Items that are in the system.
    var open: Set<String> = []
  }

  typealias Known = (position: Int, event: PlainEvent)

  /// What the ledger knew at `position` of how the world was at `seconds`.
  func world(knownAt position: Int, at seconds: Int) -> World {
    let live = live(knownAt: position, at: seconds)
    let definitions = live.filter { $0.event.type == "stream.defined" }

    var world = World()
    let otherTypes = ["item.linked", "item.rejected", "work.logged", "check.completed", "deployment.completed"]
    world.others =
      live.filter {
        otherTypes.contains($0.event.type) || $0.event.type.hasPrefix("defect.") || $0.event.numbers["value"] != nil
      }.map {
        Other(
          type: $0.event.type, subject: $0.event.subject, seconds: $0.event.seconds, stream: $0.event.stream ?? "")
      }.sorted()
    let itemEvents = live.filter { $0.event.type.hasPrefix("item.") && !otherTypes.contains($0.event.type) }
    for item in Set(itemEvents.map(\.event.subject)).sorted() {
      var life = Life(itemEvents.filter { $0.event.subject == item }, definitions)
      life.pass(to: seconds)
      // What ended as it began took no time; within one event the books may pass through more of these than are seen from outside.
      world.spans += life.spans.filter { $0.to != $0.from }
      world.blockSpans += life.blockSpans
      world.stageSeconds.merge(life.stageSeconds) { $0 + $1 }
      world.blockedSeconds.merge(life.blockedSeconds) { $0 + $1 }
      if let since = life.blockedSince {
        world.blocks.append(Block(item: item, stage: life.stage, since: since, reason: life.reason))
      }
      if let visit = life.visit { world.visits.append(visit) }
      if let completion = life.completion { world.completions.append(completion) }
      if life.phase == "open" { world.open.insert(item) }
    }

    world.spans.sort()
    let defectEvents = live.filter { $0.event.type.hasPrefix("defect.") }
    for defect in Set(defectEvents.map(\.event.subject)).sorted() {
      var standing: Defect?
      for (position, event) in defectEvents where event.subject == defect {
        if event.type == "defect.found", standing == nil {
          let before = itemEvents.filter {
            $0.event.subject == event.data["item"] && ($0.event.seconds, $0.position) < (event.seconds, position)
          }
          let life = Life(before, definitions)
          standing = Defect(
            defect: defect, stream: event.stream ?? life.stream, found: event.seconds, stage: event.data["stage"] ?? "",
            origin: event.data["origin"] ?? "", severity: event.data["severity"] ?? "",
            isEscaped: event.escaped ?? (life.phase == "delivered"), team: life.team)
        }
        if event.type == "defect.resolved", ["rejected", "duplicate"].contains(event.data["resolution"] ?? "") {
          standing = nil
        }
      }
      if let standing { world.defects.append(standing) }
    }
    return world
  }

  /// The events that count in a cut, in the order of time.
  func live(knownAt position: Int, at seconds: Int) -> [Known] {
    standing(knownAt: position, at: seconds).filter { $0.event.type != "event.voided" }
  }

  /// The same, with those among the voids that are not voided.
  func standing(knownAt position: Int, at seconds: Int) -> [Known] {
    let recorded: [Known] = events.prefix(position).enumerated().map { ($0.offset + 1, $0.element) }
    return
      recorded
      .filter { !isVoided($0.event, recorded) }
      .filter { $0.event.seconds <= seconds }
      .sorted { ($0.event.seconds, $0.position) < ($1.event.seconds, $1.position) }
  }

  /// The lives of all items that were seen in the system, by item.
  func lives(knownAt position: Int, at seconds: Int) -> [String: Life] {
    let live = live(knownAt: position, at: seconds)
    let others = ["item.linked", "item.rejected", "work.logged"]
    var lives: [String: Life] = [:]
    for (item, events) in Dictionary(
      grouping: live.filter { $0.event.type.hasPrefix("item.") && !others.contains($0.event.type) }, by: \.event.subject
    ) {
      let life = Life(events, live.filter { $0.event.type == "stream.defined" })
      if life.opened != nil { lives[item] = life }
    }
    return lives
  }

  private func isVoided(_ event: PlainEvent, _ recorded: [Known]) -> Bool {
    recorded.contains { other in
      other.event.type == "event.voided" && other.event.subject == event.id && !isVoided(other.event, recorded)
    }
  }

  /// One item's life, told event by event.
  struct Life {
    var phase = "unseen"
    var stream = ""
    var team = ""
    var stage = ""
    var actor = ""
    var since = 0
    var blockedSince: Int?
    var reason = ""
    var stageSeconds: [String: Int] = [:]
    var blockedSeconds: [String: Int] = [:]
    var spans: [Span] = []
    var blockSpans: [BlockSpan] = []
    private var clock = 0
    var created: Int?
    var committed: Int?
    /// When the item was first seen in the system.
    var opened: Int?
    /// The stream that it was in then.
    var openedStream = ""
    /// When it was delivered for the first time, whatever came later.
    var firstDelivered: Int?
    var visit: Visit? {
      phase == "open" && !stage.isEmpty
        ? Visit(item: item, stream: stream, stage: stage, since: since, team: team, actor: actor) : nil
    }
    var completion: Completion?
    private var item = ""
    private let definitions: [Known]

    init(_ events: [Known], _ definitions: [Known]) {
      self.definitions = definitions
      for (position, event) in events {
        item = event.subject
        pass(to: event.seconds)
        tell(event, position)
        if phase != "unseen", opened == nil { (opened, openedStream) = (event.seconds, stream) }
        observe(event.seconds)
      }
    }

    /// Time goes by: it is spent where the item is.
    mutating func pass(to seconds: Int) {
      if phase == "open", !stage.isEmpty, seconds > clock {
        stageSeconds["\(item) \(stream) \(stage) \(team)", default: 0] += seconds - clock
      }
      if blockedSince != nil, seconds > clock {
        blockedSeconds["\(item) \(stage) \(reason)", default: 0] += seconds - clock
      }
      clock = seconds
    }

    private mutating func observe(_ seconds: Int) {
      var now: Span?
      if phase == "open", !stage.isEmpty {
        now = Span(item: item, stream: stream, stage: stage, team: team, actor: actor, since: since, from: seconds)
      }
      let open = spans.last.flatMap { $0.to == nil ? $0 : nil }
      let goesOn =
        open.map { old in
          now.map {
            ($0.stream, $0.stage, $0.team, $0.since) == (old.stream, old.stage, old.team, old.since)
          } ?? false
        } ?? (now == nil)
      if !goesOn {
        if open != nil { spans[spans.count - 1].to = seconds }
        if let now { spans.append(now) }
      }
      let block = blockedSince.map {
        BlockSpan(item: item, stage: stage, reason: reason, since: $0, from: seconds)
      }
      let openBlock = blockSpans.last.flatMap { $0.to == nil ? $0 : nil }
      let blockGoesOn =
        openBlock.map { old in block.map { ($0.stage, $0.since) == (old.stage, old.since) } ?? false }
        ?? (block == nil)
      if !blockGoesOn {
        if openBlock != nil { blockSpans[blockSpans.count - 1].to = seconds }
        if let block { blockSpans.append(block) }
      }
    }

    private mutating func tell(_ event: PlainEvent, _ position: Int) {
      let stages = definitions.last {
        $0.event.subject == (event.stream ?? stream)
          && ($0.event.seconds, $0.position) <= (event.seconds, position)
      }?.event.stages
      switch event.type {
      case "item.created":
        if created != nil { return }
        created = event.seconds
        takeOver(event)
        if phase == "unseen" {
          phase = "open"
          if let first = event.data["stage"] ?? stages?.first?.name { enter(first, event.seconds, stages) }
        }
      case "item.entered":
        takeOver(event)
        if phase == "unseen" { phase = "open" }
        enter(event.data["stage"] ?? "", event.seconds, stages, event.data["actor"])
      case "item.blocked":
        if phase == "open" || phase == "unseen", blockedSince == nil {
          blockedSince = event.seconds
          reason = event.data["reason"] ?? ""
        }
      case "item.unblocked": blockedSince = nil
      case "item.left":
        if phase == "open", stage == event.data["stage"] { stage = "" }
      case "item.delivered":
        takeOver(event)
        if phase != "delivered" { finish("delivered", event.seconds) }
      case "item.cancelled":
        if phase == "unseen" {
          takeOver(event)
          phase = "open"
        }
        if phase == "open" { finish("cancelled", event.seconds) }
      case "item.reopened":
        takeOver(event)
        phase = "open"
        completion = nil
        if let stage = event.data["stage"] { enter(stage, event.seconds, stages) }
      case "item.changed": takeOver(event)
      default: break
      }
    }

    private mutating func takeOver(_ event: PlainEvent) {
      if let named = event.stream { stream = named }
      if let named = event.data["team"] { team = named }
    }

    private mutating func enter(
      _ name: String, _ seconds: Int, _ stages: [(name: String, kind: String, wipLimit: Int?)]?,
      _ who: String? = nil
    ) {
      let place = stages?.firstIndex { $0.name == name }
      if let stages, let place, stages[place].kind == "done" {
        if phase != "delivered" { finish("delivered", seconds) }
        return
      }
      phase = "open"
      completion = nil
      if stage == name { return }
      stage = name
      actor = who ?? ""
      since = seconds
      if committed == nil {
        // Without a commitment stage, the first work stage commits, and so does any later one.
        let firstWork = stages?.firstIndex { $0.kind == "work" }
        if let place {
          if let firstWork, place >= firstWork { committed = seconds }
        } else {
          committed = seconds
        }
      }
    }

    private mutating func finish(_ how: String, _ seconds: Int) {
      if how == "delivered", firstDelivered == nil { firstDelivered = seconds }
      phase = how
      stage = ""
      blockedSince = nil
      completion = Completion(
        item: item, stream: stream, created: created, committed: committed, completed: seconds,
        isCancelled: how == "cancelled", team: team)
    }
  }
}
