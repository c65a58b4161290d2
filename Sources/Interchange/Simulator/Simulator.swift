/// Tells the life of a small organisation as CloudEvents, one a line: the same options give the same bytes, on every
/// machine, for ever.
///
/// Three value streams with their own stages, calendars and habits; items that wait, are worked on, are blocked, go
/// back, are cancelled or reopened; checks, changes, deployments, incidents, defects, feedback. Events come in the
/// order in which they happened, except for the late ones. Up to 200,000 events tell of about six months (more events,
/// more items a day); beyond that, the daily rate stays and the time goes on, so that open work, and with it memory,
/// stays bounded.
///
/// ```swift
/// var simulator = Simulator(SimulatorOptions(events: 1000))
/// try simulator.run { line in try output.write(line) }
/// ```
public struct Simulator {
  /// What it makes.
  public let options: SimulatorOptions

  /// Makes a simulator. Counts below zero are taken as zero, shares as 0…1.
  public init(_ options: SimulatorOptions = SimulatorOptions()) {
    self.options = options
  }

  /// Emits exactly `options.events` lines, each with its newline. The bytes are valid only during the call. Every run
  /// begins anew.
  ///
  /// - Complexity: O(n log w) for w open items; no memory per event.
  public mutating func run(_ emit: (UnsafeRawBufferPointer) throws -> Void) rethrows {
    var simulation = Simulation(options)
    var late = LateLines()
    var left = max(0, options.events)
    let lateParts = Int(min(max(options.lateShare, 0), 1) * 10_000)

    while left > late.count, let happening = simulation.next() {
      if happening.kind == .lateLine {
        try late.take(happening.item, emit)
        left -= 1
        continue
      }
      simulation.tell(happening)
      for index in 0..<simulation.lines.ends.count where left > late.count {
        if let slot = simulation.isLate(lateParts) ? simulation.lines.withLine(index, { late.keep($0) }) : nil {
          simulation.scheduleLateLine(slot)
        } else {
          try simulation.lines.withLine(index, emit)
          left -= 1
        }
      }
    }
    // What is late still, in its order.
    while late.count > 0, let happening = simulation.next() {
      guard happening.kind == .lateLine else { continue }
      try late.take(happening.item, emit)
    }
  }
}
