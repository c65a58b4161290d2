import EventLog
import Foundation
import Projections
import Tables
import ValueStream

/// An answer with all that somebody needs to check it who has neither the ledger nor trust in who keeps it: the question, the definition, the
/// events behind it, the proof that they are in the log, and the signed checkpoint.
public struct EvidenceBundle: Sendable {
  /// What it says of itself.
  public var manifest: EvidenceManifest
  /// The answer, as JSON.
  public var answer: [UInt8]
  /// The signed checkpoint at the manifest's position.
  public var checkpoint: SignedCheckpoint
  var records: DisclosedRecords
  /// The hashes of what is withheld; see ``TreeCover``.
  var withheld: [MerkleHash]

  /// Asks a question of a view.
  public typealias Ask = (borrowing LedgerView, _ knownAt: UInt64?) throws -> Answer

  /// Makes a bundle.
  ///
  /// - Parameters:
  ///   - question: the arguments that ask again, with the instant that the answer is about.
  ///   - filter: the question's filter, by which events are chosen.
  ///   - allEvents: whether to disclose every record up to the position, so that nothing can have been left out.
  ///   - ask: asks the question, of all that is known in a view or up to a position.
  ///   - sign: signs the log's state at a size.
  public static func make(
    metric: any Projection, question: [String], filter: Filter, position: UInt64, allEvents: Bool, of ledger: Ledger,
    ask: Ask, sign: (UInt64) throws -> SignedCheckpoint
  ) throws -> EvidenceBundle {
    let view = try ledger.view()
    let answer = try ask(view, position)
    let snapshot = try ledger.log.snapshot()
    let checkpoint = try sign(position)
    var positions = allEvents ? nil : try EvidenceSelection.positions(for: filter, through: position, snapshot)
    var records = try disclose(positions, through: position, snapshot)
    // Of too few events the question may not even be understood.
    var recomputed =
      try positions == nil
      ? recompute(records, ledger.log.vocabularyMode, ask) : try? recompute(records, ledger.log.vocabularyMode, ask)
    if positions != nil, recomputed?.digest != answer.digest {
      // The choice left out something that counts.
      positions = nil
      records = try disclose(nil, through: position, snapshot)
      recomputed = try recompute(records, ledger.log.vocabularyMode, ask)
    }
    guard recomputed?.digest == answer.digest else {
      throw AuditError.notProven(
        reason: "The records do not give the answer that the ledger gives. Run `vsl verify`, then `vsl rebuild`.")
    }
    let disclosed = UInt64(records.entries.count)
    let manifest = EvidenceManifest(
      metric: metric.name, definition: metric.definition, question: question, position: position,
      answerDigest: answer.digest, projectionVersion: Ledger.projectionVersion,
      ledger: ledger.log.ledgerID.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(),
      isOpenVocabulary: ledger.log.vocabularyMode == .open, disclosed: disclosed, withheld: position - disclosed,
      statement: EvidenceManifest.statement(disclosed: disclosed, withheld: position - disclosed))
    let hashes = try TreeCover.hashes(size: position, disclosed: records.entries.map(\.position)) {
      try snapshot.rangeRoot(from: $0, before: $1)
    }
    return try EvidenceBundle(
      manifest: manifest, answer: answer.encoded(as: .json, style: TerminalStyle(width: 100, isColoured: false)),
      checkpoint: checkpoint, records: records, withheld: hashes)
  }

  private static func disclose(
    _ positions: [UInt64]?, through last: UInt64, _ log: borrowing LogSnapshot
  ) throws -> DisclosedRecords {
    var records = DisclosedRecords()
    if let positions {
      for position in positions {
        guard let record = try log.record(at: position) else {
          throw LedgerError.damaged(what: "the record is missing", position: position)
        }
        records.entries.append(entry(record))
      }
    } else if last > 0 {
      try log.forEachRecord(through: last) { record in
        records.entries.append(entry(record))
        return true
      }
    }
    return records
  }

  private static func entry(_ record: Record) -> DisclosedRecords.Entry {
    DisclosedRecords.Entry(
      position: record.position, recordedMicros: record.recordedMicros, event: Array(record.bytes))
  }

  /// What a verification found.
  public struct Verdict: Sendable {
    /// The answer, recomputed from the bundle's records.
    public var answer: Answer
    /// Whether the program's projections are of the version that made the bundle.
    public var isSameVersion: Bool
  }

  /// Checks everything that is in the bundle: that the disclosed records and the hashes of the others make the checkpoint's root, and that
  /// the records give the answer. Signatures are the caller's to check.
  public func verify(ask: Ask) throws -> Verdict {
    let checkpoint = checkpoint.checkpoint
    guard manifest.format == EvidenceManifest.currentFormat else {
      throw AuditError.malformed(
        what: "evidence", reason: "its form \(manifest.format.prefix(40)) is not known to this program")
    }
    guard checkpoint.size == manifest.position else {
      throw AuditError.notProven(
        reason: "The checkpoint is of \(checkpoint.size) records, the answer of \(manifest.position).")
    }
    let positions = records.entries.map(\.position)
    guard positions.last ?? 0 <= checkpoint.size, UInt64(positions.count) == manifest.disclosed,
      manifest.disclosed <= manifest.position, manifest.withheld == manifest.position - manifest.disclosed,
      TreeCover.root(
        size: checkpoint.size, disclosed: positions, leaves: records.entries.map(\.leaf), hashes: withheld)
        == checkpoint.root
    else {
      throw AuditError.notProven(
        reason:
          "The records of the bundle do not lead to the root of the checkpoint: one was changed, moved, added or left out."
      )
    }
    guard let answer = try Self.recompute(records, manifest.isOpenVocabulary ? .open : .strict, ask) else {
      throw AuditError.notProven(reason: "A record of the bundle is no event that this program knows.")
    }
    let isSameVersion = manifest.projectionVersion == Ledger.projectionVersion
    guard answer.digest == manifest.answerDigest else {
      throw AuditError.notProven(
        reason:
          "The events of the bundle give another answer (digest \(answer.digest)) than the bundle claims (\(manifest.answerDigest.prefix(64)))."
          + (isSameVersion
            ? ""
            : " It was made by version \(manifest.projectionVersion) of the projections; this is \(Ledger.projectionVersion).")
      )
    }
    return Verdict(answer: answer, isSameVersion: isSameVersion)
  }

  /// The answer that some records give by themselves, in a ledger made for it; nil when one of them is no event.
  private static func recompute(_ records: DisclosedRecords, _ mode: VocabularyMode, _ ask: Ask) throws -> Answer? {
    let folder = NSTemporaryDirectory() + "/vsl-evidence-\(UUID().uuidString)"
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let ledger = try Ledger.create(at: folder, options: EventLogOptions(vocabularyMode: mode))
    let preparer = EventPreparer(isStrict: mode == .strict)
    var batch = EventBatch()
    var times: [Int64] = []
    for (index, entry) in records.entries.enumerated() {
      guard (try? entry.event.withUnsafeBytes { try preparer.prepare($0, line: index + 1, into: batch) }) != nil else {
        return nil
      }
      times.append(entry.recordedMicros)
      if batch.count == 20_000 || index == records.entries.count - 1 {
        batch.recordedTimes = times
        _ = try ledger.log.append(batch, nowMicros: 0)
        batch = EventBatch()
        times = []
      }
    }
    return try ask(ledger.view(), nil)
  }
}
