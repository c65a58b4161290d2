/// The state of a run: the future, the open items, and the lines of the happening that was told last.
struct Simulation {
  static let second: Int64 = 1_000_000
  static let hour: Int64 = 3600 * second
  static let day: Int64 = 24 * hour
  /// 2100-01-01, so that no time leaves the years that the vocabulary allows.
  private static let latestStart: Int64 = 4_102_444_800_000_000
  /// Events a day at most.
  private static let largestDailyRate = 200_000.0 / 181
  /// Events that an item causes on average, with everything around it; measured.
  private static let eventsPerItem = 12.0

  var lines = LineBuffer()
  var random: RandomSource
  var items = SimulatedItems()
  private var future = HappeningQueue()

  /// The instant of the last event; no two are equal.
  private(set) var now: Int64
  /// Distinguishes the ids of runs with other options.
  let runID: UInt64
  /// The number of the last event.
  var eventNumber: UInt64 = 0
  var changeNumber: UInt64 = 0
  var deploymentNumber: UInt64 = 0
  var incidentNumber: UInt64 = 0
  var defectNumber: UInt64 = 0
  var feedbackNumber: UInt64 = 0
  var checkNumber: UInt64 = 0
  /// The number of the last item of each stream.
  var itemNumbers: [UInt32] = [1000, 1000, 1000]
  /// Changes that wait for the next deployment, by stream.
  var pendingChanges: [[UInt64]] = [[], [], []]
  let hours: [WorkingHours]
  let itemsPerDay: [Double]
  /// When a stream gets another stage; the events from then on know it.
  let redefinitionMicros: Int64
  let startMicros: Int64

  init(_ options: SimulatorOptions) {
    let start = min(max(0, options.startMicros), Self.latestStart)
    let events = Double(max(1, options.events))
    let dailyRate = min(events / 181, Self.largestDailyRate)
    let span = Int64(events / dailyRate) * Self.day
    startMicros = start
    now = start
    redefinitionMicros = start + span / 2
    random = RandomSource(seed: options.seed)
    var mixed =
      options.seed &* 0x9E37_79B9 &+ UInt64(truncatingIfNeeded: options.events)
      ^ UInt64(
        truncatingIfNeeded: options.startMicros) ^ options.lateShare.bitPattern
    runID = RandomSource.splitMix(&mixed)
    hours = Organisation.streams.map { WorkingHours(offsetHours: $0.offsetHours) }
    // Of seven days, five are worked on.
    itemsPerDay = Organisation.streams.map { dailyRate / Self.eventsPerItem * Double($0.share) / 100 * 7 / 5 }

    for stream in Organisation.streams.indices {
      future.add(Happening(micros: start, number: 1, stream: UInt8(stream), kind: .redefinition))
      scheduleArrival(stream)
    }
    future.add(Happening(micros: redefinitionMicros, number: 2, stream: 1, kind: .redefinition))
    future.add(Happening(micros: start + span / 3, kind: .experimentStarted))
    future.add(Happening(micros: start + span / 2 + 10 * Self.day, kind: .experimentEnded))
  }

  /// Takes the next happening.
  mutating func next() -> Happening? { future.next() }

  /// Writes the lines of a happening and schedules what follows from it.
  mutating func tell(_ happening: Happening) {
    lines.removeAll()
    now = max(now, happening.micros)
    switch happening.kind {
    case .arrival: arrive(Int(happening.stream))
    case .moveOn: moveOn(happening.item)
    case .enter: enter(happening.item)
    case .block: block(happening.item)
    case .unblock: unblock(happening.item)
    case .reopen: reopen(happening)
    case .escapedDefect: findEscapedDefect(happening)
    case .defectResolved: resolveDefect(happening)
    case .feedback: receiveFeedback(happening)
    case .outcome: measureOutcome(happening)
    case .incidentOpened: openIncident(happening)
    case .incidentResolved: resolveIncident(happening)
    case .voiding: void(happening)
    case .redefinition: define(happening)
    case .experimentStarted, .experimentEnded: experiment(happening.kind)
    case .lateLine: break
    }
  }

  // MARK: The future

  /// Schedules by the wall clock.
  mutating func schedule(
    _ kind: HappeningKind, in duration: Int64, number: UInt64 = 0, item: UInt32 = 0, stream: Int = 0, service: UInt8 = 0
  ) {
    future.add(
      Happening(
        micros: now + duration, number: number, item: item, stream: UInt8(stream), service: service, kind: kind))
  }

  /// Schedules by the stream's working hours.
  mutating func schedule(_ kind: HappeningKind, inWorkingTime duration: Int64, item: UInt32, stream: Int) {
    future.add(
      Happening(micros: hours[stream].after(now, duration), item: item, stream: UInt8(stream), kind: kind))
  }

  mutating func scheduleArrival(_ stream: Int) {
    let mean = Int64(Double(8 * Self.hour) / itemsPerDay[stream])
    let wait = SkewedTimes.untilNext(mean, &random)
    schedule(.arrival, inWorkingTime: wait, item: 0, stream: stream)
  }

  /// True when the line last written is to come late. What defines the streams never is: its events are the first.
  mutating func isLate(_ parts: Int) -> Bool { random.chance(parts) && eventNumber > 12 }

  /// Between two hours and three weeks from now.
  mutating func scheduleLateLine(_ slot: UInt32) {
    let wait = min(21 * Self.day, max(2 * Self.hour, SkewedTimes.skewed(30 * Self.hour, &random)))
    schedule(.lateLine, in: wait, item: slot)
  }

  /// A later instant than that of any event before.
  mutating func tick() -> Int64 {
    now = now / 1000 * 1000 + 1000
    return now
  }
}
