import EventLog
import ValueStream

/// What items were said to cost when they come late, and their sizes: read from the records, since no book holds them.
struct ItemEconomics {
  /// What is known of an item.
  struct Economics {
    /// What a week without it costs, in the unit of value.
    var costOfDelay: Double?
    /// Its size, in the unit that the team uses.
    var size: Double?
  }

  private let cut: Cut
  private let parser = JSONParser()
  private var positions: [UInt64] = []

  /// Prepares for a cut.
  init(_ cut: Cut) { self.cut = cut }

  /// What the events of an item that are known in the cut say last. Reads its created and changed records.
  mutating func of(_ item: UInt32, _ view: borrowing LedgerView) throws -> Economics {
    positions.removeAll(keepingCapacity: true)
    try view.log.positions(ofSubject: item, into: &positions)
    let facts = try view.log.facts()
    var known: [(micros: Int64, position: UInt64)] = []
    for position in positions where position <= cut.position {
      let fact = facts.row(at: Int(position) - 1)
      guard fact.kind == EventKind.itemCreated.rawValue || fact.kind == EventKind.itemChanged.rawValue,
        fact.occurredMicros <= cut.atMicros, try !Voids.isVoided(position, asOf: cut.position, view.log)
      else { continue }
      known.append((fact.occurredMicros, position))
    }
    known.sort { $0 < $1 }
    var economics = Economics()
    for (_, position) in known {
      guard let record = try view.log.record(at: position),
        let data = try parser.parse(copying: record.bytes).member("data"), data.isObject
      else { continue }
      if let cost = data.member("costOfDelay")?.double { economics.costOfDelay = cost }
      if let size = data.member("size")?.double { economics.size = size }
    }
    return economics
  }
}
