extension Array where Element == Int64 {
  /// The values in ascending order. O(n) for each 11 bits in which they differ: it never waits for a comparison, where sorting by comparing
  /// mispredicts every other one.
  func radixSorted() -> [Int64] {
    guard count >= RadixSort.leastCount, let least = self.min(), let most = self.max() else { return sorted() }
    return RadixSort.sort(self, least: least, most: most)
  }
}

/// Sorts values digit by digit, from the lowest.
private enum RadixSort {
  /// Below so many values comparing is as quick.
  static let leastCount = 1 << 11

  private static let digitBits = 11
  private static let digitCount = 1 << digitBits

  static func sort(_ values: [Int64], least: Int64, most: Int64) -> [Int64] {
    // The distance of two 64-bit values fits into 64 bits without a sign.
    let width = 64 - UInt64(bitPattern: most &- least).leadingZeroBitCount
    var (from, to) = (values, [Int64](repeating: 0, count: values.count))
    for shift in stride(from: 0, to: width, by: digitBits) {
      var next = [Int](repeating: 0, count: digitCount)
      from.withUnsafeBufferPointer { from in
        next.withUnsafeMutableBufferPointer { next in
          for value in from { next[digit(value, least, shift)] += 1 }
          var first = 0
          for place in next.indices { (next[place], first) = (first, first + next[place]) }
          to.withUnsafeMutableBufferPointer { to in
            for value in from {
              let place = digit(value, least, shift)
              to[next[place]] = value
              next[place] += 1
            }
          }
        }
      }
      swap(&from, &to)
    }
    return from
  }

  @inline(__always)
  private static func digit(_ value: Int64, _ least: Int64, _ shift: Int) -> Int {
    Int(truncatingIfNeeded: UInt64(bitPattern: value &- least) >> UInt64(shift)) & (digitCount - 1)
  }
}
