import Tables
import Testing

@testable import Projections

@Suite("Process behaviour chart")
struct ControlChartTests {
  @Test("the last points are the last of all points, also among deliveries of one instant", arguments: 0..<6)
  func last(seed: Int) throws {
    let events = RandomEvents.make(count: 200, seed: UInt64(seed) &+ 81_000, distinctTimes: seed % 2 == 0)
    let test = try TestLedger(events)
    func points(_ last: Int) throws -> [[Value]] {
      let answer = try test.answer("control-chart", knownAt: 200, at: 700) { $0.options["last"] = "\(last)" }
      return zip(answer.column("when"), zip(answer.column("point"), answer.column("value"))).map { [$0, $1.0, $1.1] }
    }
    let all = try points(1000)
    for last in 1...max(all.count, 1) {
      #expect(try points(last) == Array(all.suffix(last)), "\(last) of \(all.count)")
    }
  }
}
