/// Elements one after the other in plain memory that grows and is kept: for what is filled and emptied again and again, so that it allocates
/// nothing and counts no references. For one owner at a time.
public struct GrowingBuffer<Element: BitwiseCopyable>: ~Copyable {
  @usableFromInline var elements: UnsafeMutablePointer<Element>
  @usableFromInline var capacity: Int
  @usableFromInline var held = 0

  /// An empty buffer with room for so many elements, one at least.
  public init(capacity: Int = 64) {
    self.capacity = max(capacity, 1)
    elements = .allocate(capacity: self.capacity)
  }

  deinit { elements.deallocate() }

  /// How many elements there are.
  @inlinable @inline(__always)
  public var count: Int { held }

  /// The elements. Valid until the next change.
  @inlinable @inline(__always)
  public var contents: UnsafeBufferPointer<Element> { UnsafeBufferPointer(start: elements, count: held) }

  /// An element, by its number from 0 to ``count`` − 1.
  @inlinable @inline(__always)
  public subscript(index: Int) -> Element {
    get { elements[index] }
    set { elements[index] = newValue }
  }

  /// Adds an element. O(1), but where the memory grows.
  @inlinable @inline(__always)
  public mutating func append(_ element: Element) {
    if held == capacity { grow(to: held + 1) }
    elements[held] = element
    held += 1
  }

  /// Adds elements that the caller sets. O(1), but where the memory grows.
  @inlinable @inline(__always)
  public mutating func extend(by count: Int) -> UnsafeMutableBufferPointer<Element> {
    if held + count > capacity { grow(to: held + count) }
    defer { held += count }
    return UnsafeMutableBufferPointer(start: elements + held, count: count)
  }

  /// Removes the elements behind the first `count`, and keeps their memory.
  @inlinable @inline(__always)
  public mutating func truncate(to count: Int) { held = min(held, count) }

  @usableFromInline
  mutating func grow(to least: Int) {
    capacity = max(capacity * 2, least)
    let larger = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
    larger.update(from: elements, count: held)
    elements.deallocate()
    elements = larger
  }
}
