import EventLog
import Interchange
import ValueStream

/// CloudEvents on standard input, as one batch.
enum StandardInput {
  /// Most bytes that one transaction may take from standard input: more is an import.
  static let mostBytes = 256 << 20

  /// Prepares every event of standard input; the first one that is refused ends it.
  static func prepareAll(into batch: EventBatch, _ preparer: EventPreparer) throws {
    try EventInput.forEachElement(of: ByteSource(path: "-")) { bytes, line in
      try preparer.prepare(bytes, line: line, into: batch)
      guard batch.byteCount <= mostBytes else {
        throw Failure(
          code: .refused,
          message:
            "Standard input is larger than \(mostBytes >> 20) MiB, too much for one transaction. Use `vsl import -`.")
      }
    }
  }
}
