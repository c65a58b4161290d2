/// Many values divided among buckets of ascending values, so that the values of some ranks are looked for in the few buckets that they
/// fall into: two passes that never wait for a comparison, where selecting by comparing mispredicts every other one.
struct RankBuckets {
  /// Below so many values selecting is as quick.
  static let leastCount = 1 << 11

  /// The first 6 bits behind the highest one of a value's distance from the least: within a bucket, values differ by at most 1/64.
  private static let precisionBits = 6
  private static let bucketCount = 65 << precisionBits

  /// Of the buckets that a rank falls into: the values in them, ascending, and the rank of the first.
  private var found: [(firstRank: Int, values: [Int64])] = []

  /// Divides values, the least of which is known. O(n) and, for the buckets looked into, O(m log m).
  ///
  /// - Parameter forEachRun: gives what it is given all values in runs, each time the same.
  init(least: Int64, ranks: [Int], _ forEachRun: ((UnsafeBufferPointer<Int64>) -> Void) -> Void) {
    var counts = [UInt32](repeating: 0, count: Self.bucketCount)
    counts.withUnsafeMutableBufferPointer { counts in
      forEachRun { for value in $0 { counts[Self.bucket(value, least)] += 1 } }
    }
    var places = [UInt8](repeating: 0, count: Self.bucketCount)
    var first = 0
    for bucket in counts.indices where counts[bucket] > 0 {
      let end = first + Int(counts[bucket])
      if found.count < 255, ranks.contains(where: { $0 >= first && $0 < end }) {
        found.append((first, []))
        found[found.count - 1].values.reserveCapacity(Int(counts[bucket]))
        places[bucket] = UInt8(found.count)
      }
      first = end
    }
    places.withUnsafeBufferPointer { places in
      forEachRun { values in
        for value in values {
          let place = places[Self.bucket(value, least)]
          if place > 0 { found[Int(place) - 1].values.append(value) }
        }
      }
    }
    for place in found.indices { found[place].values.sort() }
  }

  /// The value of a rank that was asked for.
  func value(ofRank rank: Int) -> Int64 {
    guard let bucket = found.last(where: { $0.firstRank <= rank }), rank - bucket.firstRank < bucket.values.count else {
      return 0
    }
    return bucket.values[rank - bucket.firstRank]
  }

  @inline(__always)
  private static func bucket(_ value: Int64, _ least: Int64) -> Int {
    // The distance of two 64-bit values fits into 64 bits without a sign.
    let distance = UInt64(bitPattern: value &- least)
    let bits = 64 - distance.leadingZeroBitCount
    guard bits > precisionBits else { return Int(distance) }
    return (bits - precisionBits) << precisionBits | Int(distance >> UInt64(bits - 1 - precisionBits) & 63)
  }
}
