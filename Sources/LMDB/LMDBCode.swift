import CLMDB
import Glibc

/// Names of the codes that LMDB returns, and what to do about each.
enum LMDBCode {
  private struct Entry {
    let code: Int32
    let name: String
    let advice: String
  }

  private static let entries: [Entry] = [
    Entry(code: MDB_MAP_FULL, name: "MDB_MAP_FULL", advice: "Open it with a larger map."),
    Entry(code: MDB_MAP_RESIZED, name: "MDB_MAP_RESIZED", advice: "Another process grew the file: try again."),
    Entry(
      code: MDB_READERS_FULL, name: "MDB_READERS_FULL",
      advice: "Too many reads at once: end some, or open it with a larger maxReaders in every process."),
    Entry(code: MDB_CORRUPTED, name: "MDB_CORRUPTED", advice: "The file is damaged: restore it from a backup."),
    Entry(
      code: MDB_PAGE_NOTFOUND, name: "MDB_PAGE_NOTFOUND", advice: "The file is damaged: restore it from a backup."),
    Entry(code: MDB_PANIC, name: "MDB_PANIC", advice: "A write failed half-way: close it and open it again."),
    Entry(
      code: MDB_VERSION_MISMATCH, name: "MDB_VERSION_MISMATCH",
      advice: "The file was written by another version of LMDB: use the one that wrote it."),
    Entry(code: MDB_INVALID, name: "MDB_INVALID", advice: "The file is no LMDB file: check the path."),
    Entry(code: MDB_DBS_FULL, name: "MDB_DBS_FULL", advice: "Open it with a larger maxTables."),
    Entry(code: MDB_TXN_FULL, name: "MDB_TXN_FULL", advice: "Write less in one transaction."),
    Entry(code: MDB_NOTFOUND, name: "MDB_NOTFOUND", advice: "The table or entry does not exist."),
    Entry(code: MDB_KEYEXIST, name: "MDB_KEYEXIST", advice: "The entry exists already, or is out of order."),
    Entry(code: MDB_BAD_VALSIZE, name: "MDB_BAD_VALSIZE", advice: "Keys have 1 to 511 bytes."),
    Entry(
      code: MDB_INCOMPATIBLE, name: "MDB_INCOMPATIBLE",
      advice: "The table was made with other options: the file was not written by this program."),
    Entry(code: MDB_BAD_DBI, name: "MDB_BAD_DBI", advice: "Open tables before the transaction that uses them."),
    Entry(code: MDB_BAD_TXN, name: "MDB_BAD_TXN", advice: "Begin a new transaction."),
    Entry(code: MDB_BAD_RSLOT, name: "MDB_BAD_RSLOT", advice: "Begin a new transaction."),
    Entry(code: ENOSPC, name: "ENOSPC", advice: "The disk is full: free some space and try again; nothing is lost."),
    Entry(code: EDQUOT, name: "EDQUOT", advice: "The quota is used up: free some space and try again."),
    Entry(code: EACCES, name: "EACCES", advice: "Check the file's permissions, or open it for reading only."),
    Entry(code: EPERM, name: "EPERM", advice: "Check the file's permissions, or open it for reading only."),
    Entry(code: EROFS, name: "EROFS", advice: "The file system is read-only: open it for reading only."),
    Entry(code: ENOENT, name: "ENOENT", advice: "Check the path."),
    Entry(code: EAGAIN, name: "EAGAIN", advice: "The lock file is busy: try again."),
    Entry(code: EBUSY, name: "EBUSY", advice: "It is in use: try again."),
    Entry(code: EINVAL, name: "EINVAL", advice: "The operation is not possible on this file or transaction."),
    Entry(code: EIO, name: "EIO", advice: "The disk reported an error: check it, and the backups."),
    Entry(code: ENOMEM, name: "ENOMEM", advice: "No memory or address space is left for the map."),
    Entry(code: EMFILE, name: "EMFILE", advice: "Too many open files: raise the limit (ulimit -n)."),
  ]

  /// The symbolic name of a code.
  static func name(of code: Int32) -> String {
    entries.first { $0.code == code }?.name ?? "code \(code)"
  }

  /// What to do about a code.
  static func advice(for code: Int32) -> String {
    entries.first { $0.code == code }?.advice ?? "Try again; if it stays, check the disk and restore a backup."
  }
}
