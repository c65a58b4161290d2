import Glibc
import LMDB

/// The record: an append-only log of events, verbatim, with its indexes and its Merkle tree, in one folder.
///
/// Any number of threads and processes read at once; appends queue up behind each other. A process opens a ledger once and shares the
/// log among its threads. **A thread must not append while it holds a snapshot**: see `Environment` of the LMDB layer.
///
/// ```swift
/// let log = try EventLog.create(at: "ledger", options: EventLogOptions())
/// let receipt = try log.append(batch, nowMicros: now)
/// try log.withSnapshot { snapshot in print(snapshot.size) }
/// ```
public final class EventLog: Sendable {
  /// The file of the log in a ledger's folder.
  public static let fileName = "log.mdb"

  /// The ledger's folder.
  public let directory: String
  /// True when it was opened for reading only.
  public let isReadOnly: Bool
  /// 16 random bytes that tell ledgers apart.
  public let ledgerID: [UInt8]
  /// When the ledger was created, in microseconds since 1970.
  public let createdMicros: Int64
  /// Whether unknown event types are taken.
  public let vocabularyMode: VocabularyMode
  /// The environment of `log.mdb`, for statistics, backups and checks.
  public let environment: Environment

  let tables: LogTables
  let appender: GuardedAppender

  private init(directory: String, environment: Environment, tables: LogTables, meta: LogMeta) {
    self.directory = directory
    self.environment = environment
    self.tables = tables
    isReadOnly = environment.options.readOnly
    ledgerID = meta.ledgerID
    createdMicros = meta.createdMicros
    vocabularyMode = meta.vocabularyMode
    appender = GuardedAppender(Appender(tables: tables))
  }

  /// Makes a new ledger in a folder that does not exist or is empty.
  ///
  /// A failure may leave the folder and a file without content behind, which `open` refuses.
  public static func create(at directory: String, options: EventLogOptions) throws(LedgerError) -> EventLog {
    try LedgerFolder.prepare(directory)
    return try LedgerError.wrap {
      let environment = try Environment(environmentOptions(directory, options))
      let tables = try LogTables(environment)
      var random = SystemRandomNumberGenerator()
      let meta = LogMeta(
        format: LogMeta.currentFormat,
        ledgerID: options.ledgerID ?? (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) },
        createdMicros: options.createdMicros ?? currentMicros(), vocabularyMode: options.vocabularyMode)
      // Written last: what has it is complete.
      try environment.write { transaction in try meta.write(to: tables.meta, in: transaction) }
      return EventLog(directory: directory, environment: environment, tables: tables, meta: meta)
    }
  }

  /// Opens the ledger in a folder.
  public static func open(at directory: String, options: EventLogOptions) throws(LedgerError) -> EventLog {
    guard LedgerFolder.holdsLog(directory) else { throw .notALedger(path: directory) }
    return try LedgerError.wrap {
      let environment = try openEnvironment(directory, options)
      guard try environment.hasTable("meta") else { throw LedgerError.notALedger(path: directory) }
      let table = try BytesTable(name: "meta", environment: environment)
      guard let meta = try environment.read({ try LogMeta.read(from: table, in: $0) }) else {
        throw LedgerError.notALedger(path: directory)
      }
      guard meta.format <= LogMeta.currentFormat else {
        throw LedgerError.newerFormat(found: meta.format, supported: LogMeta.currentFormat, path: directory)
      }
      return EventLog(
        directory: directory, environment: environment, tables: try LogTables(environment), meta: meta)
    }
  }

  /// The rules by which personal fields are sealed now, in the form that the last event about them has in ``EventBatch/newSealing``; nil when
  /// nothing is sealed.
  public func sealing() throws(LedgerError) -> [UInt8]? {
    try LedgerError.wrap {
      try environment.read { try LogMeta.sealing(in: tables.meta, $0).map { Array($0) } }
    }
  }

  private static func openEnvironment(_ directory: String, _ options: EventLogOptions) throws -> Environment {
    do {
      return try Environment(environmentOptions(directory, options))
    } catch  where error.isNoDatabase {
      throw LedgerError.notALedger(path: directory)
    }
  }

  private static func environmentOptions(_ directory: String, _ options: EventLogOptions) -> EnvironmentOptions {
    EnvironmentOptions(
      path: directory + "/" + fileName, initialMapSize: options.initialMapSize, maxReaders: options.maxReaders,
      readOnly: options.readOnly)
  }

  private static func currentMicros() -> Int64 {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    return Int64(now.tv_sec) * 1_000_000 + Int64(now.tv_nsec) / 1000
  }
}
