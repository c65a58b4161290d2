import LMDB

/// Checks that every fact is listed in the indexes that follow from it, and that the tables hold as many entries as they should.
struct IndexVerifier {
  let log: EventLog

  func run(_ report: inout VerificationReport, progress: (UInt64) -> Void) throws {
    var next: UInt64 = 1
    while next <= report.size {
      let last = min(report.size, next + RecordVerifier.step - 1)
      try log.withSnapshot { snapshot in
        try snapshot.forEachFact(from: next, through: last) { position, fact in
          try verify(fact, position, snapshot, &report)
          return true
        }
      }
      progress(last)
      next = last + 1
    }
    try log.withSnapshot { try compareCounts($0, &report) }
  }

  private func verify(
    _ fact: Fact, _ position: UInt64, _ snapshot: borrowing LogSnapshot, _ report: inout VerificationReport
  ) throws {
    if try !snapshot.contains(subject: fact.subject, position: position) {
      report.add(.indexMissing, position, "the event is not listed under its subject \(fact.subject)")
    }
    if fact.flags.contains(.argumentIsSubject), fact.argument != 0,
      try !snapshot.contains(reference: fact.argument, position: position)
    {
      report.add(.indexMissing, position, "the event is not listed as referring to subject \(fact.argument)")
    }
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
    for table in try snapshot.statistics() {
      guard let count = expected[table.name], count != table.statistics.entries else { continue }
      report.add(
        .countMismatch, 0, "table \(table.name) holds \(table.statistics.entries) entries; \(count) are called for")
    }
  }
}
