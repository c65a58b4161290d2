import Glibc

/// Files that are there whole, or not at all.
public enum DurableFile {
  /// Writes beside the place and moves there.
  ///
  /// - Parameter isDurable: whether it is to survive a loss of power from now on.
  public static func replace(_ path: String, with bytes: [UInt8], isDurable: Bool = true) throws(AuditError) {
    let temporary = "\(path).\(getpid()).new"
    let descriptor = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw failure(path) }
    var isWritten = write(bytes, to: descriptor)
    if isWritten, isDurable { isWritten = fsync(descriptor) == 0 }
    isWritten = close(descriptor) == 0 && isWritten
    guard isWritten, rename(temporary, path) == 0 else {
      let error = failure(path)
      unlink(temporary)
      throw error
    }
    if isDurable { syncFolder(of: path) }
  }

  /// Writes all bytes; false when that failed, with the reason in `errno`.
  static func write(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
    bytes.withUnsafeBytes { bytes in
      var start = 0
      while start < bytes.count {
        let count = Glibc.write(descriptor, bytes.baseAddress.map { $0 + start }, bytes.count - start)
        if count < 0, errno != EINTR { return false }
        start += max(count, 0)
      }
      return true
    }
  }

  /// Makes a file's name durable.
  static func syncFolder(of path: String) {
    let folder = path.contains("/") ? String(path[..<(path.lastIndex(of: "/") ?? path.startIndex)]) : "."
    let descriptor = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  static func failure(_ path: String) -> AuditError { .file(path: path, reason: String(cString: strerror(errno))) }
}
