import Foundation
import TestSupport
import Testing

@testable import ValueStream

@Suite("Timestamps")
struct VocabularyTimestampTests {
  @Test(
    "Times are read to the microsecond, in any offset",
    arguments: [
      ("1970-01-01T00:00:00Z", 0), ("1970-01-01T01:00:00+01:00", 0), ("1969-12-31T23:59:59.999999Z", -1),
      ("2026-01-02T03:04:05Z", 1_767_323_045_000_000), ("2026-01-02T03:04:05.5Z", 1_767_323_045_500_000),
      ("2026-01-02T03:04:05.123456789Z", 1_767_323_045_123_456), ("2000-02-29t12:00:00z", 951_825_600_000_000),
      ("1969-12-31T23:59:59.9999999Z", -1), ("1900-01-01T00:00:00+23:59", -2_209_075_140_000_000),
    ] as [(String, Int64)])
  func reads(text: String, micros: Int64) {
    #expect(Timestamp.parse(text) == micros)
  }

  @Test("What is written is read as the same instant, and as Foundation reads it")
  func roundTrips() throws {
    var random = SeededGenerator(seed: 3)
    let formatter = ISO8601DateFormatter()
    for _ in 0..<2000 {
      let micros = Int64.random(in: -2_208_988_800_000_000..<7_258_118_400_000_000, using: &random)
      #expect(Timestamp.parse(Timestamp.format(micros)) == micros)
      let seconds = micros - ((micros % 1_000_000) + 1_000_000) % 1_000_000
      #expect(Timestamp.format(seconds) == formatter.string(from: Date(timeIntervalSince1970: Double(seconds) / 1e6)))
    }
  }

  @Test("Fractions are written without trailing zeros")
  func fractions() {
    #expect(Timestamp.format(1_500_000) == "1970-01-01T00:00:01.5Z")
    #expect(Timestamp.format(10) == "1970-01-01T00:00:00.00001Z")
    #expect(Timestamp.format(-1) == "1969-12-31T23:59:59.999999Z")
  }

  @Test("No bytes make the parser or the formatter crash")
  func anything() {
    var random = SeededGenerator(seed: 4)
    let valid = Array("2026-01-02T03:04:05.123+01:00".utf8)
    for _ in 0..<50_000 {
      var bytes = Array(valid.prefix(Int.random(in: 0...valid.count, using: &random)))
      if !bytes.isEmpty {
        bytes[Int.random(in: 0..<bytes.count, using: &random)] = UInt8.random(in: 0...255, using: &random)
      }
      bytes.withUnsafeBytes {
        _ = Timestamp.parse($0)
        _ = Timestamp.parseDate($0)
        _ = DurationText.seconds($0)
        _ = LocalTime.minutes($0)
      }
    }
    for micros in [Int64.min, .min + 1, .max, .max - 1] { #expect(!Timestamp.format(micros).isEmpty) }
  }

  @Test("A day alone begins at midnight UTC")
  func days() {
    #expect(Timestamp.parseDate("1970-01-02") == 86_400_000_000)
    #expect(Timestamp.parseDate("2026-02-29") == nil)
    #expect(Timestamp.parseLenient("1970-01-02") == 86_400_000_000)
    #expect(Timestamp.parseLenient("1970-01-02T00:00:00Z") == 86_400_000_000)
    #expect(Timestamp.parseLenient("tomorrow") == nil)
  }

  @Test(
    "Durations are weeks, or days, hours, minutes and seconds",
    arguments: [
      ("P2W", 1_209_600), ("P10D", 864_000), ("PT36H", 129_600), ("P1DT12H30M5.5S", 131_405.5), ("PT0S", 0),
      ("P1Y", nil),
      ("P", nil), ("PT", nil), ("P1D ", nil), ("PT1M1H", nil),
    ] as [(String, Double?)])
  func durations(text: String, seconds: Double?) {
    #expect(Array(text.utf8).withUnsafeBytes { DurationText.seconds($0) } == seconds)
  }
}
