/// Values of some subjects, found by the subject's number: an array index, where a dictionary would hash.
///
/// One thread fills it; afterwards any number may read it.
final class SubjectTable<Value> {
  private let memory: Scratch<UInt32>
  /// One more than the place in ``values``; 0 for none.
  private let places: UnsafeMutableBufferPointer<UInt32>
  /// Plain memory that grows: an array would be counted by reference at every look, by all cores.
  @exclusivity(unchecked) private var valueMemory: HugeMemory
  @exclusivity(unchecked) private var storage: UnsafeMutablePointer<Value>
  @exclusivity(unchecked) private var capacity: Int
  /// How many subjects have a value.
  @exclusivity(unchecked) private(set) var count = 0

  /// An empty table for the subjects that a view knows.
  ///
  /// - Parameter most: how many values there will be at most, so that they need not move as they grow in number.
  convenience init(_ view: borrowing LedgerView, most: Int = 0) {
    self.init(subjectCount: Int(view.log.symbolCount(in: .subject)), most: most)
  }

  /// An empty table for so many subjects.
  init(subjectCount: Int, most: Int = 0) {
    memory = Scratch(count: subjectCount + 1)
    places = memory.elements
    capacity = max(most, 16)
    (valueMemory, storage) = Self.room(for: capacity)
  }

  deinit {
    storage.deinitialize(count: count)
    valueMemory.deallocate()
  }

  /// The values, in the order in which their subjects came first. Valid while the table lives.
  var values: UnsafeBufferPointer<Value> { UnsafeBufferPointer(start: storage, count: count) }

  /// The subjects that have a value, ascending. O(subjects that the view knows).
  var subjects: [UInt32] {
    // Room for one more, since each is written whether it is kept or not, which is quicker than to guess.
    [UInt32](unsafeUninitializedCapacity: count + 1) { subjects, kept in
      for subject in places.indices {
        subjects[kept] = UInt32(truncatingIfNeeded: subject)
        kept += places[subject] != 0 ? 1 : 0
      }
    }
  }

  /// The value of a subject; nil for none. A subject beyond the view's has none, and cannot be given one.
  @inline(__always)
  subscript(subject: UInt32) -> Value? {
    guard Int(subject) < places.count, places[Int(subject)] != 0 else { return nil }
    return storage[Int(places[Int(subject)]) - 1]
  }

  /// Gives a subject a value, or changes the one that it has.
  @inline(__always)
  func set(_ subject: UInt32, _ value: Value) {
    update(subject, default: value) { $0 = value }
  }

  /// Changes the value of a subject, if it has one.
  @inline(__always)
  func change(_ subject: UInt32, _ body: (inout Value) -> Void) {
    guard Int(subject) < places.count, places[Int(subject)] != 0 else { return }
    body(&storage[Int(places[Int(subject)]) - 1])
  }

  /// Changes the value of a subject, which is `start` before if it had none.
  @inline(__always)
  func update(_ subject: UInt32, default start: @autoclosure () -> Value, _ body: (inout Value) -> Void) {
    guard Int(subject) < places.count else { return }
    if places[Int(subject)] == 0 {
      if count == capacity { grow() }
      (storage + count).initialize(to: start())
      count += 1
      places[Int(subject)] = UInt32(truncatingIfNeeded: count)
    }
    body(&storage[Int(places[Int(subject)]) - 1])
  }

  private func grow() {
    let (memory, larger) = Self.room(for: capacity * 2)
    larger.moveInitialize(from: storage, count: count)
    valueMemory.deallocate()
    (valueMemory, storage) = (memory, larger)
    capacity *= 2
  }

  private static func room(for capacity: Int) -> (HugeMemory, UnsafeMutablePointer<Value>) {
    let memory = HugeMemory(
      byteCount: capacity * MemoryLayout<Value>.stride, alignment: MemoryLayout<Value>.alignment)
    return (memory, memory.start.bindMemory(to: Value.self, capacity: capacity))
  }
}

/// Some subjects: a bit for each.
struct SubjectSet {
  private var words: [UInt64]
  /// How many are in it.
  private(set) var count = 0

  /// An empty set for the subjects that a view knows.
  init(_ view: borrowing LedgerView) {
    words = [UInt64](repeating: 0, count: (Int(view.log.symbolCount(in: .subject)) + 64) / 64)
  }

  /// Whether a subject is in it.
  @inline(__always)
  func contains(_ subject: UInt32) -> Bool {
    let word = Int(subject >> 6)
    return word < words.count && words[word] & 1 << UInt64(subject & 63) != 0
  }

  /// Puts all subjects of another set of the same view in. O(subjects ÷ 64).
  mutating func formUnion(_ other: SubjectSet) {
    count = 0
    for place in words.indices {
      words[place] |= place < other.words.count ? other.words[place] : 0
      count += words[place].nonzeroBitCount
    }
  }

  /// Puts a subject in; one beyond the view's stays out.
  @inline(__always)
  mutating func insert(_ subject: UInt32) {
    let word = Int(subject >> 6)
    guard word < words.count, !contains(subject) else { return }
    words[word] |= 1 << UInt64(subject & 63)
    count += 1
  }
}
