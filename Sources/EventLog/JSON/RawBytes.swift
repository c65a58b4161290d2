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

extension UnsafeRawPointer {
  /// Whether as many bytes are the same here and there: without a call, which takes longer than comparing the few bytes of most texts.
  @inlinable @inline(__always)
  public func hasSameBytes(as other: UnsafeRawPointer, count: Int) -> Bool {
    guard count >= 8 else {
      for place in 0..<count
      where load(fromByteOffset: place, as: UInt8.self) != other.load(fromByteOffset: place, as: UInt8.self) {
        return false
      }
      return true
    }
    guard count <= 64 else { return memcmp(self, other, count) == 0 }
    // Eight bytes at a time, the last of which may have been compared before.
    var place = 0
    let last = count &- 8
    while place < last {
      guard isWord(at: place, sameAs: other) else { return false }
      place &+= 8
    }
    return isWord(at: last, sameAs: other)
  }

  @inlinable @inline(__always)
  func isWord(at place: Int, sameAs other: UnsafeRawPointer) -> Bool {
    loadUnaligned(fromByteOffset: place, as: UInt64.self) == other.loadUnaligned(fromByteOffset: place, as: UInt64.self)
  }
}
