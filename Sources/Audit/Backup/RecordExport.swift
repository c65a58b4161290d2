import EventLog
import Glibc

/// Writes records with their recorded times to a file, or continues one: an incremental backup.
public enum RecordExport {
  /// Records and bytes of a segment, about.
  private static let recordsASegment = 20_000
  private static let bytesASegment = 8 << 20

  /// What was written.
  public struct Outcome: Sendable, Equatable {
    /// The position of the first record that was appended; one behind ``last`` when there was none.
    public var first: UInt64
    /// The last position that the file holds.
    public var last: UInt64
    /// The root at that position.
    public var root: MerkleHash
  }

  /// Appends the records behind those that the file holds, through the log's last. The file is synced before this returns; should it be cut
  /// off on the way, what is whole stays and the next run goes on from there.
  ///
  /// - Throws: ``AuditError/inconsistent(reason:)`` when the file is of another ledger, or of another history of this one.
  public static func append(
    _ log: EventLog, to path: String, progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
  ) throws -> Outcome {
    let descriptor = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw DurableFile.failure(path) }
    defer { close(descriptor) }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      throw AuditError.file(path: path, reason: "another backup is writing to it. Wait for that one to end")
    }
    let (held, end) = try check(path, log)
    // What a run that was cut off has left behind the last whole segment.
    guard ftruncate(descriptor, off_t(end)) == 0, lseek(descriptor, off_t(end), SEEK_SET) >= 0 else {
      throw DurableFile.failure(path)
    }
    let size = try log.snapshot().size
    var next = held + 1
    while next <= size {
      let segment = try segment(of: log, from: next, through: size)
      guard DurableFile.write(segment.encoded, to: descriptor) else { throw DurableFile.failure(path) }
      next = segment.end
      progress(next - 1, size)
    }
    guard fsync(descriptor) == 0 else { throw DurableFile.failure(path) }
    DurableFile.syncFolder(of: path)
    return Outcome(first: held + 1, last: max(held, size), root: try log.snapshot().root(size: max(held, size)))
  }

  /// The last position that a file holds, and where its whole segments end.
  private static func check(_ path: String, _ log: EventLog) throws -> (held: UInt64, end: UInt64) {
    var reader = try RecordFileReader(path)
    var last: RecordSegment?
    while let segment = try reader.next() { last = segment }
    guard let last else { return (0, reader.end) }
    let snapshot = try log.snapshot()
    let held = last.end - 1
    guard last.ledgerID == log.ledgerID, held <= snapshot.size, try snapshot.root(size: held) == last.rootAfter else {
      throw AuditError.inconsistent(
        reason:
          "\(path) holds \(held) records of another ledger, or of another history of this one. Choose another file.")
    }
    return (held, reader.end)
  }

  private static func segment(of log: EventLog, from first: UInt64, through last: UInt64) throws -> RecordSegment {
    let snapshot = try log.snapshot()
    var segment = RecordSegment(
      ledgerID: log.ledgerID, createdMicros: log.createdMicros, vocabularyMode: log.vocabularyMode, first: first,
      rootBefore: try snapshot.root(size: first - 1))
    try snapshot.forEachRecord(from: first, through: last) { record in
      guard record.position == segment.end else { return false }
      segment.append(record)
      return segment.count < recordsASegment && segment.body.count < bytesASegment
    }
    guard segment.count > 0 else { throw LedgerError.damaged(what: "the record is missing", position: first) }
    segment.rootAfter = try snapshot.root(size: segment.end - 1)
    return segment
  }
}
