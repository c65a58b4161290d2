import Tables
import ValueStream

/// The timeline of an item as a table.
public enum ItemAnswer {
  /// One row a visit of a stage (or a time between stages), and notes on the item as a whole.
  public static func make(_ timeline: ItemTimeline, _ cut: Cut, from view: borrowing LedgerView) throws -> Answer {
    let rows: [[Value]] = timeline.visits.map { visit in
      let end = visit.leftMicros ?? cut.atMicros
      return [
        visit.stage.map(Value.text) ?? .null, .timestamp(visit.enteredMicros),
        visit.leftMicros.map(Value.timestamp) ?? .null, .duration(Double(end - visit.enteredMicros) / 1e6),
        .duration(Double(visit.blockedMicros) / 1e6), .text(visit.isRework ? "yes" : "no"),
      ]
    }
    let columns = [
      Column(name: "stage", type: .text, description: "The stage; empty between stages."),
      Column(name: "entered", type: .timestamp, description: "When it entered."),
      Column(name: "left", type: .timestamp, description: "When it left; empty when it had not."),
      Column(name: "time", type: .duration, unit: "s", description: "How long it was there."),
      Column(name: "blocked", type: .duration, unit: "s", description: "How much of that it was blocked."),
      Column(
        name: "rework", type: .text, description: "Whether it came back to a stage at or before one already left."),
    ]
    return Answer(
      metric: "item",
      parameters: [
        ("item", timeline.item), ("knownAt", String(cut.position)), ("at", Timestamp.format(cut.atMicros)),
      ],
      position: cut.position, root: try view.log.root(size: cut.position).description, notes: [],
      table: Table(title: "Item \(timeline.item)", columns: columns, rows: rows), more: [facts(timeline)])
  }

  /// What is true of the item as a whole.
  private static func facts(_ timeline: ItemTimeline) -> Table {
    var facts: [(String, String)] = []
    func add(_ name: String, _ micros: Int64?) { if let micros { facts.append((name, Timestamp.format(micros))) } }
    func add(_ name: String, from: Int64?, to: Int64?) {
      if let from, let to { facts.append((name, HumanDuration.format(seconds: Double(to - from) / 1e6))) }
    }
    let phase =
      switch timeline.phase {
      case .unseen: "known, but never opened"
      case .open: "open"
      case .delivered: "delivered"
      case .cancelled: "cancelled"
      }
    facts.append(("state", phase))
    if let stream = timeline.stream { facts.append(("stream", stream)) }
    add("created", timeline.createdMicros)
    if timeline.createdMicros == nil { facts.append(("created", "not known, so it has no lead time")) }
    add("committed", timeline.committedMicros)
    add(phase == "cancelled" ? "cancelled" : "delivered", timeline.completedMicros)
    if timeline.phase == .delivered {
      add("lead time", from: timeline.createdMicros, to: timeline.completedMicros)
      add("cycle time", from: timeline.committedMicros, to: timeline.completedMicros)
    }
    add("blocked since", timeline.blockedSinceMicros)
    if timeline.reopenings > 0 { facts.append(("reopenings", String(timeline.reopenings))) }
    for attribute in timeline.attributes { facts.append((attribute.name, attribute.value)) }
    facts.append(("events", String(timeline.positions.count)))
    facts.append(("positions", timeline.positions.map(String.init).joined(separator: " ")))
    return Table(
      title: "", columns: [Column(name: "what", type: .text), Column(name: "value", type: .text)],
      rows: facts.map { [.text($0.0), .text($0.1)] })
  }
}
