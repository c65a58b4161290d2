import EventLog
import ValueStream

/// Why an input cannot be read, or an import had to stop.
public enum ImportError: Error, Equatable, Sendable {
  /// The file cannot be opened.
  case cannotOpen(path: String, reason: String)
  /// Reading failed on the way.
  case cannotRead(path: String, reason: String)
  /// A gzip file ends before its last member does.
  case truncatedCompression(path: String)
  /// A gzip file does not have its form, or its checksum is wrong.
  case damagedCompression(path: String, reason: String)
  /// None of the formats that are known.
  case unknownFormat(path: String, beginning: String)
  /// The text breaks the rules of its format so that nothing after it can be trusted.
  case malformed(path: String, line: Int, reason: String)
  /// The text ends in the middle.
  case truncated(path: String, line: Int, reason: String)
  /// An event was refused, and the import was to stop at the first.
  case refused(path: String, EventRefusal)
  /// The file for refused events cannot be written.
  case cannotWriteRejects(path: String, reason: String)
  /// The keys that personal fields are to be sealed with cannot be used.
  case keys(PersonalKeysError)
  /// The ledger refused a batch for another reason than one of its events.
  case ledger(LedgerError)
}

extension ImportError: CustomStringConvertible {
  /// What happened, where, and what to do next.
  public var description: String {
    switch self {
    case .cannotOpen(let path, let reason):
      "\(path) cannot be opened: \(reason). Check the path and its permissions."
    case .cannotRead(let path, let reason):
      "\(path) could not be read to its end: \(reason). Try again: what is there already is not imported twice."
    case .truncatedCompression(let path):
      "\(path) is a gzip file that ends too early. Fetch it again; what was imported stays and is not imported twice."
    case .damagedCompression(let path, let reason):
      "\(path) is a damaged gzip file (\(reason)). Fetch it again, or check it with gzip -t."
    case .keys(let error): error.description
    case .unknownFormat(let path, let beginning):
      "\(path) begins with \"\(beginning)\", which is neither CloudEvents in JSON (one a line, or an array) nor XES. "
        + "Convert it to one of these."
    case .malformed(let path, let line, let reason): "\(path), line \(line): \(reason)."
    case .truncated(let path, let line, let reason):
      "\(path), line \(line): \(reason). The file seems to be cut off: fetch it again."
    case .refused(let path, let refusal): "\(path), \(refusal.description)"
    case .cannotWriteRejects(let path, let reason):
      "The refused events cannot be written to \(path): \(reason). Choose another file."
    case .ledger(let error): error.description
    }
  }
}
