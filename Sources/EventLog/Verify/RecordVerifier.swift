import LMDB

/// Re-hashes every record and compares leaves and nodes; checks that positions have no gaps and that recorded times never decrease.
struct RecordVerifier {
  /// Records looked at in one snapshot.
  static let step: UInt64 = 20_000

  let log: EventLog

  func run(_ report: inout VerificationReport, progress: (UInt64) -> Void) throws {
    var state = State()
    while state.next <= report.size {
      let last = min(report.size, state.next + Self.step - 1)
      try log.withSnapshot { snapshot in try verify(snapshot, through: last, &state, &report) }
      progress(last)
    }
    report.root = state.tree.root
  }

  private struct State {
    var next: UInt64 = 1
    var lastRecordedMicros = Int64.min
    var tree = CompactRange()
    var nodes: [MerkleHash] = []
    var leafInput: [UInt8] = []
  }

  private func verify(
    _ snapshot: borrowing LogSnapshot, through last: UInt64, _ state: inout State,
    _ report: inout VerificationReport
  ) throws {
    let leaves = try snapshot.tables.leaves.reader(in: snapshot.transaction)
    let nodes = try snapshot.tables.nodes.reader(in: snapshot.transaction)
    try snapshot.forEachRecord(from: state.next, through: last) { record in
      missing(until: record.position, leaves, nodes, &state, &report)
      if record.recordedMicros < state.lastRecordedMicros {
        report.add(
          .recordedTimeDecreases, record.position,
          "recorded at \(record.recordedMicros) µs, its predecessor at \(state.lastRecordedMicros) µs")
      }
      state.lastRecordedMicros = max(state.lastRecordedMicros, record.recordedMicros)
      state.leafInput.removeAll(keepingCapacity: true)
      state.leafInput.append(0)
      withUnsafeBytes(of: record.recordedMicros.littleEndian) { state.leafInput.append(contentsOf: $0) }
      state.leafInput.append(contentsOf: record.bytes)
      compare(state.leafInput.withUnsafeBytes { MerkleHash(hashing: $0) }, leaves, nodes, &state, &report)
      return true
    }
    missing(until: last + 1, leaves, nodes, &state, &report)
    for failure in [leaves.failure, nodes.failure].compactMap(\.self) {
      report.add(.unreadable, state.next - 1, failure.description)
    }
  }

  /// Reports positions without a record, and goes on with their stored leaves so that one loss is not reported at every node above.
  private func missing(
    until position: UInt64, _ leaves: RowReader<MerkleHash>, _ nodes: RowReader<MerkleHash>, _ state: inout State,
    _ report: inout VerificationReport
  ) {
    while state.next < position {
      report.add(.missingRecord, state.next, "there is no record at this position")
      let index = Int(state.next) - 1
      compare(index < leaves.count ? leaves.row(at: index) : MerkleHash(), leaves, nodes, &state, &report)
    }
  }

  /// Compares a leaf and the nodes that it completes with the stored ones, then takes the next position.
  private func compare(
    _ leaf: MerkleHash, _ leaves: RowReader<MerkleHash>, _ nodes: RowReader<MerkleHash>, _ state: inout State,
    _ report: inout VerificationReport
  ) {
    let position = state.next
    let index = Int(position) - 1
    if index >= leaves.count || leaves.row(at: index) != leaf {
      report.add(.leafMismatch, position, "the stored leaf is not the hash of the record: one of them was changed")
    }
    state.nodes.removeAll(keepingCapacity: true)
    state.tree.append(leaf, nodes: &state.nodes)
    for (level, node) in state.nodes.enumerated() {
      let row = NodeLayout.row(level: level + 1, end: position)
      if row >= nodes.count || nodes.row(at: row) != node {
        report.add(.nodeMismatch, position, "the stored node of level \(level + 1) is not the hash of those below it")
      }
    }
    state.next += 1
  }
}
