/// What will happen next, and to whom.
enum HappeningKind: UInt8 {
  case arrival, moveOn, enter, block, unblock, reopen
  case escapedDefect, defectResolved, feedback, outcome
  case incidentOpened, incidentResolved, voiding
  case redefinition, experimentStarted, experimentEnded
  case lateLine
}

/// Something that will happen.
struct Happening: BitwiseCopyable {
  /// When, in microseconds since 1970.
  var micros: Int64
  /// A number that the kind gives a meaning: a defect, a deployment, an event.
  var number: UInt64 = 0
  /// The item's slot, or its number when it has none any more.
  var item: UInt32 = 0
  /// The stream.
  var stream: UInt8 = 0
  /// The service.
  var service: UInt8 = 0
  /// What.
  var kind: HappeningKind
}

/// The future, soonest first: a binary heap in one array. O(log n) in, O(log n) out.
struct HappeningQueue {
  private var heap: [Happening] = []

  var isEmpty: Bool { heap.isEmpty }

  mutating func add(_ happening: Happening) {
    heap.append(happening)
    heap.withUnsafeMutableBufferPointer { heap in
      var child = heap.count - 1
      while child > 0 {
        let parent = (child - 1) / 2
        guard happening.micros < heap[parent].micros else { break }
        heap[child] = heap[parent]
        child = parent
      }
      heap[child] = happening
    }
  }

  /// Takes the soonest one.
  mutating func next() -> Happening? {
    guard let last = heap.popLast() else { return nil }
    guard let first = heap.first else { return last }
    heap.withUnsafeMutableBufferPointer { heap in
      var parent = 0
      while true {
        var child = 2 * parent + 1
        guard child < heap.count else { break }
        if child + 1 < heap.count && heap[child + 1].micros < heap[child].micros { child += 1 }
        guard heap[child].micros < last.micros else { break }
        heap[parent] = heap[child]
        parent = child
      }
      heap[parent] = last
    }
    return first
  }
}
