import LMDB

/// Re-hashes every record and compares it with its leaf; checks that positions have no gaps and that recorded times never decrease.
struct LeafVerifier {
  /// Records looked at in one snapshot.
  static let step: UInt64 = 20_000

  let log: EventLog
  let visitor: (any RecordVisitor)?

  /// Checks a range of positions; for several threads at once.
  func run(_ positions: ClosedRange<UInt64>, _ report: inout VerificationReport, progress: (UInt64) -> Void) throws {
    var next = positions.lowerBound
    var lastRecordedMicros =
      next > 1 ? try log.withSnapshot { try $0.record(at: next - 1)?.recordedMicros } ?? Int64.min : Int64.min
    var leafInput: [UInt8] = []
    while next <= positions.upperBound {
      let last = min(positions.upperBound, next + Self.step - 1)
      try log.withSnapshot { snapshot in
        let leaves = try snapshot.tables.leaves.reader(in: snapshot.transaction)
        let facts = try visitor.map { _ in try snapshot.facts() }
        try snapshot.forEachRecord(from: next, through: last) { record in
          missing(&next, until: record.position, &report)
          if record.recordedMicros < lastRecordedMicros {
            report.add(
              .recordedTimeDecreases, record.position,
              "recorded at \(record.recordedMicros) µs, its predecessor at \(lastRecordedMicros) µs")
          }
          lastRecordedMicros = max(lastRecordedMicros, record.recordedMicros)
          leafInput.removeAll(keepingCapacity: true)
          leafInput.append(0)
          withUnsafeBytes(of: record.recordedMicros.littleEndian) { leafInput.append(contentsOf: $0) }
          leafInput.append(contentsOf: record.bytes)
          let leaf = leafInput.withUnsafeBytes { MerkleHash(hashing: $0) }
          let index = Int(record.position) - 1
          if index >= leaves.count || leaves.row(at: index) != leaf {
            report.add(
              .leafMismatch, record.position,
              "the stored leaf is not the hash of the record: one of them was changed")
          }
          if let visitor, let facts { try visitor.visit(record, facts, snapshot) }
          next = record.position + 1
          return true
        }
        missing(&next, until: last + 1, &report)
        if let failure = leaves.failure { report.add(.unreadable, last, failure.description) }
      }
      progress(last)
    }
  }

  private func missing(_ next: inout UInt64, until position: UInt64, _ report: inout VerificationReport) {
    while next < position {
      report.add(.missingRecord, next, "there is no record at this position")
      next += 1
    }
  }
}
