/// Lines that wait for their late arrival, in slots of equal size.
struct LateLines {
  /// Longer lines are never late. None are.
  static let slotSize = 1024

  private var bytes: [UInt8] = []
  private var lengths: [Int] = []
  private var free: [UInt32] = []
  /// Number of lines that wait.
  private(set) var count = 0

  /// Keeps a copy of a line and returns its slot; nil when it is too long.
  mutating func keep(_ line: UnsafeRawBufferPointer) -> UInt32? {
    guard line.count <= Self.slotSize else { return nil }
    let slot = free.popLast() ?? UInt32(lengths.count)
    if Int(slot) == lengths.count {
      lengths.append(0)
      bytes.append(contentsOf: repeatElement(0, count: Self.slotSize))
    }
    lengths[Int(slot)] = line.count
    bytes.withUnsafeMutableBytes { bytes in
      UnsafeMutableRawBufferPointer(rebasing: bytes[Int(slot) * Self.slotSize..<(Int(slot) + 1) * Self.slotSize])
        .copyMemory(from: line)
    }
    count += 1
    return slot
  }

  /// Hands out a line and frees its slot.
  mutating func take(_ slot: UInt32, _ body: (UnsafeRawBufferPointer) throws -> Void) rethrows {
    let start = Int(slot) * Self.slotSize
    free.append(slot)
    count -= 1
    let end = start + lengths[Int(slot)]
    try bytes.withUnsafeBytes { try body(UnsafeRawBufferPointer(rebasing: $0[start..<end])) }
  }
}
