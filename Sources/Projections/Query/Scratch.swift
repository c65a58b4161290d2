import Glibc

/// Zeroed memory for one question, of which each page is touched once: taken in huge pages where the system has them, since the faults of
/// ordinary ones cost a fifth of a pass over the books.
final class Scratch<Element: BitwiseCopyable>: @unchecked Sendable {
  /// The elements. Whoever writes from several threads keeps them apart.
  let elements: UnsafeMutableBufferPointer<Element>
  private let mappedBytes: Int

  /// Below this the pages do not matter.
  private static var leastMappedBytes: Int { 1 << 22 }

  /// Memory for so many elements, all bits zero.
  init(count: Int) {
    let bytes = count * MemoryLayout<Element>.stride
    if bytes >= Self.leastMappedBytes {
      let mapped = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      if let mapped, mapped != MAP_FAILED {
        _ = madvise(mapped, bytes, MADV_HUGEPAGE)
        elements = UnsafeMutableBufferPointer(start: mapped.bindMemory(to: Element.self, capacity: count), count: count)
        mappedBytes = bytes
        return
      }
    }
    let memory = UnsafeMutableRawBufferPointer.allocate(
      byteCount: max(bytes, 1), alignment: MemoryLayout<Element>.alignment)
    memory.initializeMemory(as: UInt8.self, repeating: 0)
    elements = UnsafeMutableBufferPointer(
      start: memory.baseAddress?.bindMemory(to: Element.self, capacity: count), count: count)
    mappedBytes = 0
  }

  deinit {
    if mappedBytes > 0 {
      munmap(elements.baseAddress, mappedBytes)
    } else {
      UnsafeMutableRawPointer(elements.baseAddress)?.deallocate()
    }
  }
}
