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
      position: cut.position, root: try view.log.root(size: cut.position).description, notes: notes(timeline),
      table: Table(title: "Item \(timeline.item)", columns: columns, rows: rows), histogram: nil)
  }

  private static func notes(_ timeline: ItemTimeline) -> [String] {
    var notes: [String] = []
    let state =
      switch timeline.phase {
      case .unseen: "known, but never opened"
      case .open: "open"
      case .delivered: "delivered \(timeline.completedMicros.map(Timestamp.format) ?? "")"
      case .cancelled: "cancelled \(timeline.completedMicros.map(Timestamp.format) ?? "")"
      }
    notes.append("\(state)\(timeline.stream.map { " in stream \($0)" } ?? "")")
    if let created = timeline.createdMicros {
      notes.append("created \(Timestamp.format(created))")
      if let completed = timeline.completedMicros, timeline.phase == .delivered {
        notes.append("lead time \(Double(completed - created) / 1e6) s")
      }
    } else {
      notes.append("no created event is known, so it has no lead time")
    }
    if let committed = timeline.committedMicros { notes.append("committed \(Timestamp.format(committed))") }
    if let blocked = timeline.blockedSinceMicros { notes.append("blocked since \(Timestamp.format(blocked))") }
    if timeline.reopenings > 0 { notes.append("reopened \(timeline.reopenings) times") }
    if !timeline.attributes.isEmpty {
      notes.append(timeline.attributes.map { "\($0.name)=\($0.value)" }.joined(separator: " "))
    }
    let shown = timeline.positions.prefix(20).map(String.init).joined(separator: " ")
    notes.append(
      "\(timeline.positions.count) events, at positions \(shown)\(timeline.positions.count > 20 ? " …" : "")")
    return notes
  }
}
