import LMDB

/// Checks that no source and id are there twice, under whatever hours; adds up the digest of the index, and the hours, which must be those
/// of the facts.
struct IdentityVerifier {
  /// Identities of one search for equal ones, for which it takes up to 64 MiB.
  private static let identitiesASearch = 1 << 26

  /// Checks the index.
  ///
  /// - Returns: what its hours add up to (``term(_:at:)``).
  func run(_ snapshot: borrowing LogSnapshot, _ report: inout VerificationReport) throws -> UInt64 {
    // Hashes are spread evenly: a part of their range holds that part of the identities.
    let parts = UInt64((Int(report.size) + Self.identitiesASearch - 1) / Self.identitiesASearch)
    var hours: UInt64 = 0
    for part in 0..<parts { try verify(snapshot, part, of: parts, &hours, &report) }
    return hours
  }

  private func verify(
    _ snapshot: borrowing LogSnapshot, _ part: UInt64, of parts: UInt64, _ hours: inout UInt64,
    _ report: inout VerificationReport
  ) throws {
    let size = report.size
    // Hashes that share a bit may be equal; few do, and those are looked at closely.
    let seen = HashBits(count: Int(min(size, UInt64(Self.identitiesASearch))))
    // Few are: these bits are to lie in the nearest memory.
    let shared = HashBits(count: Int(min(size, UInt64(Self.identitiesASearch))) / 32)
    var isAnyShared = false
    // Hashes are all over the bits.
    var queue = PrefetchQueue<UInt64>()
    func look(_ hash: UInt64) {
      guard !seen.insert(hash) else { return }
      _ = shared.insert(hash)
      isAnyShared = true
    }
    try snapshot.forEachIdentity { value, hour in
      guard value.position <= size else { return }
      if part == 0 {
        report.identityDigest &+= IdentityDigest.term(value.hash, hour, value.position)
        hours &+= IdentityDigest.term(0, hour, value.position)
      }
      guard parts == 1 || value.hash % parts == part else { return }
      seen.prefetch(value.hash)
      if let hash = queue.push(value.hash) { look(hash) }
    }
    queue.drain(look)
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

  /// What the hour of a fact's event adds.
  @inline(__always)
  static func term(_ fact: Fact, at position: UInt64) -> UInt64 { IdentityDigest.term(0, hour(of: fact), position) }

  /// The hour under which the identity of a fact's event is listed.
  @inline(__always)
  private static func hour(of fact: Fact) -> UInt64 {
    fact.flags.contains(.timeAssumed) ? IdentityKey.withoutTime : IdentityKey.hour(occurredMicros: fact.occurredMicros)
  }

  /// Looks for the positions that are listed under another hour than their facts', more than once, or not at all.
  func checkHours(_ snapshot: borrowing LogSnapshot, _ report: inout VerificationReport) throws {
    let size = report.size
    let facts = try snapshot.facts()
    let listed = PositionSet(upTo: size)
    try snapshot.forEachIdentity { value, hour in
      if value.position <= size { check(value, hour, facts, listed, &report) }
    }
    for position in stride(from: 1, through: size, by: 1) where !listed.contains(position) {
      report.add(.identityMissing, position, "no identity is listed under the hour of the event")
    }
  }

  private func check(
    _ value: IdentityValue, _ hour: UInt64, _ facts: RowReader<Fact>, _ listed: PositionSet,
    _ report: inout VerificationReport
  ) {
    guard value.position >= 1, Int(value.position) <= facts.count else {
      report.add(.surplusEntry, value.position, "an identity is listed for a position without a fact")
      return
    }
    guard hour == Self.hour(of: facts.row(at: Int(value.position) - 1)) else {
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

/// Hashes by one bit each: what is not there was not added; what is there may be another.
struct HashBits {
  private let places: PositionSet
  private let shift: UInt64

  /// Room for so many hashes: 4 to 32 bits for each, at most 32 MiB.
  init(count: Int) {
    let bits = min(28, max(10, 64 - (max(count, 1) * 32 - 1).leadingZeroBitCount))
    shift = UInt64(64 - bits)
    places = PositionSet(upTo: 1 << UInt64(bits))
  }

  /// Adds a hash; false when its bit was there already.
  func insert(_ hash: UInt64) -> Bool { places.insert(hash >> shift + 1) }

  /// Asks for the memory of the bit of a hash.
  @inline(__always)
  func prefetch(_ hash: UInt64) { places.prefetch(hash >> shift + 1) }

  /// Whether the bit of a hash is there.
  func contains(_ hash: UInt64) -> Bool { places.contains(hash >> shift + 1) }
}
