import Testing

@testable import EventLog

@Suite("Values held back for their memory")
struct PrefetchQueueTests {
  @Test("all go on, in their order, however many they are", arguments: [0, 1, 31, 32, 33, 64, 1000])
  func order(count: Int) {
    var queue = PrefetchQueue<Int>()
    var out: [Int] = []
    for number in 0..<count {
      if let first = queue.push(number) { out.append(first) }
    }
    #expect(out.count == max(0, count - 32))
    queue.drain { out.append($0) }
    #expect(out == Array(0..<count))
    queue.drain { out.append($0) }
    #expect(out.count == count)
  }
}

@Suite("Bytes that are compared without a call")
struct SameBytesTests {
  @Test("every length, and every byte that differs")
  func lengths() {
    for count in 0...80 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 7 &+ 1) }
      for changed in -1..<count {
        var other = bytes
        if changed >= 0 { other[changed] ^= 0x10 }
        let same = bytes.withUnsafeBytes { mine in
          other.withUnsafeBytes { its in
            guard let mine = mine.baseAddress, let its = its.baseAddress else { return true }
            return mine.hasSameBytes(as: its, count: count)
          }
        }
        #expect(same == (changed < 0), "\(count) \(changed)")
      }
    }
  }
}
