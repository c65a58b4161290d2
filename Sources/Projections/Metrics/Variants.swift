import Tables
import ValueStream

/// The ways that items take through the stages.
public struct Variants: Projection {
  /// See ``Projection``.
  public let name = "variants"
  /// See ``Projection``.
  public let title = "Variants"
  /// See ``Projection``.
  public let definition = """
    A variant is the sequence of stages that an item visited, from its first visit to its delivery. Delivered items by variant, the most \
    frequent first, counted in the period of the delivery, with their share, the share of this variant and all more frequent ones, and \
    the lead times of its items (nearest rank; items without a created event have none). With loops=shortened, a part that is repeated \
    at once counts once (A B A B C is A B C). A stage that is left and entered again is two visits; a change of attributes is none.
    """
  /// See ``Projection``.
  public let groupings = ["stream", "kind", "team", "service", "class", "label:KEY", "item"]
  /// See ``Projection``.
  public let takesPeriods = true
  /// See ``Projection``.
  public let takesStages = false
  /// See ``Projection``.
  public let options = [
    ProjectionOption("loops", value: "kept|shortened", standard: "kept", "Whether a repeated part counts once."),
    ProjectionOption("top", value: "number", standard: "50", "How many variants to list in each group and period."),
  ]
  /// See ``Projection``.
  public let charts = [
    ChartDescription(name: "variants", title: "Items by variant", form: .bars, x: "variant", y: ["items"])
  ]

  /// The projection.
  public init() {}

  /// What one core finds, with numbers of its own for the sequences that it meets.
  private struct Lane {
    var sequences = Sequences()
    var figures: Figures<Sums>
    var stages: [UInt32] = []
  }

  private struct Sums {
    var items = 0
    var leads = Durations()
  }

  /// See ``Projection``.
  public func answer(_ query: Query, from view: borrowing LedgerView) throws -> Answer {
    let isShortened = try query.choice("loops", of: ["kept", "shortened"]) == "shortened"
    let top = try query.count("top", standard: 50)
    var split = query
    split.groupings = query.groupings + [.word("variant")]
    let parts = try AnswerParts(split, view)
    var figures = try Figures(parts, view, range: view.books.completions.timeRange(in: parts.cut)) { Sums() }
    var sequences = Sequences()
    let lanes = DeliveredItems(parts, view) { figures.passes($0) }.fold(isSerial: figures.isSerial) {
      Lane(figures: figures)
    } _: { lane, row, _, spans in
      lane.stages.removeAll(keepingCapacity: true)
      for span in spans where !span.isContinuation { lane.stages.append(span.stage) }
      if isShortened { Self.shorten(&lane.stages) }
      let lead =
        row.createdMicros == ItemState.unknown
        ? nil : parts.clock.span(row.stamp.stream, from: row.createdMicros, to: row.effectiveMicros)
      let number = lane.sequences.number(of: lane.stages)
      lane.figures.add(row, at: row.effectiveMicros, word: number, amount: 1) {
        $0.items += 1
        if let lead { $0.leads.append(lead) }
      }
    }
    for lane in lanes {
      var numbers: [UInt32: UInt32] = [:]
      figures.absorb(lane.figures) { own in
        let number = numbers[own] ?? sequences.number(of: lane.sequences.stages(of: own))
        numbers[own] = number
        return number
      } _: {
        $0.items += $1.items
        $0.leads += $1.leads
      }
    }
    let stageNames = view.stages
    let rows = try figures.rows(view, everyPeriod: false) { word, _ in
      let names = sequences.stages(of: word).map { stageNames.name($0) ?? "?" }
      return names.isEmpty ? "(no stage)" : names.joined(separator: " → ")
    }
    var totals: [[String]: Int] = [:]
    func part(_ row: Figures<Sums>.Row) -> [String] { [row.label ?? ""] + row.names.dropLast().map { $0 ?? "" } }
    for row in rows { totals[part(row), default: 0] += row.sum.items }
    let sorted = rows.filter { $0.sum.items > 0 }.sorted { left, right in
      if left.period != right.period { return left.period < right.period }
      let (one, other) = (part(left), part(right))
      if one != other { return one.lexicographicallyPrecedes(other) }
      if left.sum.items != right.sum.items { return left.sum.items > right.sum.items }
      return (left.names.last ?? nil) ?? "" < (right.names.last ?? nil) ?? ""
    }
    var listed: [(row: Figures<Sums>.Row, upTo: Int)] = []
    var met: [[String]: (count: Int, items: Int)] = [:]
    for row in sorted {
      let before = met[part(row)] ?? (0, 0)
      met[part(row)] = (before.count + 1, before.items + row.sum.items)
      if before.count < top { listed.append((row, before.items + row.sum.items)) }
    }
    var notes = parts.notes
    if listed.count < sorted.count {
      notes.append("\(sorted.count - listed.count) less frequent variants are not listed; --set top=N lists more.")
    }
    return Answer(
      metric: name, parameters: parts.parameters, position: parts.cut.position, root: parts.root, notes: notes,
      table: Table(
        title: title,
        columns: figures.leadingColumns + [
          Column(name: "items", type: .integer, unit: "items", description: "Delivered items that took this way."),
          Column(name: "share", type: .share, unit: "1", description: "Of the group's delivered items."),
          Column(name: "upTo", type: .share, unit: "1", description: "Share of this and all more frequent variants."),
        ] + DurationFigures.columns("items with a lead time", "lead time", prefix: "lead", count: "leads")
          + figures.trailingColumns,
        rows: listed.mapOnCores { row, upTo in
          let total = Double(totals[part(row)] ?? 1)
          return figures.cells(
            row,
            [
              .integer(Int64(row.sum.items)), .share(Double(row.sum.items) / total), .share(Double(upTo) / total),
            ] + DurationFigures.cells(row.sum.leads, parts))
        }), explanation: figures.explanation(listed.map(\.row), view))
  }

