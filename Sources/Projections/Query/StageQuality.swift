import EventLog
import ValueStream

/// What each stage handed off and how much of that was accepted, and the first-pass yield of the deliveries beside it: both found on one
/// way through the visits of a cut, on all cores.
struct StageQuality {
  /// The visits of a stage that handed their item on.
  struct HandOffs {
    var handedOff = 0
    var accepted = 0
  }

  /// The items of a group that were delivered.
  struct Yield {
    var delivered = 0
    var passed = 0

    static func += (left: inout Yield, right: Yield) {
      left.delivered += right.delivered
      left.passed += right.passed
    }
  }

  /// The question, by stream and stage, and whatever else it groups by.
  let parts: AnswerParts
  /// By the groups of the question.
  private(set) var handOffs: Figures<HandOffs>
  /// By the same groups but for the stage.
  private(set) var yields: Figures<Yield>
  /// How many ended visits were of stages that no definition names.
  private(set) var unordered = 0

  private let visits: ItemVisits
  private let judge: FirstPass
  private let items: DeliveredItems
  private let places: StageTable

  /// Measures the quality of a cut, and whatever else is to be told of the visits of each item.
  ///
  /// - Parameters:
  ///   - isSerial: whether one core must do it all.
  ///   - make: an empty state of a core.
  ///   - beside: called with each item that has visits or whose delivery counts: with that delivery, or nil, and its visits.
  /// - Returns: also the states, in the order of the items.
  @inline(__always)
  static func measured<Beside>(
    _ query: Query, _ view: borrowing LedgerView, isSerial: Bool = false, _ make: () -> Beside,
    _ beside: (inout Beside, CompletionPosting?, ItemSpans) -> Void
  ) throws -> (StageQuality, [Beside]) {
    var all = try StageQuality(query, view)
    let start = all
    let isSerial = isSerial || all.handOffs.isSerial
    var lanes = all.visits.fold(isSerial: isSerial) {
      (lane: Lane(start), beside: make())
    } _: { state, item, spans in
      let delivery = start.items.delivery(of: item)
      if let delivery { start.judge(delivery.row, delivery.reopenings, spans, &state.lane) }
      start.addHandOffs(item, spans, &state.lane)
      beside(&state.beside, delivery?.row, spans)
    }
    if lanes.reduce(0, { $0 + $1.lane.judged }) < all.items.count {
      // Delivered without any visit.
      lanes += all.items.fold(isSerial: true) {
        (lane: Lane(start), beside: make())
      } _: { state, row, reopenings, spans in
        guard spans.isEmpty else { return }
        start.judge(row, reopenings, spans, &state.lane)
        beside(&state.beside, row, spans)
      }
    }
    for (lane, _) in lanes { all.absorb(lane) }
    return (all, lanes.map(\.beside))
  }

  /// What one core found.
  private struct Lane {
    var handOffs: Figures<HandOffs>
    var yields: Figures<Yield>
    var unordered = 0
    var judged = 0

    init(_ start: StageQuality) {
      handOffs = start.handOffs
      yields = start.yields
    }
  }

  /// Settles what must be known of all items before their visits are gone through.
  private init(_ query: Query, _ view: borrowing LedgerView) throws {
    let extra = query.groupings.filter { $0 != .stream && $0 != .stage }
    var split = query
    split.groupings = [.stream, .stage] + extra
    let parts = try AnswerParts(split, view)
    var whole = split
    whole.groupings = [.stream] + extra
    whole.explains = false
    let wholeParts = try AnswerParts(whole, view)
    let visits = ItemVisits(view, parts.cut)
    let yields = try Figures(wholeParts, view, range: view.books.completions.timeRange(in: parts.cut)) { Yield() }
    _ = view.books.completions.timeRange(in: parts.cut)
    (judge, items) = try Cores.both(for: view.books.completions.count) {
      try FirstPass(wholeParts, view)
    } _: {
      // Touches the completions alone, which nobody else does meanwhile, and whose blocks the time range has looked up.
      DeliveredItems(wholeParts, view, visits: visits) { yields.passes($0) }
    }
    handOffs = try Figures(parts, view, range: view.books.visits.timeRange(in: parts.cut)) { HandOffs() }
    places = StageTable.defined(parts, view)
    self.parts = parts
    self.yields = yields
    self.visits = visits
  }

  private mutating func absorb(_ lane: Lane) {
    unordered += lane.unordered
    yields.absorb(lane.yields) { $0 += $1 }
    handOffs.absorb(lane.handOffs) {
      $0.handedOff += $1.handedOff
      $0.accepted += $1.accepted
    }
  }

  @inline(__always)
  private func judge(_ row: CompletionPosting, _ reopenings: Int, _ spans: ItemSpans, _ lane: inout Lane) {
    let flaws = judge.flaws(of: row, reopenings, spans)
    lane.judged += 1
    lane.yields.add(row, at: row.effectiveMicros) {
      $0.delivered += 1
      $0.passed += flaws.isEmpty ? 1 : 0
    }
  }

  /// Goes from the last visit to the first, since what comes later decides. Places are those of the stream of the last one.
  @inline(__always)
  private func addHandOffs(_ item: UInt32, _ spans: ItemSpans, _ lane: inout Lane) {
    var stream: UInt16?
    var next: Int? = items.isDelivered(item) ? .max : nil
    var earliestLater = Int.max
    let rejections = judge.rejections.of(item)
    forEachVisitBackwards(spans) { visit in
      let ordering = stream ?? visit.stream
      stream = ordering
      let stage = visit.stage
      guard let place = places[stage, ordering] else {
        if lane.handOffs.passes(visit.posting), visit.toMicros.map(parts.isInRange) ?? false { lane.unordered += 1 }
        return
      }
      if let end = visit.toMicros, let later = next, later > place, lane.handOffs.passes(visit.posting) {
        let isRejected =
          !rejections.isEmpty
          && judge.rejections.has(rejections, origin: stage, from: end, to: visit.nextMicros(in: spans) ?? .max)
        let isAccepted = earliestLater > place && !isRejected
        lane.handOffs.add(visit.posting, at: end, stage: stage, amount: isAccepted ? 1 : 0) {
          $0.handedOff += 1
          $0.accepted += isAccepted ? 1 : 0
        }
      }
      next = place
      earliestLater = min(earliestLater, place)
    }
  }
}
