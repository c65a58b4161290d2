import Tables

/// What changed between two answers of one metric: figure by figure, and which things came, went or changed.
public enum AnswerDifference {
  /// A figure of one of the answers, by its row and column.
  struct Cell {
    var key: [String]
    var column: Column
    var number: Double?
  }

  /// Compares two answers to one question in different cuts. Both must have been asked to explain themselves for the second table.
  ///
  /// - Returns: a table with a row for each figure that differs, and one for each item (defect, deployment …) that counts in one answer
  ///   and not in the other, or with another amount.
  public static func make(_ before: Answer, _ after: Answer) -> Answer {
    let old = cells(before.table)
    let new = cells(after.table)
    var rows: [[Value]] = []
    var seen: Set<[String]> = []
    for key in new.order + old.order where seen.insert(key).inserted {
      let left = old.cells[key]
      let right = new.cells[key]
      guard let any = right ?? left, left?.number != right?.number else { continue }
      let change = left?.number.flatMap { old in right?.number.map { $0 - old } }
      rows.append([
        .text(any.key.joined(separator: " · ")), .text(any.column.name), any.column.unit.map(Value.text) ?? .null,
        cell(left?.number, any.column), cell(right?.number, any.column), cell(change, any.column),
      ])
    }
    let columns = [
      Column(name: "row", type: .text, description: "The row, by its period and groups."),
      Column(name: "figure", type: .text, description: "The column."),
      Column(name: "unit", type: .text, description: "Its unit."),
      Column(name: "before", type: .number, description: "In the earlier cut; empty where there was no such figure."),
      Column(name: "after", type: .number, description: "In the later cut; empty where there is no such figure."),
      Column(name: "change", type: .number, description: "after − before."),
    ]
    var parameters: [(name: String, value: String)] = []
    for (name, value) in after.parameters {
      if let earlier = before.parameters.first(where: { $0.name == name })?.value, earlier != value {
        parameters.append((name + "Before", earlier))
      }
      parameters.append((name, value))
    }
    let things = changes(before, after)
    var notes = Array(Set(before.notes + after.notes)).sorted()
    if rows.isEmpty { notes.insert("No figure changed.", at: 0) }
    return Answer(
      metric: "diff \(after.metric)", parameters: parameters, position: after.position, root: after.root, notes: notes,
      table: Table(title: "What changed in \(after.metric)", columns: columns, rows: rows),
      more: things.map { [$0] } ?? [])
  }

  /// What came, went or changed.
  public static func changes(_ before: Answer, _ after: Answer) -> Table? {
    guard let old = before.explanation, let new = after.explanation else { return nil }
    struct Thing: Hashable {
      var row: String
      var subjectClass: String
      var subject: String
    }
    func index(_ explanation: Explanation) -> (order: [Thing], evidence: [Thing: [Explanation.Evidence]]) {
      var order: [Thing] = []
      var evidence: [Thing: [Explanation.Evidence]] = [:]
      for row in explanation.rows {
        for one in row.evidence {
          let thing = Thing(
            row: row.key.joined(separator: " · "), subjectClass: one.subjectClass, subject: one.subject)
          if evidence[thing] == nil { order.append(thing) }
          evidence[thing, default: []].append(one)
        }
      }
      return (order, evidence)
    }
    let left = index(old)
    let right = index(new)
    var rows: [[Value]] = []
    var seen: Set<Thing> = []
    for thing in right.order + left.order where seen.insert(thing).inserted {
      let earlier = left.evidence[thing] ?? []
      let later = right.evidence[thing] ?? []
      let isSame =
        earlier.map(\.amount) == later.map(\.amount) && earlier.map(\.effectiveMicros) == later.map(\.effectiveMicros)
      guard !isSame else { continue }
      let what = earlier.isEmpty ? "came" : later.isEmpty ? "went" : "changed"
      rows.append([
        .text(thing.row), .text(what), .text(thing.subjectClass), .text(thing.subject), amount(earlier), amount(later),
        (later.map(\.position).max() ?? earlier.map(\.position).max()).map { .integer(Int64($0)) } ?? .null,
      ])
    }
    return Table(
      title: "Because of",
      columns: [
        Column(name: "row", type: .text, description: "The row that it counts in."),
        Column(name: "what", type: .text, description: "It came, went, or counts otherwise."),
        Column(name: "class", type: .text, description: "What class of thing it is."),
        Column(name: "id", type: .text, description: "Its id."),
        Column(name: "before", type: .number, description: "What it added before: seconds or a number."),
        Column(name: "after", type: .number, description: "What it adds now: seconds or a number."),
        Column(
          name: "position", type: .integer,
          description: "The event by which the ledger learned what counts now (of what went: what counted before)."),
      ], rows: rows)
  }

  /// The figures of a table by row and column. A row is known by its texts; the word for a period's completeness is no part of that.
  static func cells(_ table: Table) -> (order: [[String]], cells: [[String]: Cell]) {
    var order: [[String]] = []
    var cells: [[String]: Cell] = [:]
    for row in table.rows {
      var key: [String] = []
      for (column, value) in zip(table.columns, row) where column.type == .text && column.name != "complete" {
        if case .text(let text) = value { key.append(text) } else { key.append("") }
      }
      for (column, value) in zip(table.columns, row) where column.type != .text {
        let place = key + [column.name]
        if cells[place] == nil { order.append(place) }
        cells[place] = Cell(key: key, column: column, number: number(value))
      }
    }
    return (order, cells)
  }

  /// A cell as a number: seconds, a count, a share, or seconds since 1970.
  static func number(_ value: Value) -> Double? {
    switch value {
    case .null, .text: nil
    case .integer(let number): Double(number)
    case .number(let number), .duration(let number), .share(let number): number
    case .timestamp(let micros): Double(micros) / 1e6
    }
  }

  /// A number as the column that it comes from shows it.
  private static func cell(_ number: Double?, _ column: Column) -> Value {
    guard let number else { return .null }
    switch column.type {
    case .duration: return .duration(number)
    case .share: return .share(number)
    default: return .number(number)
    }
  }

  private static func amount(_ evidence: [Explanation.Evidence]) -> Value {
    guard !evidence.isEmpty else { return .null }
    return .number(evidence.reduce(0) { $0 + ($1.amount ?? 1) })
  }
}
