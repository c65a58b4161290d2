import CLMDB
import LMDB

/// Writes the identities of a batch's new events, in order of hour and hash.
enum IdentityWriter {
  static func write(
    _ duplicates: DuplicateSearch, _ positions: [UInt64], state: AppendState, tables: LogTables,
    in transaction: borrowing WriteTransaction
  ) throws(LMDBError) {
    var cursor = try Cursor(tables.identity, in: transaction)
    for entry in duplicates.entries {
      guard case .here = duplicates.firsts[entry.index] else { continue }
      var value = IdentityValue(hash: entry.hash, position: positions[entry.index])
      // Under an hour of which nothing is stored yet, ascending values can simply be appended, which packs the pages full.
      let isNewHour = !state.hasIdentities || entry.hour > state.newestHour
      try withUnsafeBytes(of: &value) { bytes throws(LMDBError) in
        try cursor.put(entry.hour, bytes, flags: isNewHour ? MDB_APPENDDUP : 0)
      }
    }
  }
}
