import Testing

@testable import Projections

/// The projector's memory of items, against a dictionary.
@Suite("Item cache")
struct ItemCacheTests {
  @Test("finds what was put in and not what was taken out", arguments: 0..<4)
  func findsWhatIsThere(seed: Int) {
    var random = SplitMix64(seed: UInt64(seed))
    let cache = ItemCache()
    var expected: [UInt32: (slot: Int, history: [UInt64])] = [:]
    for step in 0..<20_000 {
      // Subjects that follow one another, with a few far away.
      let far = random.next() % 50 == 0
      let subject = UInt32(truncatingIfNeeded: random.next() % 3000 + (far ? 4_000_000_000 : 1))
      switch random.next() % 8 {
      case 0:
        if let known = expected.removeValue(forKey: subject) { cache.remove(known.slot) }
      default:
        if expected[subject] == nil { expected[subject] = (cache.insert(subject), []) }
        cache.push(expected[subject]?.slot ?? 0, UInt64(step))
        expected[subject]?.history.append(UInt64(step))
      }
      #expect(cache.find(subject) == expected[subject]?.slot)
    }
    #expect(cache.count == expected.count)
    for (subject, known) in expected {
      #expect(cache.find(subject) == known.slot)
      #expect(cache.slots[known.slot].pointee.subject == subject)
      var history: [UInt64] = []
      cache.forEachEntry(known.slot) { history.append($0) }
      #expect(history == known.history)
    }
  }

  @Test("keeps elements where they are when it grows over several segments")
  func segmentsStay() {
    var segments = Segments<UInt64>()
    let first = segments.append(0)
    let place = segments[first]
    for number in 1..<600_000 { #expect(segments.append(UInt64(number)) == number) }
    #expect(segments[first] == place)
    #expect((0..<600_000).allSatisfy { segments[$0].pointee == UInt64($0) })
  }
}
