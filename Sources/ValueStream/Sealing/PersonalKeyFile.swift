import EventLog
import Glibc

/// The file behind ``PersonalKeys``: a line for the file itself, then one for each key. Lines are appended, and overwritten in place.
struct PersonalKeyFile: ~Copyable {
  /// A line: its number from 1 and its bytes without the end.
  struct Line {
    var number: Int
    var bytes: ArraySlice<UInt8>
  }

  let path: String
  let storeID: String
  private let descriptor: Int32
  /// How far lines were read, and how many.
  private var end = 0
  private var lineCount = 1
  /// How many keys had been destroyed when the lines were read.
  private var destroyedCount: Int
  private var isDurable = true

  private static let magic = "vsl-personal-keys 1 "
  private static let countDigits = 10
  private static let headerLength = magic.utf8.count + SealedForm.keyIDLength + 1 + countDigits + 1

  /// Makes a file without keys.
  static func create(_ path: String, storeID: String) throws(PersonalKeysError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0o600)
    guard descriptor >= 0 else {
      throw PersonalKeysError(path: path, reason: failure())
    }
    defer { close(descriptor) }
    let header = Array(header(storeID, 0).utf8)
    guard write(descriptor, header, header.count) == header.count, fsync(descriptor) == 0 else {
      let reason = failure()
      unlink(path)
      throw PersonalKeysError(path: path, reason: reason)
    }
    syncFolder(of: path)
  }

  init(path: String, ledger: String?) throws(PersonalKeysError) {
    func error(_ reason: String) -> PersonalKeysError { PersonalKeysError(path: path, reason: reason) }
    let descriptor = open(path, O_RDWR | O_CLOEXEC)
    guard descriptor >= 0 else { throw error(Self.failure()) }
    var status = stat()
    var problem: PersonalKeysError?
    if fstat(descriptor, &status) != 0 {
      problem = error(Self.failure())
    } else if status.st_mode & 0o077 != 0 {
      problem = error("others than its owner can read these secret keys. Run: chmod 600 \(path)")
    } else if let ledger, Self.isInside(path, ledger) {
      problem = error("the keys lie in the ledger's folder, and every copy of it would hold them. Move them elsewhere")
    }
    let header = Self.readHeader(descriptor)
    if problem == nil, header == nil { problem = error("this is no file of personal keys; `vsl seal` makes one") }
    guard problem == nil, let header else {
      close(descriptor)
      throw problem ?? error("it cannot be read")
    }
    self.path = path
    self.descriptor = descriptor
    storeID = header.storeID
    destroyedCount = header.destroyed
    end = Self.headerLength
  }

  deinit { close(descriptor) }

  func error(_ reason: String) -> PersonalKeysError { PersonalKeysError(path: path, reason: reason) }

  /// Locks out all others who change the file, and removes what a crash left of a line.
  mutating func beginChange() throws(PersonalKeysError) {
    while flock(descriptor, LOCK_EX) != 0 {
      guard errno == EINTR else { throw error(Self.failure()) }
    }
    do throws(PersonalKeysError) {
      let bytes = try bytes(from: end)
      let whole = bytes.lastIndex(of: 0x0A).map { end + $0 + 1 } ?? end
      if whole < end + bytes.count, ftruncate(descriptor, off_t(whole)) != 0 { throw error(Self.failure()) }
    } catch {
      endChange()
      throw error
    }
  }

  func endChange() { flock(descriptor, LOCK_UN) }

  /// Whether keys were destroyed since the lines were read; then they are to be read from the first again.
  mutating func wereKeysDestroyed() throws(PersonalKeysError) -> Bool {
    guard let header = Self.readHeader(descriptor) else { throw error("its first line was changed") }
    guard header.destroyed != destroyedCount else { return false }
    destroyedCount = header.destroyed
    end = Self.headerLength
    lineCount = 1
    return true
  }

  /// The complete lines that were not read before.
  mutating func newLines() throws(PersonalKeysError) -> [Line] {
    let bytes = try bytes(from: end)
    var lines: [Line] = []
    var start = 0
    while let stop = bytes[start...].firstIndex(of: 0x0A) {
      lineCount += 1
      lines.append(Line(number: lineCount, bytes: bytes[start..<stop]))
      start = stop + 1
    }
    end += start
    return lines
  }

  /// Appends a line; only between ``beginChange()`` and ``endChange()``.
  mutating func append(_ line: [UInt8]) throws(PersonalKeysError) {
    let bytes = line + [0x0A]
    let place = lseek(descriptor, 0, SEEK_END)
    isDurable = false
    guard place >= 0, pwrite(descriptor, bytes, bytes.count, place) == bytes.count else {
      let reason = Self.failure()
      ftruncate(descriptor, place)
      throw error(reason)
    }
  }

  /// Overwrites the line of a key with a shorter text and spaces; only between ``beginChange()`` and ``endChange()``.
  mutating func overwrite(lineOf id: String, with text: String) throws(PersonalKeysError) {
    let bytes = try bytes(from: 0)
    var start = Self.headerLength
    while start < bytes.count {
      let stop = bytes[start...].firstIndex(of: 0x0A) ?? bytes.count
      if bytes[start..<stop].starts(with: id.utf8) {
        var line = Array(text.utf8.prefix(stop - start))
        line += [UInt8](repeating: 0x20, count: stop - start - line.count)
        guard pwrite(descriptor, line, line.count, off_t(start)) == line.count else { throw error(Self.failure()) }
      }
      start = stop + 1
    }
    // The line first: a count without it would only make others read once more.
    let header = Array(Self.header(storeID, destroyedCount + 1).utf8)
    guard fdatasync(descriptor) == 0, pwrite(descriptor, header, header.count, 0) == header.count,
      fdatasync(descriptor) == 0
    else { throw error(Self.failure()) }
  }

  /// Makes all that was appended durable.
  mutating func sync() throws(PersonalKeysError) {
    guard !isDurable else { return }
    guard fdatasync(descriptor) == 0 else { throw error(Self.failure()) }
    isDurable = true
  }

  private func bytes(from start: Int) throws(PersonalKeysError) -> [UInt8] {
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw error(Self.failure()) }
    var bytes = [UInt8](repeating: 0, count: max(0, Int(status.st_size) - start))
    var count = 0
    while count < bytes.count {
      let read = bytes.withUnsafeMutableBytes { buffer in
        pread(descriptor, buffer.baseAddress.map { $0 + count }, buffer.count - count, off_t(start + count))
      }
      if read < 0, errno == EINTR { continue }
      guard read >= 0 else { throw error(Self.failure()) }
      if read == 0 { break }
      count += read
    }
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  private static func header(_ storeID: String, _ destroyed: Int) -> String {
    let digits = String(destroyed)
    return magic + storeID + " " + String(repeating: "0", count: max(0, countDigits - digits.count)) + digits + "\n"
  }

  private static func readHeader(_ descriptor: Int32) -> (storeID: String, destroyed: Int)? {
    var bytes = [UInt8](repeating: 0, count: headerLength)
    guard pread(descriptor, &bytes, bytes.count, 0) == bytes.count, bytes.last == 0x0A else { return nil }
    let text = String(decoding: bytes.dropLast(), as: UTF8.self)
    let parts = text.dropFirst(magic.utf8.count).split(separator: " ")
    guard text.hasPrefix(magic), parts.count == 2, let destroyed = Int(parts[1]), destroyed >= 0 else { return nil }
    return (String(parts[0]), destroyed)
  }

  private static func syncFolder(of path: String) {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    let descriptor = open(folder.isEmpty ? "/" : folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
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