  /// Leaves of parts that follow each other unchanged only the first, the shortest parts first, until none is left.
  static func shorten(_ stages: inout [UInt32]) {
    var length = 1
    while length * 2 <= stages.count {
      var start = 0
      var found = false
      while start + 2 * length <= stages.count {
        if stages[start..<start + length] == stages[start + length..<start + 2 * length] {
          stages.removeSubrange(start + length..<start + 2 * length)
          found = true
        } else {
          start += 1
        }
      }
      length = found ? 1 : length + 1
    }
  }

  /// Numbers sequences of stages: a tree with a node for each beginning that was met.
  private struct Sequences {
    private var children: [UInt64: UInt32] = [:]
    private var recent = RecentNumbers<UInt64>(0)
    private var nodes: [(parent: UInt32, stage: UInt32)] = [(0, 0)]

    mutating func number(of stages: [UInt32]) -> UInt32 {
      var node: UInt32 = 0
      for stage in stages {
        let key = UInt64(node) << 32 | UInt64(stage)
        let place = RecentNumbers<UInt64>.place(key &* 0xBF58_476D_1CE4_E5B9)
        node = recent.number(of: key, at: place) ?? child(key, place)
      }
      return node
    }

    private mutating func child(_ key: UInt64, _ place: Int) -> UInt32 {
      let node = children[key] ?? UInt32(nodes.count)
      if Int(node) == nodes.count {
        nodes.append((UInt32(key >> 32), UInt32(truncatingIfNeeded: key)))
        children[key] = node
      }
      recent.note(node, of: key, at: place)
      return node
    }

    func stages(of number: UInt32) -> [UInt32] {
      var stages: [UInt32] = []
      var node = number
      while node != 0, Int(node) < nodes.count {
        stages.append(nodes[Int(node)].stage)
        node = nodes[Int(node)].parent
      }
      return stages.reversed()
    }
  }
}
