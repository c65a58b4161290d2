import EventLog

/// Compares a log with checkpoints of it that were kept elsewhere.
public enum LogHistory {
  /// What became of a checkpoint.
  public struct Finding: Sendable, Equatable {
    /// The checkpoint.
    public var checkpoint: Checkpoint
    /// Nil when the log goes on from it.
    public var problem: String?
  }

  /// Checks that a log goes on from each of some checkpoints, and names the positions between which it parts from those that it does not
  /// go on from. O(log n) each.
  ///
  /// - Parameter recomputed: the root at a size as computed from the records themselves, where that is known.
  public static func compare(
    _ log: borrowing LogSnapshot, with checkpoints: [Checkpoint]
  ) throws -> [Finding] {
    var findings: [Finding] = []
    var lastAgreed: UInt64 = 0
    var parted = false
    for checkpoint in checkpoints.sorted(by: { $0.size < $1.size }) {
      var problem: String?
      if checkpoint.size > log.size {
        problem =
          "the log ends at position \(log.size); the checkpoint says that it had \(checkpoint.size): "
          + "\(checkpoint.size - log.size) records at the end are missing"
      } else if try log.root(size: checkpoint.size) != checkpoint.root {
        problem =
          parted
          ? "the log has another root at this size"
          : "the log has another root at this size: they part at a position from \(lastAgreed + 1) to \(checkpoint.size)"
        parted = true
      } else {
        lastAgreed = checkpoint.size
        if parted {
          problem = "the log has this root, but not that of a smaller checkpoint: they are of different logs"
        }
      }
      findings.append(Finding(checkpoint: checkpoint, problem: problem))
    }
    return findings
  }

  /// Signs the present state of a log; refuses when it does not go on from the state that the key signed last.
  public static func sign(
    _ log: borrowing LogSnapshot, size: UInt64? = nil, key: SignerKey, after last: SignedCheckpoint?
  ) throws -> SignedCheckpoint {
    let size = size ?? log.size
    if let last {
      let old = last.checkpoint
      guard old.origin == key.verifier.id.name else {
        throw AuditError.inconsistent(
          reason:
            "The last checkpoint is of \(old.origin), the key is \(key.verifier.id.name)'s. Use the log's own key.")
      }
      if let problem = try compare(log, with: [old])[0].problem {
        throw AuditError.inconsistent(
          reason: "This log does not go on from what the key signed last (\(old.size) records): \(problem). "
            + "Signing both would be proof of forgery. Restore the log, or begin another with a new key.")
      }
    }
    return try SignedCheckpoint(size: size, root: log.root(size: size), key: key)
  }
}
