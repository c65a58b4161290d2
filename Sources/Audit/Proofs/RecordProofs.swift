import EventLog

extension LogSnapshot {
  /// What the leaf at a position commits to: recorded time (8 bytes, little-endian) and the event's bytes; nil when there is no such record.
  public func leafData(at position: UInt64) throws -> [UInt8]? {
    guard let record = try record(at: position) else { return nil }
    return withUnsafeBytes(of: record.recordedMicros.littleEndian) { Array($0) } + Array(record.bytes)
  }

  /// Proves that the record at a position is in the log of a checkpoint. O(log² n).
  ///
  /// - Parameter withRecord: whether the file shall hold the record itself.
  public func proof(
    of position: UInt64, in checkpoint: SignedCheckpoint, withRecord: Bool
  ) throws -> InclusionProofFile {
    let size = checkpoint.checkpoint.size
    guard let hashes = try inclusionProof(of: position, size: size) else {
      throw AuditError.refused(
        reason: position >= 1 && position <= self.size
          ? "The checkpoint has \(size) records and does not cover position \(position). Use a later one."
          : "There is no position \(position): the log has \(self.size) records.")
    }
    guard try root(size: size) == checkpoint.checkpoint.root else {
      throw AuditError.inconsistent(
        reason:
          "The checkpoint is not of this log: it has another root at \(size) records. Run `vsl verify --against` with it."
      )
    }
    return InclusionProofFile(
      record: withRecord ? try leafData(at: position) : nil, index: position - 1, proof: hashes, checkpoint: checkpoint)
  }
}
