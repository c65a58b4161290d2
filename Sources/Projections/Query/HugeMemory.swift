import Glibc

/// Memory for one question: in huge pages where it is large and the system has them, since the faults of ordinary ones cost a fifth of a pass
/// over the books. To be given back once, by ``deallocate()``.
struct HugeMemory {
  /// Where it begins.
  let start: UnsafeMutableRawPointer
  /// Whether it reads as zero bytes.
  let isZero: Bool
  private let mapped: UnsafeMutableRawPointer?
  private let mappedByteCount: Int

  /// Below this the pages do not matter.
  private static var leastMappedByteCount: Int { 1 << 22 }
  /// Bytes of a huge page.
  static var pageByteCount: Int { 1 << 21 }

  /// Takes memory. O(1): pages are found when they are first written to.
  init(byteCount: Int, alignment: Int) {
    if byteCount >= Self.leastMappedByteCount {
      // Whole huge pages, and room to begin at one.
      let whole = Self.wholePages(byteCount)
      let room = whole + Self.pageByteCount
      let memory = mmap(nil, room, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
      if let memory, memory != MAP_FAILED {
        start = memory.alignedUp(toMultipleOf: Self.pageByteCount)
        _ = madvise(start, whole, MADV_HUGEPAGE)
        (mapped, mappedByteCount, isZero) = (memory, room, true)
        return
      }
    }
    start = .allocate(byteCount: max(byteCount, 1), alignment: alignment)
    (mapped, mappedByteCount, isZero) = (nil, 0, false)
  }

  /// Bytes of the huge pages that so many bytes take.
  static func wholePages(_ byteCount: Int) -> Int { (byteCount + pageByteCount - 1) / pageByteCount * pageByteCount }

  /// Gives it back.
  func deallocate() {
    if let mapped {
      munmap(mapped, mappedByteCount)
    } else {
      start.deallocate()
    }
  }
}
