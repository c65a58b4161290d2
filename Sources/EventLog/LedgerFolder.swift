import Glibc

/// Looks at a ledger's folder.
enum LedgerFolder {
  /// True when the folder holds a log that is not an empty file.
  static func holdsLog(_ directory: String) -> Bool {
    var status = stat()
    return stat(directory + "/" + EventLog.fileName, &status) == 0 && status.st_size > 0
  }

  /// Makes the folder, or sees that it is empty.
  static func prepare(_ directory: String) throws(LedgerError) {
    if holdsLog(directory) { throw .ledgerExists(path: directory) }
    try makeFolders(directory)
    guard let stream = opendir(directory) else { throw unusable(directory) }
    defer { closedir(stream) }
    while let entry = readdir(stream) {
      let isDots = withUnsafeBytes(of: &entry.pointee.d_name) { name in
        name[0] == UInt8(ascii: ".") && (name[1] == 0 || (name[1] == UInt8(ascii: ".") && name[2] == 0))
      }
      if !isDots { throw .folderNotEmpty(path: directory) }
    }
  }

  private static func makeFolders(_ directory: String) throws(LedgerError) {
    var path = ""
    for part in directory.split(separator: "/", omittingEmptySubsequences: false) {
      path += part
      if !path.isEmpty && mkdir(path, 0o755) != 0 {
        // A folder that cannot be made because its parent forbids it, yet exists, is as good.
        var status = stat()
        let code = errno
        guard stat(path, &status) == 0 else {
          errno = code
          throw unusable(path)
        }
      }
      path += "/"
    }
  }

  private static func unusable(_ path: String) -> LedgerError {
    .folderUnusable(path: path, reason: String(cString: strerror(errno)))
  }
}
