import LMDB

/// Why the ledger refused something; nothing was written.
public enum LedgerError: Error, Equatable, Sendable {
  /// The folder holds no ledger.
  case notALedger(path: String)
  /// The folder holds a ledger already.
  case ledgerExists(path: String)
  /// The folder holds other files.
  case folderNotEmpty(path: String)
  /// The folder could not be made or looked at.
  case folderUnusable(path: String, reason: String)
  /// The ledger was written by a later version of this program.
  case newerFormat(found: Int, supported: Int, path: String)
  /// The ledger was opened for reading only.
  case readOnly(path: String)
  /// An event with the same source and id but other content is there already.
  case conflict(EventConflict)
  /// A subject does not have the number of events that the caller expected.
  case versionConflict(subject: String, expected: Int, actual: Int)
  /// The ledger knows as many value streams as it can hold.
  case tooManyStreams(limit: Int, line: Int)
  /// Records of a backup were recorded before the log's last.
  case recordedTimeDecreases(line: Int)
  /// Events were prepared by other rules for sealing personal fields than those that hold in the ledger.
  case sealingDiffers
  /// The file of the keys that an event's personal fields were sealed with could not be written.
  case keysUnusable(reason: String)
  /// A root was asked for at a size that the log has not reached.
  case sizeBeyondLog(asked: UInt64, size: UInt64)
  /// A stored entry is missing or does not have its form.
  case damaged(what: String, position: UInt64)
  /// The storage below failed.
  case storage(LMDBError)
  /// Something failed that should not be able to.
  case unexpected(String)
}

/// Two events that claim the same identity with different content.
public struct EventConflict: Equatable, Sendable {
  /// The `source` of both.
  public var source: String
  /// The `id` of both.
  public var id: String
  /// The position of the first; 0 when it stands in the same batch.
  public var firstPosition: UInt64
  /// The line of the first when it stands in the same batch, else 0.
  public var firstLine: Int
  /// The line of the second, from 1.
  public var line: Int

  /// Names two events.
  public init(source: String, id: String, firstPosition: UInt64, firstLine: Int, line: Int) {
    self.source = source
    self.id = id
    self.firstPosition = firstPosition
    self.firstLine = firstLine
    self.line = line
  }
}

extension LedgerError: LMDBErrorCarrier {
  /// An error of the storage.
  public init(_ error: LMDBError) { self = .storage(error) }

  /// The storage's error, when it is one.
  public var lmdbError: LMDBError? {
    if case .storage(let error) = self { error } else { nil }
  }

  /// Runs `body` and gives whatever it throws this type.
  static func wrap<R>(_ body: () throws -> R) throws(LedgerError) -> R {
    do {
      return try body()
    } catch let error as LedgerError {
      throw error
    } catch let error as LMDBError {
      throw .storage(error)
    } catch {
      throw .unexpected("\(error)")
    }
  }
}

extension LedgerError: CustomStringConvertible {
  /// What happened, where, and what to do next.
  public var description: String {
    switch self {
    case .notALedger(let path):
      "\(path) holds no ledger. Check the path, or make a ledger there first (vsl init)."
    case .ledgerExists(let path):
      "\(path) holds a ledger already. Use it, or choose another folder."
    case .folderNotEmpty(let path):
      "\(path) is not empty, and what is in it is no ledger. Choose a new or an empty folder."
    case .folderUnusable(let path, let reason):
      "\(path) cannot be used: \(reason). Check the path and its permissions."
    case .newerFormat(let found, let supported, let path):
      "The ledger in \(path) has format \(found); this program knows formats up to \(supported). Use a later version."
    case .readOnly(let path):
      "The ledger in \(path) was opened for reading only. Open it for writing to append."
    case .conflict(let conflict): conflict.description
    case .versionConflict(let subject, let expected, let actual):
      "\(subject) has \(actual) events, and \(expected) were expected: somebody else appended. "
        + "Read it again, decide again, and append with the new version."
    case .tooManyStreams(let limit, let line):
      "Line \(line) names a new value stream, and the ledger holds \(limit) already, its limit. "
        + "Use streams for flows of work, and labels for finer distinctions."
    case .recordedTimeDecreases(let line):
      "Record \(line) of the backup was recorded before the one in front of it: they do not belong together. "
        + "Check the order of the files."
    case .sealingDiffers:
      "The ledger seals personal fields, by rules that the events were not prepared by: the rules changed meanwhile, or the program "
        + "that prepared them did not ask for any. Nothing was appended. Start it again, with the file of the keys."
    case .keysUnusable(let reason):
      "The keys of sealed content could not be made durable: \(reason). Nothing was appended."
    case .sizeBeyondLog(let asked, let size):
      "The log has \(size) records; a root at size \(asked) is not known yet. Ask for a size up to \(size)."
    case .damaged(let what, let position):
      "Damaged at position \(position): \(what). Run a verification, and restore the ledger from a backup."
    case .storage(let error): error.description
    case .unexpected(let what): "\(what). This should not happen: please report it."
    }
  }
}

extension EventConflict: CustomStringConvertible {
  /// Both events, and what to do next.
  public var description: String {
    let first = firstPosition > 0 ? "position \(firstPosition)" : "line \(firstLine)"
    return "The event of line \(line) has the source \"\(source)\" and id \"\(id)\" of the event at \(first), "
      + "but other content. Give it an id of its own, or void the first and append a correction."
  }
}
