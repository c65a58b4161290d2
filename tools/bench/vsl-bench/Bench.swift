import ArgumentParser
import EventLog
import Foundation
import Projections
import ValueStream

/// Measures, in one process, what the command line cannot measure from outside. Prints one JSON object.
@main
struct Bench: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "vsl-bench", abstract: "Measurements of Value Stream Ledger; run by tools/bench/run.",
    subcommands: [Single.self, Increment.self, Ask.self])
}

/// One durable append after another.
struct Single: ParsableCommand {
  static let configuration = CommandConfiguration(abstract: "Appends events one by one, each durable before the next.")
  @Argument(help: "CloudEvents, one a line.") var file: String
  @Argument(help: "The ledger's folder; it must exist.") var ledger: String
  @Option(help: "How many.") var count = 2000

  func run() throws {
    let log = try EventLog.open(at: ledger, options: EventLogOptions())
    let preparer = EventPreparer(isStrict: true)
    let batch = EventBatch()
    let text = try String(contentsOfFile: file, encoding: .utf8)
    let lines = text.split(separator: "\n", maxSplits: count, omittingEmptySubsequences: true).prefix(count).map {
      Array($0.utf8)
    }
    let clock = ContinuousClock()
    var slowest = Duration.zero
    let started = clock.now
    for (index, line) in lines.enumerated() {
      let begun = clock.now
      batch.removeAll()
      try line.withUnsafeBytes { try preparer.prepare($0, line: index + 1, into: batch) }
      _ = try log.append(batch, nowMicros: Int64(Date().timeIntervalSince1970 * 1e6))
      slowest = max(slowest, clock.now - begun)
    }
    let seconds = (clock.now - started) / .seconds(1)
    print("{\"events\":\(lines.count),\"seconds\":\(seconds),\"slowestSeconds\":\(slowest / .seconds(1))}")
  }
}

/// One more event of an open item, appended and posted to the books.
struct Increment: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Appends events one by one, and posts each to the books before the next.")
  @Argument(help: "The ledger's folder. The events stay in it.") var ledger: String
  /// Twice the facts of a block, so that the last block, which is read anew each time, is as often nearly empty as nearly full.
  @Option(help: "How many.") var count = 2042

  func run() throws {
    let ledger = try Ledger.open(at: ledger)
    let position = try ledger.catchUp()
    let preparer = EventPreparer(isStrict: true)
    let batch = EventBatch()
    let clock = ContinuousClock()
    var appends: [Double] = []
    var posts: [Double] = []
    for index in 0..<count {
      let time = Int64(Date().timeIntervalSince1970 * 1e6)
      // Items of its own, each moved on a few times; the first event of each is not measured with the others' cache.
      let line = """
        {"specversion":"1.0","id":"increment-\(time)-\(index)","source":"/bench","type":"vsl.item.entered.v1",\
        "subject":"increment-\(index % 50)","time":"\(Timestamp.format(time))","valuestream":"payments",\
        "data":{"stage":"stage-\(index / 50 % 6)"}}
        """
      batch.removeAll()
      try Array(line.utf8).withUnsafeBytes { try preparer.prepare($0, line: index + 1, into: batch) }
      let begun = clock.now
      _ = try ledger.log.append(batch, nowMicros: time)
      let appended = clock.now
      try ledger.catchUp()
      appends.append((appended - begun) / .microseconds(1))
      posts.append((clock.now - appended) / .microseconds(1))
    }
    func median(_ values: [Double]) -> Double { values.sorted()[values.count / 2] }
    print(
      "{\"events\":\(position),\"appendMicros\":\(median(appends)),\"postMicros\":\(median(posts))}")
  }
}

/// Answers, now and at random cuts.
struct Ask: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "ask", abstract: "Asks each metric now, and at random positions and times.")
  @Argument(help: "The ledger's folder.") var ledger: String
  @Option(help: "How many random cuts.") var random = 200
  @Option(help: "How many times to ask now.") var now = 5
  @Option(help: "The seed of the random cuts.") var seed: UInt64 = 1
  @Option(help: "Metrics to ask; all when none is named.") var metric: [String] = []

  func run() throws {
    let ledger = try Ledger.open(at: ledger)
    try ledger.catchUp()
    let view = try ledger.view()
    let facts = try view.log.facts()
    var earliest = Int64.max
    var latest = Int64.min
    for block in 0..<facts.blockCount {
      earliest = min(earliest, facts.block(block).header.minTimeMicros)
      latest = max(latest, facts.block(block).header.maxTimeMicros)
    }
    // Now is when the last event has happened: the whole ledger counts.
    let nowMicros = latest + 1
    let clock = ContinuousClock()
    var results: [String] = []
    let metrics = try metric.isEmpty ? Catalogue.all : metric.map(Catalogue.projection(named:))
    for projection in metrics {
      func ask(_ query: Query) throws -> Double {
        let begun = clock.now
        // A view each time, as a question of its own takes it.
        _ = try projection.checkedAnswer(query, from: ledger.view())
        return (clock.now - begun) / .milliseconds(1)
      }
      var times: [Double] = []
      for _ in 0..<max(now, 1) { times.append(try ask(Query(nowMicros: nowMicros))) }
      let current = times.sorted()[times.count / 2]
      var generator = Generator(state: seed)
      times = []
      var slowest: (milliseconds: Double, query: Query)?
      for _ in 0..<random {
        var query = Query(nowMicros: nowMicros)
        query.knownAt = .position(generator.next() % (view.position + 1))
        query.atMicros = earliest + Int64(generator.next() % UInt64(max(1, latest - earliest)))
        let milliseconds = try ask(query)
        times.append(milliseconds)
        if milliseconds > slowest?.milliseconds ?? 0 { slowest = (milliseconds, query) }
      }
      times.sort()
      func rank(_ percent: Int) -> Double { times.isEmpty ? 0 : times[max(0, (times.count * percent + 99) / 100 - 1)] }
      results.append(
        "{\"metric\":\"\(projection.name)\",\"nowMs\":\(current),\"p50Ms\":\(rank(50)),\"p99Ms\":\(rank(99)),"
          + "\"slowest\":\(Self.words(slowest?.query))}")
    }
    print("{\"events\":\(view.position),\"metrics\":[\(results.joined(separator: ","))]}")
  }

  /// The options that ask the same again.
  private static func words(_ query: Query?) -> String {
    guard let query, case .position(let position) = query.knownAt, let at = query.atMicros else { return "null" }
    return "\"--known-at \(position) --at \(Timestamp.format(at))\""
  }

  /// SplitMix64: the same cuts for the same seed.
  private struct Generator {
    var state: UInt64
    mutating func next() -> UInt64 {
      state &+= 0x9E37_79B9_7F4A_7C15
      var z = state
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      return z ^ (z >> 31)
    }
  }
}
