/// Zeroed memory for one question (``HugeMemory``).
final class Scratch<Element: BitwiseCopyable>: @unchecked Sendable {
  /// The elements. Whoever writes from several threads keeps them apart.
  let elements: UnsafeMutableBufferPointer<Element>
  private let memory: HugeMemory

  /// Memory for so many elements, all bits zero.
  init(count: Int) {
    let byteCount = count * MemoryLayout<Element>.stride
    memory = HugeMemory(byteCount: byteCount, alignment: MemoryLayout<Element>.alignment)
    if memory.isNew {
      // Written before anything is read: a huge page that is read first is one of zeros, which the first write takes to small pieces.
      for offset in stride(from: 0, to: HugeMemory.wholePages(byteCount), by: HugeMemory.pageByteCount) {
        memory.start.storeBytes(of: 0, toByteOffset: offset, as: UInt8.self)
      }
    } else {
      memory.start.initializeMemory(as: UInt8.self, repeating: 0, count: byteCount)
    }
    elements = UnsafeMutableBufferPointer(
      start: memory.start.bindMemory(to: Element.self, capacity: count), count: count)
  }

  deinit { memory.deallocate() }
}
