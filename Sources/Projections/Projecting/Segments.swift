import Glibc

/// Elements of fixed size by number, in segments of 2 MiB: what is there never moves when more is needed, so that growing copies nothing
/// and leaves no old half behind.
///
/// The first segment is of ordinary pages, since few elements are all that one event needs; those behind it are of huge pages where the
/// system has them, since they are looked up at random.
struct Segments<Element: BitwiseCopyable>: ~Copyable {
  private static var segmentSize: Int { 1 << 21 }
  private static var elementsASegment: UInt { UInt(segmentSize / MemoryLayout<Element>.stride) }

  private var segments: UnsafeMutablePointer<UnsafeMutablePointer<Element>>
  private var segmentCount = 0
  private var segmentCapacity = 16
  /// Elements there are.
  private(set) var count = 0

  init() { segments = .allocate(capacity: segmentCapacity) }

  deinit {
    for index in 0..<segmentCount { segments[index].deallocate() }
    segments.deallocate()
  }

  /// Where an element lies; it stays there.
  @inline(__always)
  subscript(index: Int) -> UnsafeMutablePointer<Element> {
    let index = UInt(bitPattern: index)
    return segments[Int(index / Self.elementsASegment)] + Int(index % Self.elementsASegment)
  }

  /// Adds an element; returns its number.
  @inline(__always)
  mutating func append(_ element: Element) -> Int {
    if UInt(count) == UInt(segmentCount) * Self.elementsASegment { addSegment() }
    count += 1
    self[count - 1].initialize(to: element)
    return count - 1
  }

  private mutating func addSegment() {
    if segmentCount == segmentCapacity {
      let larger = UnsafeMutablePointer<UnsafeMutablePointer<Element>>.allocate(capacity: segmentCapacity * 2)
      larger.update(from: segments, count: segmentCount)
      segments.deallocate()
      segments = larger
      segmentCapacity *= 2
    }
    let memory = UnsafeMutableRawPointer.allocate(byteCount: Self.segmentSize, alignment: Self.segmentSize)
    if segmentCount > 0 { _ = madvise(memory, Self.segmentSize, MADV_HUGEPAGE) }
    segments[segmentCount] = memory.bindMemory(to: Element.self, capacity: Int(Self.elementsASegment))
    segmentCount += 1
  }
}
