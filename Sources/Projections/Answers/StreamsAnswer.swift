import Tables
import ValueStream

/// The value streams and their stages as a table.
public enum StreamsAnswer {
  /// One row a stage of the definition in force in the query's cut; one for a stream without a definition.
  public static func make(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let cut = try view.cut(for: query)
    let rules = try view.rules(in: cut)
    var rows: [[Value]] = []
    for stream in 0..<UInt16(truncatingIfNeeded: view.log.symbolCount(in: .stream)) {
      let number = stream + 1
      let name = view.streamName(number) ?? "?"
      guard let definition = rules.definition(of: number, at: cut.atMicros) else {
        rows.append([.text(name), .null, .null, .null, .null, .null, .null])
        continue
      }
      let committing = definition.stages.first { $0.role.contains(.commits) }?.number
      for stage in definition.stages {
        let kind = stage.role.contains(.done) ? "done" : stage.role.contains(.queue) ? "queue" : "work"
        rows.append([
          .text(name), .text(view.stages.name(stage.number) ?? "?"), .text(kind),
          stage.wipLimit.map { .integer(Int64($0)) } ?? .null, .text(stage.number == committing ? "yes" : "no"),
          definition.timeZone.map(Value.text) ?? .null, .timestamp(definition.occurredMicros),
        ])
      }
    }
    let columns = [
      Column(name: "stream", type: .text, description: "The value stream."),
      Column(name: "stage", type: .text, description: "A stage; empty for a stream without a definition."),
      Column(name: "kind", type: .text, description: "queue, work or done."),
      Column(name: "wipLimit", type: .integer, unit: "items", description: "The most items that should be in it."),
      Column(
        name: "commits", type: .text, description: "Whether entering it starts cycle time (later stages do, too)."),
      Column(name: "timezone", type: .text, description: "The stream's time zone."),
      Column(name: "since", type: .timestamp, description: "From when on the definition is in force."),
    ]
    return Answer(
      metric: "streams",
      parameters: [("knownAt", String(cut.position)), ("at", Timestamp.format(cut.atMicros))],
      position: cut.position, root: try view.log.root(size: cut.position).description, notes: [],
      table: Table(title: "Value streams", columns: columns, rows: rows), histogram: nil)
  }
}
