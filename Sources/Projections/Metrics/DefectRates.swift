import Tables
import ValueStream

/// Defects found, and how many escaped, against what was delivered.
public struct DefectRates: Projection {
  /// See ``Projection``.
  public let name = "defects"
  /// See ``Projection``.
  public let title = "Defect rates"
  /// See ``Projection``.
  public let definition = """
    Defects found, by the period in which they were found; escaped ones (said so, or found after their item was delivered); items \
    delivered in the same period; the rate found ÷ delivered and the share escaped ÷ found. Defects that were rejected or turned \
    out to be duplicates no longer count from their resolution on. A defect is judged by the attributes that its item had when it \
    was found. Without deliveries there is no rate. Split by stage, origin or severity, each row is set against all deliveries.
    """
  /// See ``Projection``.
  public let groupings = [
    "stream", "kind", "team", "service", "class", "label:KEY", "stage", "origin", "severity", "item",
  ]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = true
  /// See ``Projection``.
  public let takesWorkingTime = false
  /// See ``Projection``.
  public let charts = [
    ChartDescription(
      name: "defects", title: "Defects found, and those that escaped", form: .bars, x: "period",
      y: ["found", "escaped"]),
    ChartDescription(
      name: "rate", title: "Defects found for each item delivered", form: .lines, x: "period", y: ["rate"]),
  ]

  /// The projection.
  public init() {}

  private struct Counts {
    var found = 0
    var escaped = 0
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let parts = try AnswerParts(query, view)
    var classifier = try RowClassifier(query, view)
    // Deliveries are not made at a stage of origin or with a severity: they are counted without those.
    var deliveryQuery = query
    deliveryQuery.groupings.removeAll { $0 == .stage || $0 == .origin || $0 == .severity }
    var deliveryClassifier = try RowClassifier(deliveryQuery, view)
    let found = StandingEntries(view.books.defects, parts.cut)
    let completed = parts.completed(view)

    var first: Int64?
    var last: Int64?
    func meet(_ micros: Int64) {
      first = min(first ?? micros, micros)
      last = max(last ?? micros, micros)
    }
    if query.period != nil {
      found.forEach(in: view.books.defects) { row in if counts(row, parts, classifier) { meet(row.effectiveMicros) } }
      completed.forEach(in: view.books.completions) { row in
        if counts(row, parts, deliveryClassifier) { meet(row.effectiveMicros) }
      }
    }
    let calendar = try parts.calendar(from: first, through: last)

    let evidence = query.explains ? EvidenceCollector() : nil
    var defects: [Counts] = []
    found.forEach(in: view.books.defects) { row in
      guard counts(row, parts, classifier) else { return }
      let group = classifier.group(
        stream: row.stamp.stream, attributes: row.attributes, item: row.item, stage: row.stage, origin: row.origin,
        severity: row.severity, period: calendar?.number(of: row.effectiveMicros) ?? -1)
      if group == defects.count { defects.append(Counts()) }
      defects[group].found += 1
      let isEscaped = row.stamp.flags.contains(.escaped)
      if isEscaped { defects[group].escaped += 1 }
      evidence?.add(
        EvidenceCollector.Entry(
          subject: row.defect, position: row.stamp.position, effectiveMicros: row.effectiveMicros,
          note: isEscaped ? "escaped" : nil), to: group)
    }
    var deliveries: [Int] = []
    completed.forEach(in: view.books.completions) { row in
      guard counts(row, parts, deliveryClassifier) else { return }
      let group = deliveryClassifier.group(
        stream: row.stamp.stream, attributes: row.attributes, item: row.item,
        period: calendar?.number(of: row.effectiveMicros) ?? -1)
      if group == deliveries.count { deliveries.append(0) }
      deliveries[group] += 1
    }

    // One row for each group in which anything was found or delivered, and for each period.
    var deliveredIn: [RowClassifier.GroupKey: Int] = [:]
    for (key, count) in zip(deliveryClassifier.keys, deliveries) { deliveredIn[key] = count }
    var keys = classifier.keys
    var counted = defects
    if deliveryQuery.groupings == query.groupings {
      let known = Set(keys)
      for key in deliveryClassifier.keys where !known.contains(key) {
        keys.append(key)
        counted.append(Counts())
      }
    }
    let periods = query.period == nil ? -1..<0 : 0..<Int32(calendar?.count ?? 0)
    for key in try classifier.missing(keys, in: periods) {
      keys.append(key)
      counted.append(Counts())
    }

    var rows: [(order: [String], period: Int32, cells: [Value])] = []
    for (key, count) in zip(keys, counted) {
      var deliveryKey = key
      deliveryKey.stage = 0
      deliveryKey.origin = 0
      deliveryKey.severity = 0
      let delivered = deliveredIn[deliveryKey] ?? 0
      let names = classifier.columns(of: key, view)
      var cells: [Value] = [calendar.map { .text($0.label(key.period)) } ?? .null]
      cells += names.map { $0.map(Value.text) ?? .null }
      cells += [
        .integer(Int64(count.found)), .integer(Int64(count.escaped)), .integer(Int64(delivered)),
        delivered == 0 ? .null : .number(Double(count.found) / Double(delivered)),
        count.found == 0 ? .null : .share(Double(count.escaped) / Double(count.found)),
      ]
      if let calendar { cells.append(.text(parts.isComplete(calendar, key.period) ? "yes" : "no")) }
      rows.append((names.map { $0 ?? "" }, key.period, cells))
    }
    rows.sort { $0.period == $1.period ? $0.order.lexicographicallyPrecedes($1.order) : $0.period < $1.period }

    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: [],
      table: Table(title: title, columns: columns(parts, calendar != nil), rows: rows.map(\.cells)),
      explanation: evidence.map {
        view.explanation(
          $0,
          keys: classifier.keys.map { key in
            [calendar.map { $0.label(key.period) }] + classifier.columns(of: key, view)
          })
      })
  }

  private func columns(_ parts: AnswerParts, _ hasPeriods: Bool) -> [Column] {
    var columns = [Column(name: "period", type: .text, description: "The period; empty for all time.")]
    columns += parts.groupingColumns
    columns += [
      Column(name: "found", type: .integer, unit: "defects", description: "Defects found."),
      Column(
        name: "escaped", type: .integer, unit: "defects",
        description: "Those found after delivery, or said to have escaped."),
      Column(name: "delivered", type: .integer, unit: "items", description: "Items delivered."),
      Column(name: "rate", type: .number, unit: "defects/item", description: "found ÷ delivered."),
      Column(name: "escapeRate", type: .share, unit: "1", description: "escaped ÷ found."),
    ]
    if hasPeriods {
      columns.append(
        Column(name: "complete", type: .text, description: "Whether the whole period lies in the question."))
    }
    return columns
  }

  private func counts(_ row: DefectPosting, _ parts: AnswerParts, _ classifier: RowClassifier) -> Bool {
    parts.isInRange(row.effectiveMicros) && classifier.passes(stage: row.stage)
      && classifier.passes(stream: row.stamp.stream, attributes: row.attributes, item: row.item)
  }

  private func counts(_ row: CompletionPosting, _ parts: AnswerParts, _ classifier: RowClassifier) -> Bool {
    !row.stamp.flags.contains(.cancelled) && parts.isInRange(row.effectiveMicros)
      && classifier.passes(stream: row.stamp.stream, attributes: row.attributes, item: row.item)
  }
}
