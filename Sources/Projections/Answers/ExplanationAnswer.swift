import Tables
import ValueStream

/// What the figures of an answer are made of, as a table: one row for each thing that is counted.
public enum ExplanationAnswer {
  /// Makes the table from an answer that was asked to explain itself.
  public static func make(_ answer: Answer) throws -> Answer {
    guard let explanation = answer.explanation else {
      throw QueryError(
        "\(answer.metric) cannot say what each of its figures is made of. Ask the metrics that it is computed from; `vsl metrics` lists them."
      )
    }
    var rows: [[Value]] = []
    func add(_ evidence: Explanation.Evidence, _ group: String, counts: Bool, _ why: String?) {
      rows.append([
        .text(group), .text(counts ? "counts" : "left out"), .text(evidence.subjectClass), .text(evidence.subject),
        .integer(Int64(evidence.position)), .timestamp(evidence.effectiveMicros),
        evidence.amount.map(Value.number) ?? .null, (why ?? evidence.note).map(Value.text) ?? .null,
      ])
    }
    for row in explanation.rows {
      for evidence in row.evidence { add(evidence, row.key.joined(separator: " · "), counts: true, nil) }
    }
    for (reason, list) in explanation.excluded {
      for evidence in list { add(evidence, "", counts: false, reason) }
    }
    let columns = [
      Column(name: "row", type: .text, description: "The row of the answer, by its period and groups."),
      Column(name: "counts", type: .text, description: "Whether it counts in that row, or was left out."),
      Column(name: "what", type: .text, description: "What class of thing it is."),
      Column(name: "id", type: .text, description: "Its id."),
      Column(
        name: "position", type: .integer,
        description: "The position of the event by which the ledger learned it; `vsl log --from-position` shows it."),
      Column(name: "effective", type: .timestamp, description: "When it counts from, in the world."),
      Column(name: "amount", type: .number, description: "What it adds: seconds or a number; empty for one."),
      Column(name: "why", type: .text, description: "What is special about it, or why it was left out."),
    ]
    return Answer(
      metric: "explain \(answer.metric)", parameters: answer.parameters, position: answer.position, root: answer.root,
      notes: answer.notes, table: Table(title: "What \(answer.metric) is made of", columns: columns, rows: rows))
  }
}
