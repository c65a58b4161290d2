extension RandomAccessCollection {
  /// The first place whose element `belongs` holds for; it must hold for all behind it. O(log n).
  @inline(__always)
  func partitioningIndex(where belongs: (Element) -> Bool) -> Index {
    var low = startIndex
    var rest = count
    while rest > 0 {
      let half = rest / 2
      let middle = index(low, offsetBy: half)
      if belongs(self[middle]) {
        rest = half
      } else {
        low = index(after: middle)
        rest -= half + 1
      }
    }
    return low
  }
}
