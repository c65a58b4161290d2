import EventLog
import Foundation
import Projections
import ValueStream

/// Erases the sealed content of a person or an item: destroys its key, and records that.
///
/// The records stay as they are, and with them every hash, proof and number; but nobody can decrypt the content any more, in whatever copy of
/// the ledger. In this order: the events are found; the erasure is appended to the log; the key's line is overwritten; the books are made
/// anew; the certificate is made. An erasure that was interrupted is done again in the same way, or by the key's id.
public struct ContentErasure {
  /// What an erasure would do.
  public struct Plan: Sendable {
    /// The id of the key.
    public var keyID: String
    /// The kind of its owner, `person` or a class of subjects; nil when the key was destroyed before.
    public var ownerKind: String?
    /// The positions of the events with its content.
    public var positions: [UInt64]
    /// The positions of events that hold the same texts in clear.
    public var clearPositions: [UInt64]
  }

  private let ledger: Ledger
  private let keys: PersonalKeys
  private let source = "/vsl/erasure"

  /// An erasure from a ledger that seals with these keys.
  public init(ledger: Ledger, keys: PersonalKeys) throws {
    guard let rules = try SealingRules(of: ledger.log) else {
      throw AuditError.refused(
        reason: "The ledger in \(ledger.directory) seals nothing: what it holds, it holds in clear and for ever. "
          + "`vsl seal` makes it seal what comes from now on.")
    }
    guard rules.store == keys.storeID else {
      throw AuditError.refused(
        reason:
          "\(keys.path) has the id \(keys.storeID), and the ledger seals with the keys of \(rules.store). Name that file."
      )
    }
    self.ledger = ledger
    self.keys = keys
  }

  /// Finds what an erasure would make unreadable. Reads every record, once or twice.
  public func plan(
    _ subject: ErasureSubject, progress: (UInt64, UInt64) -> Void = { _, _ in }
  ) throws -> Plan {
    let keyID = try keyID(of: subject)
    var scan = SealedScan(keyID: keyID, keys: keys)
    try scan.findSealed(ledger.log, from: 1, progress)
    try scan.findClear(ledger.log, progress)
    return Plan(
      keyID: keyID, ownerKind: keys.key(id: keyID)?.owner.kind, positions: scan.positions,
      clearPositions: scan.clearPositions)
  }

  /// Carries a plan out.
  ///
  /// - Returns: The certificate, not yet signed.
  public func erase(
    _ plan: Plan, reason: String?, nowMicros: Int64, progress: (UInt64, UInt64) -> Void = { _, _ in }
  ) throws -> ErasureCertificate {
    var plan = plan
    let seen = try ledger.log.snapshot().size
    let position = try recordedPosition(plan.keyID) ?? append(plan, reason, nowMicros)
    _ = try keys.destroy(id: plan.keyID, atMicros: nowMicros)
    // What others appended meanwhile may have been sealed with the key still.
    var late = SealedScan(keyID: plan.keyID, keys: keys)
    try late.findSealed(ledger.log, from: seen + 1, progress)
    plan.positions += late.positions.filter { $0 != position }
    try ledger.rebuild()
    let copies = CopyRegister.read(ledger.directory)
    let snapshot = try ledger.log.snapshot()
    return ErasureCertificate(
      ledgerID: ledger.log.ledgerID, plan: plan, erasedMicros: nowMicros, position: position, size: snapshot.size,
      root: try snapshot.root(), copies: copies.entries, unreadableCopies: copies.unreadable)
  }

  /// The position of the event that says that a key's content was erased; nil when there is none.
  public static func recordedPosition(_ keyID: String, in snapshot: borrowing LogSnapshot) throws -> UInt64? {
    let name = [SubjectClass.key.rawValue] + Array(keyID.utf8)
    guard let symbol = try name.withUnsafeBytes({ try snapshot.symbolID($0, in: .subject) }) else { return nil }
    var found: UInt64?
    let filter = RecordFilter(kinds: KindSet([EventKind.contentErased.rawValue]), subject: symbol)
    try snapshot.forEachFact(matching: filter, from: 1, through: snapshot.size, reversed: false) { position, _ in
      found = position
      return false
    }
    return found
  }

  private func recordedPosition(_ keyID: String) throws -> UInt64? {
    try Self.recordedPosition(keyID, in: ledger.log.snapshot())
  }

  private func keyID(of subject: ErasureSubject) throws -> String {
    switch subject {
    case .owner(let owner):
      if let key = keys.key(of: owner) { return key.id }
      let unfinished = try keys.erasedIDs.filter { try recordedPosition($0) == nil }
      throw AuditError.refused(
        reason: "There is no key of \(owner): nothing of it was sealed, or it was erased before."
          + (unfinished.isEmpty
            ? "" : " An erasure was not finished; do it again with key:\(unfinished.joined(separator: ", key:"))."))
    case .key(let id):
      guard keys.key(id: id) != nil || keys.isErased(id: id) else {
        throw AuditError.refused(reason: "\(keys.path) holds no key \(id), and none was destroyed.")
      }
      return id
    }
  }

  private func append(_ plan: Plan, _ reason: String?, _ nowMicros: Int64) throws -> UInt64 {
    guard let definition = Vocabulary.standard.definition(of: .contentErased) else {
      throw AuditError.refused(reason: "The vocabulary has no event for an erasure.")
    }
    var draft = EventDraft(
      definition, id: "erased-\(plan.keyID)", source: source, subject: plan.keyID, timeMicros: nowMicros)
    try draft.set("events", String(plan.positions.count))
    if let reason { try draft.set("reason", reason) }
    let batch = EventBatch()
    let preparer = try EventPreparer(for: ledger.log, keys: keys)
    try draft.line.withUnsafeBytes { try preparer.prepare($0, line: 1, into: batch) }
    let receipt = try ledger.log.append(batch, nowMicros: nowMicros)
    return receipt.lastPosition
  }
}
