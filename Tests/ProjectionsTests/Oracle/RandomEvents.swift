import TestSupport

/// Random events over few items, stages and streams, so that everything meets everything: late, repeated, contradictory, voided.
enum RandomEvents {
  static let stages = ["backlog", "doing", "review", "done", "elsewhere"]

  /// `count` events. With `distinctTimes`, no two happen at the same instant.
  static func make(count: Int, seed: UInt64, distinctTimes: Bool, voids: Bool = true) -> [PlainEvent] {
    var generator = SeededGenerator(seed: seed)
    var times = Array(0..<count * 3).shuffled(using: &generator)
    var events: [PlainEvent] = []
    for index in 0..<count {
      // Mostly in order, with late ones among them.
      let inOrder = index * 3 + Int.random(in: 0...2, using: &generator)
      let seconds =
        distinctTimes
        ? times.removeLast()
        : Int.random(in: 0..<4, using: &generator) == 0
          ? Int.random(in: 0...inOrder, using: &generator) / 5 * 5 : inOrder
      events.append(event(index, seconds, &generator, voids ? count : 0))
    }
    return events
  }

  private static func event(
    _ index: Int, _ seconds: Int, _ generator: inout SeededGenerator, _ voidable: Int
  ) -> PlainEvent {
    let item = "I\(Int.random(in: 1...6, using: &generator))"
    let stage = stages.randomElement(using: &generator) ?? ""
    var event = PlainEvent(id: "e\(index)", type: "item.entered", subject: item, seconds: seconds)
    switch Int.random(in: 0..<100, using: &generator) {
    case 0..<14:
      event.type = "item.created"
      if Bool.random(using: &generator) { event.data["stage"] = stage }
      if Bool.random(using: &generator) { event.data["team"] = "t\(Int.random(in: 1...2, using: &generator))" }
    case 14..<42:
      event.data["stage"] = stage
      if Bool.random(using: &generator) { event.data["actor"] = "a\(Int.random(in: 1...3, using: &generator))" }
    case 42..<44:
      event.type = "item.rejected"
      event.data["origin"] = stage
    case 44..<46:
      event.type = "check.completed"
      event.subject = "C\(Int.random(in: 1...3, using: &generator))"
      event.data = ["outcome": "passed", "item": item]
    case 46..<52:
      event.type = "item.left"
      event.data["stage"] = stage
    case 52..<57: event.type = "item.delivered"
    case 57..<61: event.type = "item.cancelled"
    case 61..<66:
      event.type = "item.reopened"
      if Bool.random(using: &generator) { event.data["stage"] = stage }
    case 66..<71:
      event.type = "item.changed"
      event.data["team"] = "t\(Int.random(in: 1...3, using: &generator))"
    case 71..<74:
      event.type = "item.blocked"
      if Bool.random(using: &generator) { event.data["reason"] = "r\(Int.random(in: 1...2, using: &generator))" }
    case 74..<76: event.type = "item.unblocked"
    case 76..<84:
      event.type = "defect.found"
      event.subject = "D\(Int.random(in: 1...5, using: &generator))"
      if Int.random(in: 0..<4, using: &generator) > 0 { event.data["item"] = item }
      if Bool.random(using: &generator) { event.data["stage"] = stage }
      if Bool.random(using: &generator) { event.data["origin"] = "doing" }
      if Bool.random(using: &generator) { event.data["severity"] = "major" }
      if Int.random(in: 0..<4, using: &generator) == 0 { event.escaped = Bool.random(using: &generator) }
    case 84..<88:
      event.type = "defect.resolved"
      event.subject = "D\(Int.random(in: 1...5, using: &generator))"
      event.data["resolution"] = ["fixed", "rejected", "duplicate", "deferred"].randomElement(using: &generator)
    case 88..<92:
      event.type = "stream.defined"
      event.subject = "s\(Int.random(in: 1...2, using: &generator))"
      event.stages = [("backlog", "queue", nil), ("doing", "work", 3), ("review", "queue", nil), ("done", "done", nil)]
      if Bool.random(using: &generator) { event.stages.swapAt(0, 2) }
      if Bool.random(using: &generator) { event.stages[1].kind = "queue" }
    default:
      guard voidable > 0 else { break }
      // Of any event: earlier, later, another void.
      event.type = "event.voided"
      var target = Int.random(in: 0..<voidable, using: &generator)
      if target == index { target = (target + 1) % voidable }
      event.subject = "e\(target)"
      event.data = ["source": PlainEvent.source, "id": event.subject]
    }
    if index % 3 == 0, event.type == "item.created" || event.type == "item.changed" {
      event.numbers = ["value": Double(index % 7), "costOfDelay": Double(index % 5), "size": Double(index % 4 + 1)]
    }
    if event.type == "item.entered", event.data["stage"] == nil { event.data["stage"] = stage }
    if event.type.hasPrefix("item."), Int.random(in: 0..<3, using: &generator) == 0 {
      event.stream = "s\(Int.random(in: 1...2, using: &generator))"
    }
    return event
  }
}
