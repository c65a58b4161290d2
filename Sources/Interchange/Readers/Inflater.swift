import CZlib

/// zlib's inflate over the members of a gzip file.
final class Inflater {
  /// What one call did.
  enum Outcome {
    case progress(taken: Int, made: Int)
    /// Bytes behind the last member that begin no other one.
    case trailingBytes
    case damaged(reason: String)
  }

  /// True before the first byte of a member, and after the last of one.
  private(set) var isBetweenMembers = true
  private var isFirstMember = true
  private var stream = z_stream()
  private let isReady: Bool

  init() {
    // 16: gzip's header and checksum, not zlib's.
    isReady = inflateInit2_(&stream, 16 + MAX_WBITS, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
  }

  deinit { if isReady { inflateEnd(&stream) } }

  func inflate(_ input: UnsafeMutableRawBufferPointer, into output: UnsafeMutableRawBufferPointer) -> Outcome {
    guard isReady else { return .damaged(reason: "no memory for inflating") }
    if isBetweenMembers {
      guard isFirstMember || input.first == 0x1F else { return .trailingBytes }
      isBetweenMembers = false
      isFirstMember = false
    }
    stream.next_in = input.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_in = UInt32(clamping: input.count)
    stream.next_out = output.baseAddress?.assumingMemoryBound(to: UInt8.self)
    stream.avail_out = UInt32(clamping: output.count)
    let code = CZlib.inflate(&stream, Z_NO_FLUSH)
    let taken = input.count - Int(stream.avail_in)
    let made = output.count - Int(stream.avail_out)
    // Nothing of these two buffers may be used after this call.
    stream.next_in = nil
    stream.next_out = nil
    switch code {
    case Z_OK, Z_BUF_ERROR:
      return taken == 0 && made == 0
        ? .damaged(reason: "no progress") : .progress(taken: taken, made: made)
    case Z_STREAM_END:
      isBetweenMembers = true
      inflateReset(&stream)
      return .progress(taken: taken, made: made)
    default:
      return .damaged(reason: stream.msg.map { String(cString: $0) } ?? "zlib code \(code)")
    }
  }
}
