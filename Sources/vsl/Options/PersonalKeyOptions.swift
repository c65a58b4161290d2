import ArgumentParser
import EventLog
import ValueStream

/// The keys of sealed content.
struct PersonalKeyOptions: ParsableArguments {
  @Option(
    name: .long,
    help: ArgumentHelp(
      "The file of the keys that personal fields are sealed with. (default: $VSL_PERSONAL_KEYS)", valueName: "file"),
    completion: .file())
  var personalKeys: String?

  /// The file's path, when one is named.
  var path: String? { personalKeys ?? Output.environment("VSL_PERSONAL_KEYS") }

  /// The keys for a ledger that seals; nil when none are named, or the ledger seals nothing.
  func open(for log: EventLog) throws -> PersonalKeys? {
    guard let path, try log.sealing() != nil else { return nil }
    return try Self.open(path, log)
  }

  /// The keys, which must be named.
  func demand(for log: EventLog) throws -> PersonalKeys {
    guard let path else {
      throw Failure(
        code: .refused,
        message: "The file of the keys is not named. Give it with --personal-keys FILE, or in $VSL_PERSONAL_KEYS.")
    }
    return try Self.open(path, log)
  }

  private static func open(_ path: String, _ log: EventLog) throws -> PersonalKeys {
    let keys = try PersonalKeys(path: path, ledger: log.directory)
    if !keys.damagedLines.isEmpty {
      Output.error(
        "vsl: \(path): \(keys.damagedLines.count) lines are damaged, the first is line \(keys.damagedLines[0]). What was sealed "
          + "with their keys cannot be read; restore the file from its copy.\n")
    }
    return keys
  }

  /// A preparer of events for a ledger.
  func preparer(for log: EventLog) throws -> EventPreparer { try EventPreparer(for: log, keys: open(for: log)) }
}
