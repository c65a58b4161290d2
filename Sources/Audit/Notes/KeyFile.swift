import EventLog
import Foundation
import Glibc

/// Secret keys in files: one line, readable by the owner alone, outside of the ledger.
public enum KeyFile {
  /// Writes a new key; refuses to take the place of any file.
  public static func write(_ key: SignerKey, to path: String) throws(AuditError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      let reason =
        errno == EEXIST ? "it exists already, and a key is never overwritten. Choose another file" : failure()
      throw .file(path: path, reason: reason)
    }
    defer { close(descriptor) }
    let bytes = Array((key.secretText + "\n").utf8)
    guard Glibc.write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0 else {
      let reason = failure()
      unlink(path)
      throw .file(path: path, reason: reason)
    }
  }

  /// Reads a key. Refuses a file that others may read, and one in the ledger's folder: who can change the ledger must not find the key there.
  public static func read(_ path: String, ledger: String?) throws(AuditError) -> SignerKey {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { throw .file(path: path, reason: failure()) }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw .file(path: path, reason: failure()) }
    guard status.st_mode & 0o077 == 0 else {
      throw .file(path: path, reason: "others than its owner can read this secret key. Run: chmod 600 \(path)")
    }
    if let ledger, isInside(path, ledger) {
      throw .file(
        path: path,
        reason:
          "the key lies in the ledger's folder, where whoever changes the ledger could sign the change. Move it elsewhere"
      )
    }
    var bytes = [UInt8](repeating: 0, count: 4096)
    let count = Glibc.read(descriptor, &bytes, bytes.count)
    guard count > 0, count < bytes.count else { throw .file(path: path, reason: "this is no key file") }
    let text = String(decoding: bytes[..<count], as: UTF8.self)
    return try SignerKey(text.trimmingCharacters(in: .whitespacesAndNewlines))
  }

  private static func isInside(_ path: String, _ folder: String) -> Bool {
    guard let real = realpath(path, nil), let realFolder = realpath(folder, nil) else { return false }
    defer {
      free(real)
      free(realFolder)
    }
    return String(cString: real).hasPrefix(String(cString: realFolder) + "/")
  }

  private static func failure() -> String { String(cString: strerror(errno)) }
}
