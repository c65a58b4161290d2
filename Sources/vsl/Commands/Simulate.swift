import ArgumentParser
import Interchange

/// `vsl simulate`
struct Simulate: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Writes the events of a made-up organisation to standard output, one a line.",
    discussion: """
      The same seed gives the same events, for ever. Three value streams with rework, blocks, late arrivals, defects, deployments \
      and incidents, over about six months.

      EXAMPLES
        vsl simulate --events 20000 > events.ndjson
        vsl simulate --seed 7 --events 1000000 --late 0.05 | vsl import -
      """)

  @Option(name: .long, help: "How many events.")
  var events = 20_000
  @Option(name: .long, help: "What the randomness starts from.")
  var seed: UInt64 = 1
  @Option(name: .long, help: "The share of events that arrive late, from 0 to 1.")
  var late = 0.02
  @Option(
    name: .long, help: ArgumentHelp("When the first event happens. (default: 2026-01-05T08:00:00Z)", valueName: "time"))
  var start: String?

  func validate() throws {
    guard events >= 0, events <= 1_000_000_000 else {
      throw ValidationError("--events wants a number from 0 to 1000000000.")
    }
    guard late >= 0, late <= 1 else { throw ValidationError("--late wants a share from 0 to 1.") }
  }

  func run() throws {
    var options = SimulatorOptions()
    options.seed = seed
    options.events = events
    options.lateShare = late
    if let start { options.startMicros = try CutOptions.time(start, option: "--start") }
    var simulator = Simulator(options)
    simulator.run { Output.write($0) }
  }
}
