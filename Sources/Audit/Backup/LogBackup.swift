import EventLog
import Foundation
import Glibc

/// A whole copy of a ledger in use: the log's file without its free pages, and the checkpoint that it was checked against.
public enum LogBackup {
  /// The checkpoint's file in the backup's folder.
  public static let checkpointName = "checkpoint"

  /// Copies a log into a folder that does not exist or is empty, and checks every record of the copy. Others read and append meanwhile; what
  /// they append after the beginning is not in the copy. A failure leaves nothing behind that `restore` would take.
  ///
  /// - Parameter sign: makes the checkpoint of the copied log; nil for one without signature.
  /// - Returns: what the copy holds.
  public static func copy(
    _ log: EventLog, to folder: String, sign: ((EventLog) throws -> SignedCheckpoint)?,
    progress: (_ done: UInt64, _ total: UInt64) -> Void = { _, _ in }
  ) throws -> Checkpoint {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
      guard try FileManager.default.contentsOfDirectory(atPath: folder).isEmpty else {
        throw AuditError.file(path: folder, reason: "it is not empty. Choose a new folder for the backup")
      }
    } catch let error as AuditError {
      throw error
    } catch {
      throw AuditError.file(path: folder, reason: error.localizedDescription)
    }
    let path = folder + "/" + EventLog.fileName
    do {
      try log.environment.copy(to: path, compact: true)
      try sync(path)
      let copy = try EventLog.open(at: folder, options: EventLogOptions(readOnly: true))
      let report = try copy.verifyLog(progress: progress)
      guard report.isClean else {
        throw AuditError.notProven(
          reason: "The copy is not right, since the ledger is not: \(report.findings[0].description). Run `vsl verify`."
        )
      }
      let signed = try sign?(copy)
      let identifier = copy.ledgerID.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
      let origin = signed?.checkpoint.origin ?? "ledger-\(identifier)"
      let checkpoint = Checkpoint(origin: origin, size: report.size, root: report.root)
      try DurableFile.replace(
        folder + "/" + checkpointName, with: Array((signed?.note.encoded ?? checkpoint.text).utf8))
      unlink(path + "-lock")
      return checkpoint
    } catch {
      unlink(path)
      unlink(path + "-lock")
      throw error
    }
  }

  private static func sync(_ path: String) throws(AuditError) {
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw DurableFile.failure(path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw DurableFile.failure(path) }
  }
}
