import Glibc

/// A file that is written beside the one it will replace, so that no reader ever finds half of it.
final class ReplacementFile {
  /// Where to write: the path with `.new`. The file is there, empty, and nobody else's.
  let temporaryPath: String
  private let path: String
  private var descriptor: Int32 = -1

  /// Makes the empty file; what an earlier program left in it when it was ended is lost.
  ///
  /// Refuses a path that is there but no regular file: a device must not be replaced by a file.
  init(path: String) throws(SQLiteError) {
    self.path = path
    temporaryPath = path + ".new"
    var existing = stat()
    let isThere = stat(path, &existing) == 0
    if isThere, existing.st_mode & S_IFMT == S_IFDIR { throw error(.system(EISDIR), "making the file") }
    if isThere, existing.st_mode & S_IFMT != S_IFREG { throw error(.system(ENOTSUP), "making the file") }
    try checkJournals()
    try lock()
    for suffix in Self.journals { unlink(temporaryPath + suffix) }
    guard ftruncate(descriptor, 0) == 0 else { throw systemError("emptying the file") }
    // Who could not read the old file shall not read the new one.
    if isThere, fchmod(descriptor, existing.st_mode & 0o777) != 0 { throw systemError("setting the permissions") }
  }

  deinit { abandon() }

  /// Puts the file in its place, durably. On failure what was there is still there, or complete and new.
  func replace() throws(SQLiteError) {
    guard fsync(descriptor) == 0 else { throw systemError("writing the file through") }
    try checkJournals()
    guard rename(temporaryPath, path) == 0 else { throw systemError("replacing the file") }
    close(descriptor)
    descriptor = -1
    let slash = path.lastIndex(of: "/")
    let folder = slash.map { $0 == path.startIndex ? "/" : String(path[..<$0]) } ?? "."
    let folderDescriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folderDescriptor >= 0 else { throw systemError("opening the folder") }
    defer { close(folderDescriptor) }
    guard fsync(folderDescriptor) == 0 else { throw systemError("writing the folder through") }
  }

  /// Removes the file; what it would have replaced stays. Does nothing after ``replace()``.
  func abandon() {
    guard descriptor >= 0 else { return }
    unlink(temporaryPath)
    close(descriptor)
    descriptor = -1
  }

  private static let journals = ["-journal", "-wal"]

  private func checkJournals() throws(SQLiteError) {
    for suffix in Self.journals where access(path + suffix, F_OK) == 0 {
      throw error(.journalInTheWay(path: path + suffix), "replacing the database")
    }
  }

  /// Opens the file, and holds it against other writers for as long as it is open.
  private func lock() throws(SQLiteError) {
    while true {
      let opened = open(temporaryPath, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0o644)
      guard opened >= 0 else { throw systemError("making the file") }
      guard flock(opened, LOCK_EX | LOCK_NB) == 0 else {
        let code = errno
        close(opened)
        throw error(code == EWOULDBLOCK ? .writtenByAnother : .system(code), "making the file")
      }
      // Between the two calls another writer may have put the file in its place or removed it.
      var held = stat()
      var named = stat()
      if fstat(opened, &held) == 0, stat(temporaryPath, &named) == 0, held.st_ino == named.st_ino {
        descriptor = opened
        return
      }
      close(opened)
    }
  }

  private func systemError(_ operation: String) -> SQLiteError { error(.system(errno), operation) }

  private func error(_ reason: SQLiteError.Reason, _ operation: String) -> SQLiteError {
    SQLiteError(reason, operation: operation, path: path)
  }
}
