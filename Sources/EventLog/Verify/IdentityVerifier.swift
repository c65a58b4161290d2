import CLMDB
import LMDB

/// Checks that every record has its identity under the hour of its time, and that no source and id are there twice, under whatever
/// hours; adds up the digest of the index.
struct IdentityVerifier {
  /// Identities of one search for equal ones, for which it takes up to 64 MiB.
  private static let identitiesASearch = 1 << 26

  let log: EventLog

  /// Checks the index.
  func run(_ report: inout VerificationReport) throws {
    guard report.size > 0 else { return }
    try log.withSnapshot { snapshot in
      // Hashes are spread evenly: a part of their range holds that part of the identities.
      let parts = UInt64((Int(report.size) + Self.identitiesASearch - 1) / Self.identitiesASearch)
      for part in 0..<parts { try verify(snapshot, part, of: parts, &report) }
    }
  }

  private func verify(
    _ snapshot: borrowing LogSnapshot, _ part: UInt64, of parts: UInt64, _ report: inout VerificationReport
  ) throws {
    let size = report.size
    let facts = try snapshot.facts()
    let listed = PositionSet(size: size)
    // Hashes that share a bit may be equal; few do, and those are looked at closely.
    let seen = HashBits(count: Int(min(size, UInt64(Self.identitiesASearch))))
    // Few are: these bits are to lie in the nearest memory.
    let shared = HashBits(count: Int(min(size, UInt64(Self.identitiesASearch))) / 32)
    var isAnyShared = false
    // Hashes are all over the bits, and the events of an hour not quite in order.
    var queue = PrefetchQueue<(value: IdentityValue, hour: UInt64)>()
    func look(_ entry: (value: IdentityValue, hour: UInt64)) {
      let (value, hour) = entry
      if parts == 1 || value.hash % parts == part, !seen.insert(value.hash) {
        _ = shared.insert(value.hash)
        isAnyShared = true
      }
      guard part == 0 else { return }
      report.identityDigest &+= IdentityDigest.term(value.hash, hour, value.position)
      check(value, hour, facts, listed, &report)
    }
    try snapshot.forEachIdentity { value, hour in
      guard value.position <= size else { return }
      seen.prefetch(value.hash)
      facts.prefetchRow(at: Int(value.position) - 1)
      if let entry = queue.push((value, hour)) { look(entry) }
    }
    queue.drain(look)
    if part == 0 {
      listed.forEachMissing { report.add(.identityMissing, $0, "no identity is listed under the hour of the event") }
    }
    guard isAnyShared else { return }
    var held: [IdentityValue] = []
    try snapshot.forEachIdentity { value, _ in
      guard value.position <= size, parts == 1 || value.hash % parts == part, shared.contains(value.hash) else {
        return
      }
      held.append(value)
    }
    try findEqual(&held, snapshot, &report)
  }

  private func check(
    _ value: IdentityValue, _ hour: UInt64, _ facts: RowReader<Fact>, _ listed: PositionSet,
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
    if !listed.insert(value.position) {
      report.add(.surplusEntry, value.position, "the position has two identities")
    }
  }

  private func findEqual(
    _ held: inout [IdentityValue], _ snapshot: borrowing LogSnapshot, _ report: inout VerificationReport
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

/// A set of positions from 1 to a size: a bit each. Used by one thread at a time.
final class PositionSet {
  private let words: UnsafeMutablePointer<UInt64>
  private let size: UInt64

  init(size: UInt64) {
    self.size = size
    words = .allocate(capacity: Int(size / 64) + 1)
    words.initialize(repeating: 0, count: Int(size / 64) + 1)
  }

  deinit { words.deallocate() }

  /// Adds a position of 1 to the size; false when it was there already.
  func insert(_ position: UInt64) -> Bool {
    precondition(position <= size)
    let bit = UInt64(1) << (position & 63)
    let isNew = words[Int(position >> 6)] & bit == 0
    words[Int(position >> 6)] |= bit
    return isNew
  }

  /// Asks for the memory of a position of 1 to the size.
  @inline(__always)
  func prefetch(_ position: UInt64) { vsl_prefetch(words + Int(position >> 6)) }

  /// Whether a position of 1 to the size was added.
  func contains(_ position: UInt64) -> Bool {
    precondition(position <= size)
    return words[Int(position >> 6)] & (1 << (position & 63)) != 0
  }

  /// Gives `body` every position that was not added.
  func forEachMissing(_ body: (UInt64) -> Void) {
    guard size > 0 else { return }
    for position in 1...size where !contains(position) { body(position) }
  }
}

/// Hashes by one bit each: what is not there was not added; what is there may be another.
struct HashBits {
  private let places: PositionSet
  private let shift: UInt64

  /// Room for so many hashes: 4 to 32 bits for each, at most 32 MiB.
  init(count: Int) {
    let bits = min(28, max(10, 64 - (max(count, 1) * 32 - 1).leadingZeroBitCount))
    shift = UInt64(64 - bits)
    places = PositionSet(size: 1 << UInt64(bits))
  }

  /// Adds a hash; false when its bit was there already.
  func insert(_ hash: UInt64) -> Bool { places.insert(hash >> shift + 1) }

  /// Asks for the memory of the bit of a hash.
  @inline(__always)
  func prefetch(_ hash: UInt64) { places.prefetch(hash >> shift + 1) }

  /// Whether the bit of a hash is there.
  func contains(_ hash: UInt64) -> Bool { places.contains(hash >> shift + 1) }
}
