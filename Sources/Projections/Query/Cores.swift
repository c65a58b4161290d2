import Dispatch
import Foundation

/// Spreads a pass over the machine's cores.
enum Cores {
  /// Below so many rows one core is quicker.
  private static let rowsForLanes = 1 << 16

  /// So many lanes whatever the number of rows, so that tests of small ledgers take the ways of large ones.
  @TaskLocal static var forcedLanes: Int?

  /// On how many cores a pass over so many rows pays.
  static func lanes(for rowCount: Int) -> Int {
    if let forcedLanes { return forcedLanes }
    return rowCount < rowsForLanes ? 1 : min(4, ProcessInfo.processInfo.activeProcessorCount)
  }

  /// Calls `body` once for each lane, at the same time. Each call must keep to memory of its own.
  static func run(_ laneCount: Int, _ body: (Int) -> Void) {
    guard laneCount > 1 else { return body(0) }
    withoutActuallyEscaping(body) { body in
      let body = Unchecked(body)
      DispatchQueue.concurrentPerform(iterations: laneCount) { body.value($0) }
    }
  }

  /// Divides 0 ..< count among lanes, each with a state of its own; the states come back in the order of the ranges. `body` is called
  /// from several threads at once and may change nothing but its state.
  static func fold<State>(
    _ count: Int, laneCount: Int, _ make: () -> State, _ body: (inout State, Range<Int>) -> Void
  ) -> [State] {
    var states = (0..<laneCount).map { _ in make() }
    states.withUnsafeMutableBufferPointer { states in
      let states = Unchecked(states)
      run(laneCount) { lane in
        // Worked on in a place of its own, so that no two cores write to one line of the cache.
        var state = states.value[lane]
        states.value[lane] = make()
        body(&state, count * lane / laneCount..<count * (lane + 1) / laneCount)
        states.value[lane] = state
      }
    }
    return states
  }
}

/// Passes something to other threads where the caller makes sure that no two of them touch the same part of it.
struct Unchecked<Value>: @unchecked Sendable {
  let value: Value
  init(_ value: Value) { self.value = value }
}
