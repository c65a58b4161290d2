import CSimdjson

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

extension UnsafeRawBufferPointer {
  /// Whether two runs of bytes are the same. O(n).
  @inlinable
  public func hasSameBytes(as other: UnsafeRawBufferPointer) -> Bool {
    guard count == other.count else { return false }
    guard count > 0, let mine = baseAddress, let its = other.baseAddress else { return count == 0 }
    return memcmp(mine, its, count) == 0
  }

  /// Whether the bytes are valid UTF-8. O(n).
  public var isUTF8: Bool {
    guard let base = baseAddress else { return true }
    return vsl_json_is_utf8(base.assumingMemoryBound(to: UInt8.self), count)
  }

  /// Whether these bytes come before others in the order of unsigned bytes, a prefix first. O(n).
  @inlinable
  public func precedes(_ other: UnsafeRawBufferPointer) -> Bool {
    let shared = Swift.min(count, other.count)
    if shared > 0, let mine = baseAddress, let its = other.baseAddress {
      let order = memcmp(mine, its, shared)
      if order != 0 { return order < 0 }
    }
    return count < other.count
  }
}
