/// Something that verification found to be wrong.
public struct VerificationFinding: Equatable, Sendable {
  /// What is wrong.
  public enum Kind: String, Equatable, Sendable {
    /// A position without a record.
    case missingRecord
    /// A record whose recorded time is before its predecessor's.
    case recordedTimeDecreases
    /// A stored leaf is not the hash of its record.
    case leafMismatch
    /// A stored node is not the hash of those below it.
    case nodeMismatch
    /// A position without an identity, or with one under another hour than its event's.
    case identityMissing
    /// An identity, leaf, fact or other entry that no record accounts for.
    case surplusEntry
    /// The same source and id at two positions.
    case identityTwice
    /// A subject, reference or void that its index does not list.
    case indexMissing
    /// A table does not hold as many entries as the records call for.
    case countMismatch
    /// The file itself is damaged.
    case unreadable
  }

  /// What is wrong.
  public var kind: Kind
  /// Where; 0 when it concerns no single record.
  public var position: UInt64
  /// One sentence for people.
  public var description: String
}

/// What a verification of the log looked at and found.
public struct VerificationReport: Sendable {
  /// Findings kept; there may be more, see ``findingCount``.
  public static let maxFindings = 1000

  /// The last position looked at.
  public internal(set) var size: UInt64 = 0
  /// The root recomputed from the records.
  public internal(set) var root = MerkleHash.emptyRoot
  /// What the identity index adds up to (``IdentityDigest``).
  public internal(set) var identityDigest: UInt64 = 0
  /// The first findings: of the records by position, then of the indexes.
  public private(set) var findings: [VerificationFinding] = []
  /// Number of all findings.
  public private(set) var findingCount = 0

  /// True when nothing is wrong.
  public var isClean: Bool { findingCount == 0 }

  /// What the cores found together.
  static func combining(_ records: ArraySlice<VerificationLane>, _ indexes: ArraySlice<VerificationLane>) throws
    -> VerificationReport
  {
    var result = VerificationReport()
    for lane in records + indexes {
      if let failure = lane.failure { throw failure }
      result.size = lane.report.size
      result.findingCount += lane.report.findingCount
      result.identityDigest &+= lane.report.identityDigest
      // Only who looked at the last record knows it.
      if lane.report.root != .emptyRoot { result.root = lane.report.root }
    }
    result.findings = records.flatMap(\.report.findings).sorted { $0.position < $1.position }
    result.findings += indexes.flatMap(\.report.findings)
    result.findings.removeLast(max(0, result.findings.count - maxFindings))
    return result
  }

  mutating func add(_ kind: VerificationFinding.Kind, _ position: UInt64, _ description: String) {
    findingCount += 1
    guard findings.count < Self.maxFindings else { return }
    findings.append(VerificationFinding(kind: kind, position: position, description: description))
  }
}
