/// Holds values back for a while, so that the memory that they need, which is asked for when they come, is there when they go on.
struct PrefetchQueue<Element: BitwiseCopyable> {
  /// Values held back: more than a processor asks for at a time, few enough for its nearest memory.
  private static var length: Int { 32 }

  private var held: [Element] = []
  private var next = 0

  init() { held.reserveCapacity(Self.length) }

  /// Takes a value and lets the one go on that came so many before, if there was one.
  @inline(__always)
  mutating func push(_ element: Element) -> Element? {
    guard held.count == Self.length else {
      held.append(element)
      return nil
    }
    let first = held[next]
    held[next] = element
    next = (next + 1) % Self.length
    return first
  }

  /// Lets all go on that are held back, in their order.
  mutating func drain(_ body: (Element) -> Void) {
    for index in held.indices { body(held[(next + index) % held.count]) }
    held.removeAll(keepingCapacity: true)
    next = 0
  }
}
