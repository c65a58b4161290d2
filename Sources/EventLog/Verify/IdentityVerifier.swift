import LMDB

/// Checks that every record has its identity under the hour of its time, and that no source and id are there twice, under whatever
/// hours.
struct IdentityVerifier {
  /// Identities held in memory at once while looking for equal ones: 8 bytes each, on each core.
  static let identitiesHeld = 1 << 22

  let log: EventLog
  /// Hashes are spread evenly: a part of their range holds that part of the identities.
  let partCount: Int
  private let partBits: Int

  init(log: EventLog, size: UInt64) {
    self.log = log
    let needed = max(0, Int.bitWidth - (Int(size) / Self.identitiesHeld).leadingZeroBitCount)
    partBits = max(needed, Cores.lanes(for: Int(size)) > 1 ? 1 : 0)
    partCount = 1 << partBits
  }

  /// Checks one part; for several threads at once.
  func run(part: Int, _ report: inout VerificationReport) throws {
    try log.withSnapshot { try verify($0, part: UInt64(part), bits: partBits, &report) }
  }

  private func verify(
    _ snapshot: borrowing LogSnapshot, part: UInt64, bits: Int, _ report: inout VerificationReport
  ) throws {
    let facts = try snapshot.facts()
    var hashes: [UInt64] = []
    var listed = part == 0 ? PositionSet(size: report.size) : nil
    try forEachIdentity(snapshot) { value, hour in
      guard value.position <= report.size else { return }
      if bits == 0 || value.hash >> UInt64(64 - bits) == part { hashes.append(value.hash) }
      if listed != nil { check(value, hour, facts, &listed, &report) }
    }
    listed?.forEachMissing { report.add(.identityMissing, $0, "no identity is listed under the hour of the event") }
    hashes.sort()
    let equal = Set(hashes.indices.dropFirst().lazy.filter { hashes[$0] == hashes[$0 - 1] }.map { hashes[$0] })
    guard !equal.isEmpty else { return }
    var held: [Held] = []
    try forEachIdentity(snapshot) { value, _ in
      guard value.position <= report.size, equal.contains(value.hash) else { return }
      held.append(Held(hash: value.hash, position: value.position))
    }
    try findEqual(&held, snapshot, &report)
  }

  private struct Held {
    var hash: UInt64
    var position: UInt64
  }

  private func forEachIdentity(
    _ snapshot: borrowing LogSnapshot, _ body: (IdentityValue, _ hour: UInt64) -> Void
  ) throws {
    var cursor = try Cursor(snapshot.tables.identity, in: snapshot.transaction)
    var more = try cursor.moveToFirst()
    while more {
      let hour = cursor.integerKey
      more = try cursor.readPage()
      while more {
        for offset in stride(from: 0, to: cursor.value.count - 15, by: 16) {
          body(cursor.value.loadUnaligned(fromByteOffset: offset, as: IdentityValue.self), hour)
        }
        more = try cursor.readNextPage()
      }
      more = try cursor.moveToNextKey()
    }
  }

  private func check(
    _ value: IdentityValue, _ hour: UInt64, _ facts: RowReader<Fact>, _ listed: inout PositionSet?,
    _ report: inout VerificationReport
  ) {
    guard value.position >= 1, Int(value.position) <= facts.count else {
      report.add(.surplusEntry, value.position, "an identity is listed for a position without a fact")
      return
    }
    let fact = facts.row(at: Int(value.position) - 1)
    let key =
      fact.flags.contains(.timeAssumed)
      ? IdentityKey.withoutTime : IdentityKey.hour(occurredMicros: fact.occurredMicros)
    guard key == hour else {
      report.add(.surplusEntry, value.position, "the identity is listed under another hour than the event's")
      return
    }
    if listed?.insert(value.position) == false {
      report.add(.surplusEntry, value.position, "the position has two identities")
    }
  }

  private func findEqual(
    _ held: inout [Held], _ snapshot: borrowing LogSnapshot, _ report: inout VerificationReport
  ) throws {
    held.sort { $0.hash != $1.hash ? $0.hash < $1.hash : $0.position < $1.position }
    for index in held.indices.dropFirst() where held[index].hash == held[index - 1].hash {
      let first = held[index - 1].position
      let second = held[index].position
      guard let a = try snapshot.record(at: first), let b = try snapshot.record(at: second) else { continue }
      if case .otherIdentity = EventComparison.compare(a.bytes, b.bytes) { continue }
      report.add(.identityTwice, second, "the event has the same source and id as the one at position \(first)")
    }
  }
}

/// A set of positions from 1 to a size: a bit each.
struct PositionSet {
  private var words: [UInt64]
  private let size: UInt64

  init(size: UInt64) {
    self.size = size
    words = Array(repeating: 0, count: Int(size / 64) + 1)
  }

  /// Adds a position of 1 to the size; false when it was there already.
  mutating func insert(_ position: UInt64) -> Bool {
    let bit = UInt64(1) << (position & 63)
    let isNew = words[Int(position >> 6)] & bit == 0
    words[Int(position >> 6)] |= bit
    return isNew
  }

  /// Whether a position of 1 to the size was added.
  func contains(_ position: UInt64) -> Bool { words[Int(position >> 6)] & (1 << (position & 63)) != 0 }

  /// Gives `body` every position that was not added.
  func forEachMissing(_ body: (UInt64) -> Void) {
    guard size > 0 else { return }
    for position in 1...size where words[Int(position >> 6)] & (1 << (position & 63)) == 0 { body(position) }
  }
}
