import EventLog
import Foundation
import Glibc
import ValueStream

/// Makes a ledger from backups: a copied folder, files of records, or a folder and the files that go on from it.
///
/// Nothing is believed: every record of a copied log is hashed anew and compared with the checkpoint beside it; records of files are appended
/// like any others, and the roots that the files name must come out. A ledger that does not come out so is removed again.
public enum LogRestore {
  /// What was restored.
  public struct Outcome: Sendable, Equatable {
    /// Number of records.
    public var size: UInt64
    /// The root over them.
    public var root: MerkleHash
  }

  /// Restores into a folder that does not exist or is empty.
  ///
  /// - Parameters:
  ///   - keys: public keys that must have signed the checkpoint of a copied folder; none for one that is not signed.
  ///   - checkpoint: what must come out at its size, when there is one that was kept elsewhere.
  public static func restore(
    _ sources: [String], to folder: String, keys: [VerifierKey], checkpoint: Checkpoint? = nil,
    progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
  ) throws -> Outcome {
    let log = EventLog.fileName
    guard !FileManager.default.fileExists(atPath: folder + "/" + log) else {
      throw LedgerError.ledgerExists(path: folder)
    }
    do {
      let restored = try run(sources, folder, keys, progress)
      let snapshot = try restored.snapshot()
      if let checkpoint, let problem = try LogHistory.compare(snapshot, with: [checkpoint])[0].problem {
        throw AuditError.notProven(reason: "What was restored is not what the checkpoint says: \(problem).")
      }
      return Outcome(size: snapshot.size, root: try snapshot.root())
    } catch {
      for name in [log, log + "-lock"] { unlink(folder + "/" + name) }
      throw error
    }
  }

  private static func run(
    _ sources: [String], _ folder: String, _ keys: [VerifierKey], _ progress: (UInt64, UInt64) -> Void
  ) throws -> EventLog {
    var log: EventLog?
    for source in sources {
      var isFolder: ObjCBool = false
      guard FileManager.default.fileExists(atPath: source, isDirectory: &isFolder) else {
        throw AuditError.file(path: source, reason: String(cString: strerror(ENOENT)))
      }
      if isFolder.boolValue {
        guard log == nil else {
          throw AuditError.refused(reason: "A copied folder comes first, then the files of records that go on from it.")
        }
        log = try copy(source, folder, keys, progress)
      } else {
        log = try append(source, to: log, folder, progress)
      }
    }
    guard let log else { throw AuditError.refused(reason: "Name at least one backup to restore.") }
    return log
  }

  private static func copy(
    _ source: String, _ folder: String, _ keys: [VerifierKey], _ progress: (UInt64, UInt64) -> Void
  ) throws -> EventLog {
    let expected = try checkpoint(of: source, keys)
    let original = try EventLog.open(at: source, options: EventLogOptions(readOnly: true))
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    guard try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty else {
      throw LedgerError.folderNotEmpty(path: folder)
    }
    try original.environment.copy(to: folder + "/" + EventLog.fileName, compact: false)
    let log = try EventLog.open(at: folder, options: EventLogOptions())
    let report = try log.verifyLog(progress: progress)
    guard report.isClean, report.size == expected.size, report.root == expected.root else {
      throw AuditError.notProven(
        reason: "The backup in \(source) is damaged, or not the one of its checkpoint: "
          + (report.findings.first?.description ?? "\(report.size) records with the root \(report.root)") + ".")
    }
    try log.environment.sync()
    return log
  }

  private static func checkpoint(of source: String, _ keys: [VerifierKey]) throws -> Checkpoint {
    let path = source + "/" + LogBackup.checkpointName
    guard let data = FileManager.default.contents(atPath: path) else {
      throw AuditError.refused(reason: "There is no checkpoint in \(source): that is no backup of `vsl backup`.")
    }
    if !keys.isEmpty {
      let signed = try SignedCheckpoint(parsing: data)
      _ = try signed.verified(by: keys)
      return signed.checkpoint
    }
    if let signed = try? SignedCheckpoint(parsing: data) { return signed.checkpoint }
    return try Checkpoint(text: String(decoding: data, as: UTF8.self))
  }

  private static func append(
    _ path: String, to base: EventLog?, _ folder: String, _ progress: (UInt64, UInt64) -> Void
  ) throws -> EventLog {
    var reader = try RecordFileReader(path)
    var log = base
    while let segment = try reader.next() {
      let target = try log ?? create(folder, for: segment)
      log = target
      try append(segment, to: target, path)
      progress(reader.end, reader.size)
    }
    guard let log else { throw AuditError.refused(reason: "There are no records in \(path).") }
    guard reader.end == reader.size else {
      throw AuditError.notProven(
        reason: "The end of \(path) is missing: it is whole up to position \(try log.snapshot().size). "
          + "Run the backup again, or cut the file at byte \(reader.end) and restore what it holds.")
    }
    return log
  }

  private static func create(_ folder: String, for segment: RecordSegment) throws -> EventLog {
    try EventLog.create(
      at: folder,
      options: EventLogOptions(
        vocabularyMode: segment.vocabularyMode, createdMicros: segment.createdMicros, ledgerID: segment.ledgerID))
  }

  private static func append(_ segment: RecordSegment, to log: EventLog, _ path: String) throws {
    func wrong(_ reason: String) -> AuditError {
      .notProven(reason: "\(path), positions \(segment.first) to \(segment.end - 1): \(reason).")
    }
    let size = try log.snapshot().size
    guard segment.ledgerID == log.ledgerID else { throw wrong("they are of another ledger") }
    guard segment.first == size + 1 else {
      throw wrong("what is restored so far ends at position \(size): a file is missing, or the order is wrong")
    }
    guard try log.snapshot().root() == segment.rootBefore else { throw wrong("they go on from another history") }
    let preparer = EventPreparer(isStrict: segment.vocabularyMode == .strict)
    let batch = EventBatch(recordCapacity: segment.body.count + 1 << 16)
    var times: [Int64] = []
    let isWhole = try segment.forEachRecord { micros, event in
      try preparer.prepare(event, line: Int(segment.first) + times.count, into: batch)
      times.append(micros)
    }
    guard isWhole else { throw wrong("they are fewer than they should be") }
    batch.recordedTimes = times
    let receipt = try log.append(batch, nowMicros: times.last ?? 0)
    guard receipt.duplicates == 0, try log.snapshot().root() == segment.rootAfter else {
      throw wrong("their root is not the one that the file names")
    }
  }
}
