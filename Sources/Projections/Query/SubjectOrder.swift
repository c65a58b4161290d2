/// Some things in the order of the subjects that they belong to: sorted by counting, without a comparison.
struct SubjectOrder: @unchecked Sendable {
  /// Where the things of each subject end; the ones of a subject begin where those of the one before end.
  private let ends: Scratch<UInt32>
  private let order: Scratch<UInt32>
  /// The subjects that anything belongs to, ascending.
  let subjects: [UInt32]

  /// Puts things in order. Those of one subject stay in the order in which they were given; those of subject 0, or of one beyond the last,
  /// are left out. O(things + subjects); 4 bytes of memory for each of both.
  ///
  /// - Parameters:
  ///   - count: how many things there are.
  ///   - subjectCount: the number of the last subject.
  ///   - subject: the subject of the thing at a place; asked twice.
  @inline(__always)
  init(_ count: Int, subjectCount: Int, subject: (Int) -> UInt32) {
    ends = Scratch(count: subjectCount + 2)
    order = Scratch(count: count)
    let (ends, order) = (ends.elements, order.elements)
    for place in 0..<count {
      let subject = Int(subject(place))
      if subject != 0, subject <= subjectCount { ends[subject + 1] += 1 }
    }
    var total: UInt32 = 0
    // Room for one more, since each is written whether it is kept or not, which is quicker than to guess.
    subjects = [UInt32](unsafeUninitializedCapacity: min(count, subjectCount) + 1) { subjects, kept in
      for subject in 0...subjectCount {
        let own = ends[subject + 1]
        subjects[kept] = UInt32(truncatingIfNeeded: subject)
        kept += own > 0 ? 1 : 0
        ends[subject + 1] = total
        total += own
      }
    }
    // A subject's end is where its next thing goes to, until all are there.
    for place in 0..<count {
      let subject = Int(subject(place))
      guard subject != 0, subject <= subjectCount else { continue }
      order[Int(ends[subject + 1])] = UInt32(truncatingIfNeeded: place)
      ends[subject + 1] += 1
    }
  }

  /// The places of the things of a subject, in the order in which they were given. Valid while this lives.
  @inline(__always)
  func places(of subject: UInt32) -> UnsafeBufferPointer<UInt32> {
    guard Int(subject) + 1 < ends.elements.count else { return UnsafeBufferPointer(start: nil, count: 0) }
    let range = Int(ends.elements[Int(subject)])..<Int(ends.elements[Int(subject) + 1])
    return UnsafeBufferPointer(rebasing: order.elements[range])
  }
}
