import Foundation
import Testing

@testable import Projections

@Suite("Calendar periods")
struct PeriodCalendarTests {
  @Test(
    "days begin where the zone's calendar says, whatever its offset does",
    arguments: [
      "UTC", "Europe/Berlin", "America/Sao_Paulo", "Asia/Kolkata", "America/Caracas", "Asia/Pyongyang",
      "Africa/Casablanca", "Pacific/Apia",
    ])
  func days(zone: String) throws {
    let first: Int64 = 1_262_345_678_000_000
    let last: Int64 = 1_577_836_800_000_000
    let days = try PeriodCalendar(.day, timeZone: zone, covering: first, through: last)
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = try #require(TimeZone(identifier: zone))
    func micros(_ date: Date) -> Int64 { Int64((date.timeIntervalSince1970 * 1e6).rounded()) }
    var start = calendar.startOfDay(for: Date(timeIntervalSince1970: Double(first) / 1e6))
    for number in 0..<Int32(days.count) {
      #expect(days.start(number) == micros(start), "\(zone): \(start)")
      start = try #require(calendar.dateInterval(of: .day, for: start)?.end)
      #expect(days.end(number) == micros(start), "\(zone): \(start)")
    }
    #expect(micros(start) > last)
  }
}
