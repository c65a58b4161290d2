import EventLog
import LMDB

/// What a ledger holds.
public struct LedgerStatistics: Sendable {
  /// One table of one of the ledger's files.
  public struct Table: Sendable {
    /// `log` or `books`.
    public var file: String
    /// The table's name.
    public var name: String
    /// Keys, or rows of a row table.
    public var entries: Int
    /// Bytes of its pages.
    public var bytes: Int
  }

  /// The last position.
  public var size: UInt64
  /// When the last event was recorded, in microseconds since 1970.
  public var lastRecordedMicros: Int64?
  /// The Merkle root, in hexadecimal.
  public var root: String
  /// The tables of both files.
  public var tables: [Table]
}

extension Ledger {
  /// Counts and sizes; brings the books up to date first. Cost: a look at each table's root page.
  public func statistics() throws -> LedgerStatistics {
    try catchUp()
    let snapshot = try log.snapshot()
    let store = try booksStore()
    var tables = try snapshot.statistics().map {
      LedgerStatistics.Table(file: "log", name: $0.name, entries: $0.statistics.entries, bytes: $0.statistics.bytes)
    }
    try store.environment.read { transaction in
      func add(_ name: String, _ statistics: TableStatistics) {
        tables.append(
          LedgerStatistics.Table(file: "books", name: name, entries: statistics.entries, bytes: statistics.bytes))
      }
      add("book.arrivals", try store.arrivals.statistics(in: transaction))
      add("book.visits", try store.visits.statistics(in: transaction))
      add("book.completions", try store.completions.statistics(in: transaction))
      add("book.defects", try store.defects.statistics(in: transaction))
      add("book.blocks", try store.blocks.statistics(in: transaction))
      add("book.events", try store.events.statistics(in: transaction))
      let index = store.visitIndex.sides[try store.visitIndex.state(in: transaction).side]
      add("visits.settled", try index.settled.statistics(in: transaction))
      add("visits.corrected", try index.corrected.statistics(in: transaction))
      add("names", try store.names.statistics(in: transaction))
      add("deployments.changes", try store.deployedChanges.statistics(in: transaction))
      add("facts.outline", try store.outlines.statistics(in: transaction))
      add("defects.rows", try store.defectRows.statistics(in: transaction))
    }
    return LedgerStatistics(
      size: snapshot.size, lastRecordedMicros: snapshot.lastRecordedMicros,
      root: try snapshot.root().description, tables: tables)
  }
}
