import EventLog
import Projections
import ValueStream

/// Chooses the records that an answer about some streams or items needs.
enum EvidenceSelection {
  /// The positions of all events of wanted streams, of every subject that ever was in one or is wanted itself, of whatever refers to such a
  /// subject, of definitions, and of voids of them; ascending. Nil: all are needed, since nothing is filtered by stream or item.
  ///
  /// This is a guess on the safe side: whoever makes a bundle asks the question of the chosen records alone, and takes all when the answer
  /// is another.
  static func positions(
    for filter: Filter, through last: UInt64, _ log: borrowing LogSnapshot
  ) throws -> [UInt64]? {
    guard !filter.streams.isEmpty || !filter.items.isEmpty else { return nil }
    let streams = Set(try filter.streams.compactMap { try log.symbolID($0, in: .stream) }.map { UInt16(clamping: $0) })
    var subjects = Set(try filter.items.compactMap { try log.symbolID("\u{69}\($0)", in: .subject) })
    // Twice, so that what refers to a defect of an item is found too.
    for _ in 0..<2 {
      try log.forEachFact(through: last) { _, fact in
        let refers = fact.flags.contains(.argumentIsSubject) && subjects.contains(fact.argument)
        if refers || (filter.items.isEmpty && streams.contains(fact.stream)) { subjects.insert(fact.subject) }
        return true
      }
    }
    var chosen: Set<UInt64> = []
    let definitions = KindSet([EventKind.streamDefined, .policyDefined, .targetSet].map(\.rawValue))
    try log.forEachFact(through: last) { position, fact in
      if subjects.contains(fact.subject) || streams.contains(fact.stream) || definitions.contains(fact.kind)
        || fact.flags.contains(.argumentIsSubject) && subjects.contains(fact.argument)
      {
        chosen.insert(position)
      }
      return true
    }
    for subject in subjects {
      var references: [UInt64] = []
      try log.references(to: subject, into: &references)
      chosen.formUnion(references.filter { $0 <= last })
    }
    // Voids, and voids of voids, stand behind what they void; a void that came first is found by its target.
    for _ in 0..<2 {
      try log.forEachFact(through: last) { position, fact in
        if fact.flags.contains(.voids), chosen.contains(fact.measure) { chosen.insert(position) }
        return true
      }
    }
    var early: [UInt64] = []
    for position in chosen { try log.voids(of: position, into: &early) }
    chosen.formUnion(early.filter { $0 <= last })
    return chosen.sorted()
  }
}
