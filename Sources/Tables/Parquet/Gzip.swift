import CZlib

/// zlib's deflate into one member of a gzip file (RFC 1952).
enum Gzip {
  /// `bytes` compressed. At most 2³¹ bytes at once.
  static func compress(_ bytes: [UInt8]) throws(TableError) -> [UInt8] {
    var input = bytes
    var stream = z_stream()
    // 16: gzip's header and checksum, not zlib's. 8: zlib's own default for memory.
    var code = deflateInit2_(
      &stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
      Int32(MemoryLayout<z_stream>.size))
    guard code == Z_OK else { throw .compressionFailed(code: code) }
    defer { deflateEnd(&stream) }

    // The bound is for the whole input at once, so that one call writes everything.
    var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(input.count))))
    code = input.withUnsafeMutableBufferPointer { input in
      output.withUnsafeMutableBufferPointer { output in
        stream.next_in = input.baseAddress
        stream.avail_in = UInt32(clamping: input.count)
        stream.next_out = output.baseAddress
        stream.avail_out = UInt32(clamping: output.count)
        let code = deflate(&stream, Z_FINISH)
        // Nothing of these two buffers may be used after this call.
        stream.next_in = nil
        stream.next_out = nil
        return code
      }
    }
    guard code == Z_STREAM_END else { throw .compressionFailed(code: code) }
    output.removeLast(output.count - Int(stream.total_out))
    return output
  }
}
