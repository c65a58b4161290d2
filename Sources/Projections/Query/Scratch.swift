import Glibc

/// Zeroed memory for one question, of which each page is touched once: taken in huge pages where the system has them, since the faults of
/// ordinary ones cost a fifth of a pass over the books.
final class Scratch<Element: BitwiseCopyable>: @unchecked Sendable {
  /// The elements. Whoever writes from several threads keeps them apart.
  let elements: UnsafeMutableBufferPointer<Element>
  private let mapped: UnsafeMutableRawPointer?
  private let mappedBytes: Int

  /// Below this the pages do not matter.
  private static var leastMappedBytes: Int { 1 << 22 }
  private static var hugePageBytes: Int { 1 << 21 }

  /// Memory for so many elements, all bits zero.
  init(count: Int) {
    let bytes = count * MemoryLayout<Element>.stride
    if bytes >= Self.leastMappedBytes {
      // Whole huge pages, and room to begin at one.
      let wholeBytes = (bytes + Self.hugePageBytes - 1) / Self.hugePageBytes * Self.hugePageBytes
      let roomBytes = wholeBytes + Self.hugePageBytes
      let mapped = mmap(nil, roomBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      if let mapped, mapped != MAP_FAILED {
        let start = mapped.alignedUp(toMultipleOf: Self.hugePageBytes)
        _ = madvise(start, wholeBytes, MADV_HUGEPAGE)
        // Written before anything is read: a huge page that is read first is one of zeros, which the first write takes to small pieces.
        for offset in stride(from: 0, to: wholeBytes, by: Self.hugePageBytes) {
          start.storeBytes(of: 0, toByteOffset: offset, as: UInt8.self)
        }
        elements = UnsafeMutableBufferPointer(start: start.bindMemory(to: Element.self, capacity: count), count: count)
        self.mapped = mapped
        mappedBytes = roomBytes
        return
      }
    }
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(bytes, 1), alignment: MemoryLayout<Element>.alignment)
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    elements = UnsafeMutableBufferPointer(
      start: memory.baseAddress?.bindMemory(to: Element.self, capacity: count), count: count)
    mapped = nil
    mappedBytes = 0
  }

  deinit {
    if let mapped {
      munmap(mapped, mappedBytes)
    } else {
      UnsafeMutableRawPointer(elements.baseAddress)?.deallocate()
    }
  }
}
