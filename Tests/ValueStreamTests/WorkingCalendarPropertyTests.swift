import Foundation
import TestSupport
import Testing

@testable import ValueStream

@Suite("Working time against a count of minutes")
struct WorkingCalendarPropertyTests {
  private static let minute: Int64 = 60_000_000
  // Each zone with an instant around which its clocks change, where they do.
  private static let places = [
    ("Europe/Berlin", "2026-03-29T01:00:00Z"), ("Europe/Berlin", "2026-10-25T01:00:00Z"),
    ("America/New_York", "2026-03-08T07:00:00Z"), ("America/New_York", "2026-11-01T06:00:00Z"),
    ("Asia/Kolkata", "2026-02-28T00:00:00Z"), ("Australia/Lord_Howe", "2026-04-04T15:00:00Z"),
    ("Australia/Adelaide", "2026-10-03T16:30:00Z"), ("America/St_Johns", "2026-11-01T04:30:00Z"),
    ("Pacific/Apia", "2011-12-30T10:00:00Z"), ("Africa/Casablanca", "2026-02-15T02:00:00Z"),
    ("Asia/Kathmandu", "1985-12-31T18:30:00Z"), ("UTC", "2024-02-29T12:00:00Z"),
  ]

  /// The working time, by asking Foundation for the clock time of each minute.
  private func counted(
    _ working: StreamDefinition.Calendar, _ zone: TimeZone, from: Int64, to: Int64
  ) -> Int64 {
    var calendar = Calendar(identifier: .gregorian)
    calendar.timeZone = zone
    var total: Int64 = 0
    var start = from - from % Self.minute
    while start < to {
      let parts = calendar.dateComponents(
        [.year, .month, .day, .hour, .minute, .weekday], from: Date(timeIntervalSince1970: Double(start / 1_000_000)))
      let ofDay = (parts.hour ?? 0) * 60 + (parts.minute ?? 0)
      let isWorked =
        working.weekdays.contains(((parts.weekday ?? 0) + 5) % 7 + 1)
        && working.hours.contains { $0.contains(ofDay) }
        && !working.holidays.contains(
          Timestamp.days(year: parts.year ?? 0, month: parts.month ?? 0, day: parts.day ?? 0))
      if isWorked { total += min(to, start + Self.minute) - max(from, start) }
      start += Self.minute
    }
    return total
  }

  private func randomCalendar(around micros: Int64, _ random: inout SeededGenerator) -> StreamDefinition.Calendar {
    let day = Int(micros / Timestamp.microsPerDay)
    let hours = (0..<Int.random(in: 1...4, using: &random)).map { _ in
      let from = Int.random(in: 0..<1440, using: &random)
      return from..<Int.random(in: from + 1...1440, using: &random)
    }
    return .init(
      weekdays: Set((0..<Int.random(in: 1...10, using: &random)).map { _ in Int.random(in: 1...7, using: &random) }),
      hours: hours,
      holidays: Set(
        (0..<Int.random(in: 0...3, using: &random)).map { _ in day + Int.random(in: -3...3, using: &random) }))
  }

  @Test("Random spans of random calendars are as long as their working minutes", arguments: places.indices)
  func spans(index: Int) throws {
    let (name, text) = Self.places[index]
    let zone = try #require(TimeZone(identifier: name))
    let change = try #require(Timestamp.parse(text))
    var random = SeededGenerator(seed: UInt64(index))
    for _ in 0..<12 {
      let working = randomCalendar(around: change, &random)
      let from = change - Int64.random(in: 0...2 * Timestamp.microsPerDay, using: &random)
      let to = from + Int64.random(in: 0...4 * Timestamp.microsPerDay, using: &random)
      let covered = try WorkingCalendar(working, timeZone: name, covering: from, through: to)
      let expected = counted(working, zone, from: from, to: to)
      #expect(covered.workingMicros(from: from, to: to) == expected, "\(name) \(working) \(from) \(to)")
    }
  }

  @Test("What is covered does not change what is answered", arguments: places.indices)
  func coverage(index: Int) throws {
    let (name, text) = Self.places[index]
    let change = try #require(Timestamp.parse(text))
    var random = SeededGenerator(seed: UInt64(index) &+ 100)
    let year = 366 * Timestamp.microsPerDay
    for _ in 0..<6 {
      let working = randomCalendar(around: change, &random)
      let full = try WorkingCalendar(working, timeZone: name, covering: change - year, through: change + year)
      let start = change + Int64.random(in: -year / 9...year / 9, using: &random)
      var partial = try WorkingCalendar(
        working, timeZone: name, covering: start, through: start + Int64.random(in: 0...year / 20, using: &random))
      for round in 0..<20 {
        if round == 10 { partial.cover(from: change, through: change) }
        let from = change + Int64.random(in: -year / 6...year / 6, using: &random)
        let to = change + Int64.random(in: -year / 6...year / 6, using: &random)
        let worked = full.workingMicros(from: from, to: to)
        #expect(partial.workingMicros(from: from, to: to) == worked)
        #expect(full.workingMicros(from: to, to: from) == -worked)
        let middle = from + (to - from) / 3
        #expect(full.workingMicros(from: from, to: middle) + full.workingMicros(from: middle, to: to) == worked)
        #expect(partial.advance(from, byWorking: worked) == full.advance(from, byWorking: worked))
      }
    }
  }

  @Test("Advancing works exactly what was asked, and no instant nearer would", arguments: places.indices)
  func advancing(index: Int) throws {
    let (name, text) = Self.places[index]
    let change = try #require(Timestamp.parse(text))
    var random = SeededGenerator(seed: UInt64(index) &+ 200)
    for _ in 0..<20 {
      let working = randomCalendar(around: change, &random)
      let calendar = try WorkingCalendar(
        working, timeZone: name, covering: change, through: change + 30 * Timestamp.microsPerDay)
      let from = change + Int64.random(in: 0...3 * Timestamp.microsPerDay, using: &random)
      let amount = Int64.random(in: 1...2 * Timestamp.microsPerDay, using: &random)
      let later = calendar.advance(from, byWorking: amount)
      #expect(calendar.workingMicros(from: from, to: later) == amount)
      #expect(calendar.workingMicros(from: from, to: later - 1) == amount - 1)
      let earlier = calendar.advance(from, byWorking: -amount)
      #expect(calendar.workingMicros(from: from, to: earlier) == -amount)
      #expect(calendar.workingMicros(from: from, to: earlier + 1) == 1 - amount)
    }
  }
}
