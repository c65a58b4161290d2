import CLMDB
import LMDB

/// Re-hashes every record and compares it with its leaf, and the nodes of the tree above with what is stored; checks that positions have
/// no gaps and that recorded times never decrease.
struct RecordVerifier {
  /// Records looked at in one snapshot.
  private static let step: UInt64 = 1 << 15

  let log: EventLog
  let visitor: (any RecordVisitor)?

  /// Checks a range of positions; for several threads at once.
  func run(_ positions: ClosedRange<UInt64>, _ report: inout VerificationReport) throws {
    var next = positions.lowerBound
    var lastRecordedMicros =
      next > 1 ? try log.withSnapshot { try $0.record(at: next - 1)?.recordedMicros } ?? Int64.min : Int64.min
    var tree = try log.withSnapshot { try NodeVerifier($0, behind: next - 1) }
    while next <= positions.upperBound {
      let last = min(positions.upperBound, next + Self.step - 1)
      try log.withSnapshot { snapshot in
        let leaves = try snapshot.tables.leaves.reader(in: snapshot.transaction)
        let nodes = try snapshot.tables.nodes.reader(in: snapshot.transaction)
        let facts = try snapshot.facts()
        try snapshot.forEachRecord(from: next, through: last) { record in
          Self.prefetchNextPage(record)
          missing(&next, until: record.position, leaves, nodes, &tree, &report)
          if record.recordedMicros < lastRecordedMicros {
            report.add(
              .recordedTimeDecreases, record.position,
              "recorded at \(record.recordedMicros) µs, its predecessor at \(lastRecordedMicros) µs")
          }
          lastRecordedMicros = max(lastRecordedMicros, record.recordedMicros)
          let leaf = MerkleHash.leaf(recordedMicros: record.recordedMicros, event: record.bytes)
          let stored = Self.leaf(record.position, leaves)
          if stored != leaf {
            report.add(
              .leafMismatch, record.position,
              "the stored leaf is not the hash of the record: one of them was changed")
          }
          // Which of the two is wrong is not known: the nodes are compared with what they were made of.
          tree.add(stored ?? leaf, at: record.position, nodes, &report)
          try visitor?.visit(record, facts, snapshot)
          next = record.position + 1
          return true
        }
        missing(&next, until: last + 1, leaves, nodes, &tree, &report)
        for failure in [leaves.failure, nodes.failure].compactMap(\.self) {
          report.add(.unreadable, last, failure.description)
        }
      }
    }
    if positions.upperBound == report.size { report.root = tree.root(leafCount: report.size) }
  }

  /// Asks for the memory where a record of about this place in the next page lies: the pages of records mostly follow each other, which
  /// the processor does not guess.
  @inline(__always)
  private static func prefetchNextPage(_ record: Record) {
    guard let base = record.bytes.baseAddress else { return }
    // Of the page, the list of its records; of the record, what stands before it.
    vsl_prefetch(UnsafeRawPointer(bitPattern: (UInt(bitPattern: base) | 4095) + 1))
    for offset in stride(from: -24, to: min(record.bytes.count, 1024), by: 64) { vsl_prefetch(base + 4096 + offset) }
  }

  private static func leaf(_ position: UInt64, _ leaves: RowReader<MerkleHash>) -> MerkleHash? {
    Int(position) <= leaves.count ? leaves.row(at: Int(position) - 1) : nil
  }

  private func missing(
    _ next: inout UInt64, until position: UInt64, _ leaves: RowReader<MerkleHash>, _ nodes: RowReader<MerkleHash>,
    _ tree: inout NodeVerifier, _ report: inout VerificationReport
  ) {
    while next < position {
      report.add(.missingRecord, next, "there is no record at this position")
      tree.add(Self.leaf(next, leaves) ?? MerkleHash(), at: next, nodes, &report)
      next += 1
    }
  }
}
