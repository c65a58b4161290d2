import Foundation
import Testing

@testable import ValueStream

/// An instant from its RFC 3339 text; the test fails when it is none.
private func instant(_ text: String) throws -> Int64 { try #require(Timestamp.parse(text), "\(text)") }

private let hour: Int64 = 3_600_000_000
private let officeHours = StreamDefinition.Calendar(weekdays: [1, 2, 3, 4, 5], hours: [540..<1020])

@Suite("Working time, worked out by hand")
struct WorkingCalendarTests {
  private func calendar(
    _ calendar: StreamDefinition.Calendar, _ zone: String, around year: Int = 2026
  ) throws -> WorkingCalendar {
    try WorkingCalendar(
      calendar, timeZone: zone, covering: instant("\(year)-01-01T00:00:00Z"),
      through: instant("\(year + 1)-01-15T00:00:00Z"))
  }

  @Test(
    "Office hours count within days, over nights, weekends and holidays",
    arguments: [
      // Thursday 2026-01-15 to the week behind it; CET is UTC+1.
      ("2026-01-15T10:00:00+01:00", "2026-01-15T12:30:00+01:00", 2.5),
      ("2026-01-15T06:00:00+01:00", "2026-01-15T08:59:00+01:00", 0),
      ("2026-01-15T17:00:00+01:00", "2026-01-16T09:00:00+01:00", 0),
      ("2026-01-15T16:00:00+01:00", "2026-01-16T10:00:00+01:00", 2),
      ("2026-01-15T16:00:00+01:00", "2026-01-19T10:00:00+01:00", 10),
      ("2026-01-17T00:00:00+01:00", "2026-01-19T00:00:00+01:00", 0),
      ("2026-01-12T00:00:00+01:00", "2026-01-19T00:00:00+01:00", 40),
      // Wednesday to Monday over the holiday of Friday, 25 December.
      ("2026-12-23T12:00:00+01:00", "2026-12-28T12:00:00+01:00", 16),
    ])
  func office(from: String, to: String, hours: Double) throws {
    var office = officeHours
    office.holidays = [Timestamp.days(year: 2026, month: 12, day: 25)]
    let berlin = try calendar(office, "Europe/Berlin")
    let expected = Int64(hours * 3600) * 1_000_000
    #expect(try berlin.workingMicros(from: instant(from), to: instant(to)) == expected)
    #expect(try berlin.workingMicros(from: instant(to), to: instant(from)) == -expected)
  }

  @Test("A change of the clocks on a Sunday leaves the office hours around it alone")
  func weekendOfTheChange() throws {
    let berlin = try calendar(officeHours, "Europe/Berlin")
    // Friday 15:00 CET to Monday 11:00 CEST, 67 hours later; and 69 hours in October.
    #expect(
      try berlin.workingMicros(from: instant("2026-03-27T14:00:00Z"), to: instant("2026-03-30T09:00:00Z")) == 4 * hour)
    #expect(
      try berlin.workingMicros(from: instant("2026-10-23T13:00:00Z"), to: instant("2026-10-26T10:00:00Z")) == 4 * hour)
    let newYork = try calendar(officeHours, "America/New_York")
    #expect(
      try newYork.workingMicros(from: instant("2026-03-06T20:00:00Z"), to: instant("2026-03-09T15:00:00Z")) == 4 * hour)
    #expect(
      try newYork.workingMicros(from: instant("2026-10-30T19:00:00Z"), to: instant("2026-11-02T16:00:00Z")) == 4 * hour)
  }

  @Test(
    "Hours in which the clocks change are as long as they last",
    arguments: [
      // Zone, day, hours in minutes, hours worked. Berlin: 02:00 to 03:00 skipped in March, repeated in October.
      ("Europe/Berlin", "2026-03-29", 0..<360, 5), ("Europe/Berlin", "2026-10-25", 0..<360, 7),
      ("Europe/Berlin", "2026-03-29", 150..<600, 7), ("Europe/Berlin", "2026-03-29", 120..<180, 0),
      // 02:30 to 03:00 twice, then seven hours.
      ("Europe/Berlin", "2026-10-25", 150..<600, 8), ("Europe/Berlin", "2026-10-25", 120..<180, 2),
      ("America/New_York", "2026-03-08", 0..<360, 5), ("America/New_York", "2026-11-01", 0..<360, 7),
      ("America/New_York", "2026-11-01", 60..<120, 2), ("America/New_York", "2026-11-01", 120..<180, 1),
      // Lord Howe Island moves its clocks by half an hour.
      ("Australia/Lord_Howe", "2026-04-05", 0..<360, 6.5), ("Australia/Lord_Howe", "2026-10-04", 0..<360, 5.5),
      // Half an hour off the hour, no change of the clocks.
      ("Asia/Kolkata", "2026-03-29", 0..<360, 6), ("UTC", "2026-03-29", 0..<360, 6),
    ])
  func changes(zone: String, day: String, minutes: Range<Int>, hours: Double) throws {
    let calendar = try calendar(.init(weekdays: [7], hours: [minutes]), zone)
    // From Saturday noon to Monday noon, UTC: that Sunday's hours and no other's.
    let noon = try instant("\(day)T12:00:00Z")
    let worked = calendar.workingMicros(from: noon - 24 * hour, to: noon + 24 * hour)
    #expect(worked == Int64(hours * 3600) * 1_000_000)
  }

  @Test("Zones that are half an hour off have their hours at half past")
  func kolkata() throws {
    let kolkata = try calendar(officeHours, "Asia/Kolkata")
    #expect(
      try kolkata.workingMicros(from: instant("2026-01-15T03:00:00Z"), to: instant("2026-01-15T04:00:00Z")) == hour / 2)
    #expect(
      try kolkata.advance(instant("2026-01-15T00:00:00Z"), byWorking: 8 * hour) == instant("2026-01-15T11:30:00Z"))
  }

  @Test("A day that a zone left out is not worked")
  func skippedDay() throws {
    // Samoa went from Thursday, 29 December 2011 to Saturday.
    let apia = try calendar(officeHours, "Pacific/Apia", around: 2011)
    let worked = try apia.workingMicros(
      from: instant("2011-12-29T12:00:00-10:00"), to: instant("2012-01-02T12:00:00+14:00"))
    #expect(worked == 8 * hour)
  }

  @Test("A break is not worked, and hours that overlap or touch count once")
  func several() throws {
    let from = try instant("2026-01-15T00:00:00Z")
    let to = from + 24 * hour
    let lunch = StreamDefinition.Calendar(weekdays: [4], hours: [780..<1020, 540..<720])
    #expect(try calendar(lunch, "UTC").workingMicros(from: from, to: to) == 7 * hour)
    #expect(try calendar(lunch, "UTC").workingMicros(from: from + 11 * hour, to: from + 14 * hour) == 2 * hour)
    let overlapping = StreamDefinition.Calendar(weekdays: [4], hours: [540..<720, 600..<660, 700..<780, 780..<840])
    #expect(try calendar(overlapping, "UTC").workingMicros(from: from, to: to) == 5 * hour)
    #expect(try calendar(.allHours, "Europe/Berlin").workingMicros(from: from, to: to + 1) == 24 * hour + 1)
  }

  @Test("Working time is added up to the first instant, and taken back to the last")
  func advances() throws {
    let utc = try calendar(officeHours, "UTC")
    let thursday = try instant("2026-01-15T09:00:00Z")
    #expect(utc.advance(thursday, byWorking: 8 * hour) == thursday + 8 * hour)
    #expect(utc.advance(thursday, byWorking: 8 * hour + 1) == thursday + 24 * hour + 1)
    #expect(utc.advance(thursday + 32 * hour, byWorking: hour) == thursday + 97 * hour)
    #expect(utc.advance(thursday + 97 * hour, byWorking: -hour) == thursday + 96 * hour)
    #expect(utc.advance(thursday + 97 * hour, byWorking: -hour - 1) == thursday + 32 * hour - 1)
    #expect(utc.advance(thursday - hour, byWorking: 0) == thursday - hour)
    #expect(utc.advance(thursday, byWorking: .max) == WorkingCalendar.endMicros)
    #expect(utc.advance(thursday, byWorking: .min) == WorkingCalendar.firstMicros)
    #expect(utc.advance(.max, byWorking: 1) == WorkingCalendar.endMicros)
    #expect(utc.advance(.min, byWorking: hour) == (try instant("1900-01-01T10:00:00Z")))
  }

  @Test("Nothing is worked outside of the ledger's years, and no instant traps")
  func extremes() throws {
    let utc = try calendar(.allHours, "UTC")
    #expect(utc.workingMicros(from: .min, to: .max) == WorkingCalendar.endMicros - WorkingCalendar.firstMicros)
    #expect(utc.workingMicros(from: .max, to: .min) == WorkingCalendar.firstMicros - WorkingCalendar.endMicros)
    #expect(utc.workingMicros(from: .max, to: .max) == 0)
    let backwards = try WorkingCalendar(officeHours, timeZone: "UTC", covering: .max, through: .min)
    #expect(
      try backwards.workingMicros(from: instant("2026-01-15T00:00:00Z"), to: instant("2026-01-16T00:00:00Z")) == 8
        * hour)
  }

  @Test("A calendar that cannot be counted by says why")
  func refusals() throws {
    func problem(_ calendar: StreamDefinition.Calendar, _ zone: String = "UTC") -> WorkingCalendarError? {
      do {
        _ = try WorkingCalendar(calendar, timeZone: zone, covering: 0, through: 0)
        return nil
      } catch {
        return error
      }
    }
    #expect(problem(officeHours, "Europe/Berlni") == .unknownTimeZone("Europe/Berlni"))
    #expect(problem(.init(weekdays: [], hours: [540..<1020])) == .noWeekdays)
    #expect(problem(.init(weekdays: [1, 8], hours: [540..<1020])) == .weekdayOutOfRange(8))
    #expect(problem(.init(weekdays: [1], hours: [])) == .noHours)
    #expect(problem(.init(weekdays: [1], hours: [540..<540])) == .invertedHours(from: 540, to: 540))
    #expect(problem(.init(weekdays: [1], hours: [540..<1441])) == .hoursOutOfDay(from: 540, to: 1441))
    #expect(problem(.init(weekdays: [1], hours: [-1..<60])) == .hoursOutOfDay(from: -1, to: 60))
    #expect(problem(officeHours) == nil)
    #expect("\(WorkingCalendarError.noHours)".contains("no working hours"))
    #expect("\(WorkingCalendarError.invertedHours(from: 1320, to: 365))".contains("22:00 to 24:00 and 00:00 to 06:05"))
  }

  @Test("A definition's calendar is counted by, and what is wrong with it is not passed over")
  func definitions() throws {
    func definition(_ more: String) throws -> StreamDefinition {
      let data = #"{"stages":[{"name":"a","kind":"work"}]"# + more + "}"
      return try Array(sample("vsl.stream.defined.v1", data: data).utf8).withUnsafeBytes {
        try StreamDefinition(eventBytes: $0)
      }
    }
    func worked(_ more: String) throws -> Int64 {
      let from = try instant("2026-01-15T00:00:00Z")
      let calendar = try WorkingCalendar(definition(more), covering: from, through: from + 24 * hour)
      return calendar.workingMicros(from: from, to: from + 24 * hour)
    }
    let thursday = #","calendar":{"weekdays":["thursday"],"hours":[{"from":"22:00","to":"24:00"}]}"#
    #expect(try worked("") == 24 * hour)
    #expect(try worked(thursday) == 2 * hour)
    #expect(try worked(thursday + #","timezone":"Europe/London""#) == 2 * hour)
    // 22:00 in New York is 03:00 in UTC on the next day.
    #expect(try worked(thursday + #","timezone":"America/New_York""#) == 0)
    let night =
      #","calendar":{"weekdays":["monday"],"hours":[{"from":"09:00","to":"10:00"},{"from":"22:00","to":"06:00"}]}"#
    #expect(throws: WorkingCalendarError.invertedHours(from: 1320, to: 360)) { try worked(night) }
    #expect(throws: WorkingCalendarError.noHours) { try worked(#","calendar":{"weekdays":["monday"],"hours":[]}"#) }
    #expect(throws: WorkingCalendarError.noWeekdays) {
      try worked(#","calendar":{"weekdays":[],"hours":[{"from":"09:00","to":"10:00"}]}"#)
    }
    #expect(throws: WorkingCalendarError.unknownTimeZone("Nowhere")) { try worked(#","timezone":"Nowhere""#) }
  }
}
