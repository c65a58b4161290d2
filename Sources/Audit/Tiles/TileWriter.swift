import EventLog
import Foundation
import Glibc

/// Writes a log as static files that monitors of transparency logs read (C2SP tlog-tiles): the checkpoint, the tree in tiles of 256 hashes,
/// and the records in bundles of 256.
///
/// Files of full tiles never change: those that are there from an earlier run are kept. The checkpoint takes its place last, so that whoever
/// reads meanwhile finds all that it names.
public struct TileWriter {
  /// What was written.
  public struct Outcome: Sendable, Equatable {
    /// Files written.
    public var written = 0
    /// Files that were there.
    public var kept = 0
  }

  private let folder: String
  private let withEntries: Bool
  private var outcome = Outcome()

  /// - Parameter withEntries: whether to write the records too, not only their hashes.
  public init(folder: String, withEntries: Bool) {
    self.folder = folder
    self.withEntries = withEntries
  }

  /// Writes the tree of a checkpoint. O(records that no full tile holds yet), and a look at each file that is there.
  public mutating func write(
    _ checkpoint: SignedCheckpoint, of log: borrowing LogSnapshot, progress: (_ done: UInt64, _ total: UInt64) -> Void
  ) throws -> Outcome {
    let size = checkpoint.checkpoint.size
    guard size <= log.size, try log.root(size: size) == checkpoint.checkpoint.root else {
      throw AuditError.inconsistent(
        reason: "The checkpoint is not of this log: it has another root at \(size) records.")
    }
    if let old = FileManager.default.contents(atPath: folder + "/checkpoint") {
      let last = try SignedCheckpoint(parsing: old).checkpoint
      if let problem = try LogHistory.compare(log, with: [last])[0].problem {
        throw AuditError.inconsistent(
          reason:
            "The tiles in \(folder) are of another log, or of another state of this one: \(problem). Choose another folder."
        )
      }
    }
    var level = 0
    while size >> UInt64(8 * level) > 0 {
      try writeLevel(level, size: size, log) { if level == 0 { progress($0, size) } }
      level += 1
    }
    try replace("checkpoint", Array(checkpoint.note.encoded.utf8), isDurable: true)
    return outcome
  }

  private mutating func writeLevel(
    _ level: Int, size: UInt64, _ log: borrowing LogSnapshot, progress: (UInt64) -> Void
  ) throws {
    let hashes = size >> UInt64(8 * level)
    var number: UInt64 = 0
    while number * TilePath.width < hashes {
      let first = number * TilePath.width
      let width = min(TilePath.width, hashes - first)
      let path = TilePath.tile(level: level, number, width: width)
      if !isThere(path) {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Int(width) * 32)
        for index in first..<first + width {
          bytes += try log.subtreeRoot(level: 8 * level, end: (index + 1) << UInt64(8 * level)).bytes
        }
        try replace(path, bytes)
      }
      if level == 0, withEntries { try writeEntries(number, first: first, width: width, log) }
      progress(first + width)
      number += 1
    }
  }

  private mutating func writeEntries(
    _ number: UInt64, first: UInt64, width: UInt64, _ log: borrowing LogSnapshot
  ) throws {
    let path = TilePath.entries(number, width: width)
    guard !isThere(path) else { return }
    var bytes: [UInt8] = []
    for position in first + 1...first + width {
      guard let data = try log.leafData(at: position) else {
        throw LedgerError.damaged(what: "the record is missing", position: position)
      }
      guard let length = UInt16(exactly: data.count) else {
        throw AuditError.refused(
          reason:
            "The record at position \(position) has \(data.count) bytes; an entry of a tile holds 65,535 at most. "
            + "Write the hashes alone (--hashes-only).")
      }
      withUnsafeBytes(of: length.bigEndian) { bytes += $0 }
      bytes += data
    }
    try replace(path, bytes)
  }

  private mutating func isThere(_ path: String) -> Bool {
    var status = stat()
    let isThere = stat(folder + "/" + path, &status) == 0 && status.st_size > 0
    if isThere { outcome.kept += 1 }
    return isThere
  }

  /// Writes a file beside its place and moves it there.
  private mutating func replace(_ path: String, _ bytes: [UInt8], isDurable: Bool = false) throws {
    let full = folder + "/" + path
    do {
      try FileManager.default.createDirectory(
        atPath: (full as NSString).deletingLastPathComponent, withIntermediateDirectories: true)
    } catch {
      throw AuditError.file(path: full, reason: error.localizedDescription)
    }
    try DurableFile.replace(full, with: bytes, isDurable: isDurable)
    outcome.written += 1
  }
}
