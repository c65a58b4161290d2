import LMDB

/// Sizes of one table of the log.
public struct NamedTableStatistics: Sendable, Equatable {
  /// The table's name.
  public var name: String
  /// Its sizes; `entries` counts rows, values or records.
  public var statistics: TableStatistics
}

extension LogSnapshot {
  /// Sizes of every table, as of this snapshot. A row table's tail is counted with it. O(pages of the indexes).
  public func statistics() throws(LedgerError) -> [NamedTableStatistics] {
    try storage { () throws(LMDBError) in
      [
        NamedTableStatistics(name: "records", statistics: try tables.records.statistics(in: transaction)),
        NamedTableStatistics(name: "leaves", statistics: try tables.leaves.statistics(in: transaction)),
        NamedTableStatistics(name: "nodes", statistics: try tables.nodes.statistics(in: transaction)),
        NamedTableStatistics(name: "facts", statistics: try tables.facts.statistics(in: transaction)),
        NamedTableStatistics(name: "identity", statistics: try tables.identity.statistics(in: transaction)),
        NamedTableStatistics(name: "subjects", statistics: try tables.subjects.statistics(in: transaction)),
        NamedTableStatistics(name: "references", statistics: try tables.references.statistics(in: transaction)),
        NamedTableStatistics(name: "symbols", statistics: try tables.symbols.statistics(in: transaction)),
        NamedTableStatistics(name: "names", statistics: try tables.names.statistics(in: transaction)),
        NamedTableStatistics(name: "voids", statistics: try tables.voids.statistics(in: transaction)),
        NamedTableStatistics(name: "voidsPending", statistics: try tables.voidsPending.statistics(in: transaction)),
        NamedTableStatistics(name: "meta", statistics: try tables.meta.statistics(in: transaction)),
      ]
    }
  }

  /// Number of entries of every table, by its name. O(1).
  public func entryCounts() throws(LedgerError) -> [String: Int] {
    try storage { () throws(LMDBError) in
      [
        "records": try tables.records.count(in: transaction), "leaves": try tables.leaves.count(in: transaction),
        "nodes": try tables.nodes.count(in: transaction), "facts": try tables.facts.count(in: transaction),
        "identity": try tables.identity.count(in: transaction),
        "subjects": try tables.subjects.count(in: transaction),
        "references": try tables.references.count(in: transaction),
        "symbols": try tables.symbols.count(in: transaction), "names": try tables.names.count(in: transaction),
      ]
    }
  }

  /// How many records there can be: as many as the last one's position says, or as any of the tables holds that have an entry for each.
  /// Less than ``size`` only in a damaged file. O(1).
  func believableSize() throws(LedgerError) -> UInt64 {
    try storage { () throws(LMDBError) in
      let counts = [
        try tables.records.count(in: transaction), try tables.leaves.count(in: transaction),
        try tables.facts.count(in: transaction),
      ]
      return min(size, counts.reduce(0) { max($0, UInt64(clamping: $1)) })
    }
  }

  /// True when the identity index lists this hash at this position, under the hour of the occurred time, or among the events without
  /// time when that is nil. O(log n).
  public func containsIdentity(
    hash: UInt64, occurredMicros: Int64?, position: UInt64
  ) throws(LedgerError) -> Bool {
    let key = occurredMicros.map { IdentityKey.hour(occurredMicros: $0) } ?? IdentityKey.withoutTime
    return try storage { () throws(LMDBError) in
      try tables.identity.contains(IdentityValue(hash: hash, position: position), under: key, in: transaction)
    }
  }

  /// True when the event at a position is listed under a subject. O(log n).
  public func contains(subject: UInt32, position: UInt64) throws(LedgerError) -> Bool {
    try storage { () throws(LMDBError) in
      try tables.subjects.contains(position, under: UInt64(subject), in: transaction)
    }
  }

  /// True when the event at a position is listed as one that has a subject as its argument. O(log n).
  public func contains(reference subject: UInt32, position: UInt64) throws(LedgerError) -> Bool {
    try storage { () throws(LMDBError) in
      try tables.references.contains(position, under: UInt64(subject), in: transaction)
    }
  }

  /// True when the event at `position` is listed as one that voids `target`. O(log n).
  public func contains(void position: UInt64, of target: UInt64) throws(LedgerError) -> Bool {
    try storage { () throws(LMDBError) in try tables.voids.contains(position, under: target, in: transaction) }
  }
}
