import LMDB

/// Checks that every fact is listed in the indexes that follow from it, that no identity is there twice, and that the tables hold as many
/// entries as they should.
///
/// The lists are read from beginning to end, as they lie, and what they list is added up or ticked off: no list is looked up for a fact.
struct IndexVerifier {
  let log: EventLog
  /// Whether what facts refer to is looked for.
  var checksReferences = true

  func run(_ report: inout VerificationReport) throws {
    let size = report.size
    guard size > 0 else { return }
    try log.withSnapshot { snapshot in
      let facts = try snapshot.facts()
      let identities = IdentityVerifier()
      // What the tables add up to, less what the facts do: only if that is not nothing each entry is looked for.
      var hours = try identities.run(snapshot, &report)
      var subjects: UInt64 = 0
      try snapshot.forEachListed(in: snapshot.tables.subjects) { subject, position in
        if position <= size { subjects &+= Self.term(subject, position) }
      }
      let referred = PositionSet(upTo: checksReferences ? size : 0)
      if checksReferences {
        try forEachListed(in: snapshot.tables.references, through: size, snapshot, facts) { subject, position in
          // What an event refers to in a list is known to the layer above.
          if facts.row(at: Int(position) - 1).argument == subject { referred.insert(position) }
        }
      }
      try snapshot.forEachFact(through: size) { position, fact in
        hours &-= IdentityVerifier.term(fact, at: position)
        subjects &-= Self.term(fact.subject, position)
        if checksReferences, fact.flags.contains(.argumentIsSubject), fact.argument != 0, !referred.contains(position) {
          report.add(.indexMissing, position, "the event is not listed as referring to subject \(fact.argument)")
        }
        if !fact.flags.isDisjoint(with: [.voids, .voidedOnArrival]) {
          try checkVoids(fact, position, snapshot, &report)
        }
        return true
      }
      if hours != 0 { try identities.checkHours(snapshot, &report) }
      if subjects != 0 { try checkSubjects(snapshot, facts, &report) }
      if let failure = facts.failure { report.add(.unreadable, 0, failure.description) }
      try compareCounts(snapshot, &report)
    }
  }

  /// What one position that is listed under a subject adds.
  @inline(__always)
  private static func term(_ subject: UInt32, _ position: UInt64) -> UInt64 {
    IdentityDigest.term(UInt64(subject), 0, position)
  }

  /// Looks for the positions that are not listed under the subjects of their facts, or listed under others.
  private func checkSubjects(
    _ snapshot: borrowing LogSnapshot, _ facts: RowReader<Fact>, _ report: inout VerificationReport
  ) throws {
    let size = report.size
    let listed = PositionSet(upTo: size)
    try forEachListed(in: snapshot.tables.subjects, through: size, snapshot, facts) { subject, position in
      guard facts.row(at: Int(position) - 1).subject == subject, listed.insert(position) else {
        report.add(.surplusEntry, position, "the event is listed under subject \(subject), which it is not about")
        return
      }
    }
    try snapshot.forEachFact(through: size) { position, fact in
      if !listed.contains(position) {
        report.add(.indexMissing, position, "the event is not listed under its subject \(fact.subject)")
      }
      return true
    }
  }

  /// Calls `body` with each position that a table lists and that has a fact, whose memory was asked for before: by subject, they are all
  /// over the facts.
  private func forEachListed(
    in table: MultiTable<UInt64>, through size: UInt64, _ snapshot: borrowing LogSnapshot, _ facts: RowReader<Fact>,
    _ body: (_ subject: UInt32, _ position: UInt64) -> Void
  ) throws(LedgerError) {
    let last = min(size, UInt64(facts.count))
    var queue = PrefetchQueue<(subject: UInt32, position: UInt64)>()
    try snapshot.forEachListed(in: table) { subject, position in
      guard position >= 1, position <= last else { return }
      facts.prefetchRow(at: Int(position) - 1)
      if let entry = queue.push((subject, position)) { body(entry.subject, entry.position) }
    }
    queue.drain { body($0.subject, $0.position) }
  }

  private func checkVoids(
    _ fact: Fact, _ position: UInt64, _ snapshot: borrowing LogSnapshot, _ report: inout VerificationReport
  ) throws {
    if fact.flags.contains(.voids), fact.measure != 0, try !snapshot.contains(void: position, of: fact.measure) {
      report.add(.indexMissing, position, "the event is not listed as voiding position \(fact.measure)")
    }
    if fact.flags.contains(.voidedOnArrival) {
      var voids: [UInt64] = []
      try snapshot.voids(of: position, into: &voids)
      if !voids.contains(where: { $0 < position }) {
        report.add(.indexMissing, position, "the event arrived voided, but no earlier void of it is listed")
      }
    }
  }

  /// With every entry that should be there found, an equal count means that no other is there.
  private func compareCounts(_ snapshot: borrowing LogSnapshot, _ report: inout VerificationReport) throws {
    let size = Int(snapshot.size)
    var expected = ["records": size, "leaves": size, "facts": size, "identity": size, "subjects": size]
    expected["nodes"] = Int(NodeLayout.nodeCount(leaves: snapshot.size))
    let symbols = SymbolNamespace.allCases.reduce(0) { $0 + Int(snapshot.symbolCount(in: $1)) }
    expected["symbols"] = symbols
    expected["names"] = symbols
    for (table, count) in try snapshot.entryCounts().sorted(by: { $0.key < $1.key }) {
      guard let called = expected[table], called != count else { continue }
      report.add(.countMismatch, 0, "table \(table) holds \(count) entries; \(called) are called for")
    }
  }
}
