import Dispatch
import Foundation
import Synchronization

/// Spreads a pass over the machine's cores.
public enum Cores {
  /// Below so many rows one core is quicker.
  private static let rowsForLanes = 1 << 16

  /// So many lanes whatever the number of rows, so that tests of small ledgers take the ways of large ones.
  @TaskLocal public static var forcedLanes: Int?

  /// On how many cores a pass over so many rows pays.
  public static func lanes(for rowCount: Int) -> Int {
    if let forcedLanes { return forcedLanes }
    return rowCount < rowsForLanes ? 1 : min(4, ProcessInfo.processInfo.activeProcessorCount)
  }

  /// Calls `body` once for each lane, at the same time. Each call must keep to memory of its own.
  public static func run(_ laneCount: Int, _ body: (Int) -> Void) {
    guard laneCount > 1 else { return body(0) }
    withoutActuallyEscaping(body) { body in
      let body = Unchecked(body)
      DispatchQueue.concurrentPerform(iterations: laneCount) { body.value($0) }
    }
  }

  /// Calls `body` once for each task, on several cores, each of which takes the next task when it is done with one: long tasks come first.
  /// A lane takes its tasks in their order; what it works with must be its own.
  public static func share(_ taskCount: Int, laneCount: Int, _ body: (_ task: Int, _ lane: Int) -> Void) {
    let next = Atomic<Int>(0)
    run(laneCount) { lane in
      while true {
        let task = next.wrappingAdd(1, ordering: .relaxed).oldValue
        guard task < taskCount else { return }
        body(task, lane)
      }
    }
  }

  /// Does two things at the same time where there are two cores and it pays for so many rows; the first on the thread that asks, so that it
  /// may use what belongs to that thread.
  public static func both<First, Second>(
    for rowCount: Int, _ first: () throws -> First, _ second: () -> Second
  ) rethrows -> (First, Second) {
    guard lanes(for: rowCount) > 1 else { return (try first(), second()) }
    return try withoutActuallyEscaping(second) { second in
      let second = Unchecked(second)
      let slot = Mutex<Unchecked<Second>?>(nil)
      let group = DispatchGroup()
      return try withoutActuallyEscaping({ slot.withLock { $0 = Unchecked(second.value()) } }) { work in
        let work = Unchecked(work)
        DispatchQueue.global().async(group: group) { work.value() }
        defer { group.wait() }
        let one = try first()
        group.wait()
        guard let other = slot.withLock({ $0 }) else { return (one, second.value()) }
        return (one, other.value)
      }
    }
  }

  /// Divides 0 ..< count among lanes, each with a state of its own; the states come back in the order of the ranges. `body` is called
  /// from several threads at once and may change nothing but its state.
  ///
  /// - Parameter bounds: where the part of each lane begins, and the last one ends; parts of the same length when nil.
  public static func fold<State>(
    _ count: Int, laneCount: Int, bounds: [Int]? = nil, _ make: () -> State,
    _ body: (inout State, Range<Int>) -> Void
  ) -> [State] {
    let bounds = bounds ?? (0...laneCount).map { count * $0 / laneCount }
    var states = (0..<laneCount).map { _ in make() }
    states.withUnsafeMutableBufferPointer { states in
      let states = Unchecked(states)
      run(laneCount) { lane in
        // Worked on in a place of its own, so that no two cores write to one line of the cache.
        var state = states.value[lane]
        states.value[lane] = make()
        body(&state, bounds[lane]..<bounds[lane + 1])
        states.value[lane] = state
      }
    }
    return states
  }
}

extension Array {
  /// As `map`, on all cores. `body` is called from several threads at once.
  public func mapOnCores<Result>(_ body: (Element) -> Result) -> [Result] {
    let laneCount = Swift.min(count, Cores.lanes(for: .max))
    guard laneCount > 1 else { return map(body) }
    let lanes = Cores.fold(laneCount, laneCount: laneCount) {
      [(Int, Result)]()
    } _: { results, lanes in
      // Neighbours go to different cores, since large ones often stand together.
      for lane in lanes {
        for index in stride(from: lane, to: count, by: laneCount) { results.append((index, body(self[index]))) }
      }
    }
    return lanes.joined().sorted { $0.0 < $1.0 }.map(\.1)
  }
}

/// Passes something to other threads where the caller makes sure that no two of them touch the same part of it.
public struct Unchecked<Value>: @unchecked Sendable {
  /// What is passed.
  public let value: Value
  /// Passes something.
  public init(_ value: Value) { self.value = value }
}
