import CZlib
import Foundation

/// The bytes of a file or of standard input; gzip, told by its first bytes, is inflated on the way.
///
/// Files of several gzip members are read to the end of the last. Used by one thread at a time.
public final class ByteSource {
  /// The path as given; `-` is standard input.
  public let path: String
  /// The size of the file on the disk (compressed, if it is), or nil when it has no known one.
  public let totalBytes: Int?
  /// Bytes taken from the file so far (compressed, if it is).
  public private(set) var bytesRead = 0

  private let descriptor: Int32
  private var input: UnsafeMutableRawBufferPointer
  private var inputStart = 0
  private var inputEnd = 0
  private var inflater: Inflater?
  private var isStarted = false

  /// Opens a file, or standard input for `-`.
  public init(path: String) throws(ImportError) {
    self.path = path
    if path == "-" {
      descriptor = STDIN_FILENO
    } else {
      descriptor = open(path, O_RDONLY | O_CLOEXEC)
      guard descriptor >= 0 else { throw .cannotOpen(path: path, reason: String(cString: strerror(errno))) }
    }
    var status = stat()
    let isKnown = fstat(descriptor, &status) == 0
    input = .allocate(byteCount: 256 << 10, alignment: 16)
    totalBytes = isKnown && status.st_mode & S_IFMT == S_IFREG ? Int(status.st_size) : nil
    guard !isKnown || status.st_mode & S_IFMT != S_IFDIR else {
      throw .cannotOpen(path: path, reason: "it is a folder")
    }
  }

  deinit {
    input.deallocate()
    if path != "-" && descriptor >= 0 { close(descriptor) }
  }

  /// Fills `buffer` with as much as there is, at least one byte; 0 at the end.
  func read(into buffer: UnsafeMutableRawBufferPointer) throws(ImportError) -> Int {
    if !isStarted {
      isStarted = true
      // Two bytes tell gzip; a pipe may bring them one by one.
      while inputEnd < 2, try refill() > 0 {}
      if inputEnd >= 2 && input[0] == 0x1F && input[1] == 0x8B { inflater = Inflater() }
    }
    if inflater != nil { return try inflate(into: buffer) }
    guard inputStart < inputEnd else { return try readRaw(into: buffer) }
    let count = min(buffer.count, inputEnd - inputStart)
    buffer.copyMemory(from: UnsafeRawBufferPointer(rebasing: input[inputStart..<inputStart + count]))
    inputStart += count
    return count
  }

  private func readRaw(into buffer: UnsafeMutableRawBufferPointer) throws(ImportError) -> Int {
    while true {
      let count = Glibc.read(descriptor, buffer.baseAddress, buffer.count)
      if count >= 0 {
        bytesRead += count
        return count
      }
      if errno != EINTR { throw .cannotRead(path: path, reason: String(cString: strerror(errno))) }
    }
  }

  /// Reads more behind what is in `input`; the number of new bytes.
  private func refill() throws(ImportError) -> Int {
    if inputStart == inputEnd {
      inputStart = 0
      inputEnd = 0
    }
    let count = try readRaw(into: UnsafeMutableRawBufferPointer(rebasing: input[inputEnd...]))
    inputEnd += count
    return count
  }

  private func inflate(into buffer: UnsafeMutableRawBufferPointer) throws(ImportError) -> Int {
    guard let inflater else { return 0 }
    while true {
      if inputStart == inputEnd, try refill() == 0 {
        guard inflater.isBetweenMembers else { throw .truncatedCompression(path: path) }
        return 0
      }
      let available = UnsafeMutableRawBufferPointer(rebasing: input[inputStart..<inputEnd])
      switch inflater.inflate(available, into: buffer) {
      case .progress(let taken, let made):
        inputStart += taken
        if made > 0 { return made }
      case .trailingBytes:
        // What follows the last member and is no member is padding, as gzip itself takes it.
        inputStart = inputEnd
      case .damaged(let reason):
        throw .damagedCompression(path: path, reason: reason)
      }
    }
  }
}
