import Foundation
import Testing

@testable import Tables

@Suite struct `Words for values` {
  @Test(
    arguments: [
      (0, "0s"), (1e-9, "0s"), (0.00009, "90µs"), (0.32, "320ms"), (0.9996, "1s"), (2.5, "2.5s"), (9.97, "10s"),
      (45, "45s"), (59.7, "1m 00s"), (90, "1m 30s"), (3599.7, "1h 00m"), (7500, "2h 05m"), (86_399, "1d 00h"),
      (86_400, "1d 00h"), (273_600, "3d 04h"), (31_536_000, "365d 00h"), (-7500, "−2h 05m"), (-1e-9, "0s"),
      (.infinity, "∞"), (-.infinity, "−∞"), (1e300, "∞"),
    ] as [(Double, String)])
  func `a duration is said in its two largest units`(seconds: Double, words: String) {
    #expect(HumanDuration.format(seconds: seconds) == words)
  }

  @Test func `a duration that is not a number is a dash`() {
    #expect(HumanDuration.format(seconds: .nan) == "–")
  }

  @Test(
    arguments: [
      (0, "1970-01-01T00:00:00Z"), (-1, "1969-12-31T23:59:59.999999Z"),
      (1_767_323_045_120_000, "2026-01-02T03:04:05.12Z"),
      (951_782_400_000_000, "2000-02-29T00:00:00Z"), (-2_203_891_200_000_000, "1900-03-01T00:00:00Z"),
      (-62_167_219_200_000_000, "0000-01-01T00:00:00Z"), (253_402_300_800_000_000, "+10000-01-01T00:00:00Z"),
      (Int64.max, "+294247-01-10T04:00:54.775807Z"), (Int64.min, "-290308-12-21T19:59:05.224192Z"),
    ] as [(Int64, String)])
  func `a timestamp is RFC 3339 in UTC without trailing zeros`(micros: Int64, text: String) {
    #expect(TimestampText.rfc3339(micros: micros) == text)
  }

  @Test func `timestamps agree with Foundation for every fifth day of four centuries`() {
    let formatter = ISO8601DateFormatter()
    for day in stride(from: Int64(-73_000), to: 73_000, by: 5) {
      let seconds = day * 86_400 + 45_296
      let expected = formatter.string(from: Date(timeIntervalSince1970: Double(seconds)))
      #expect(TimestampText.rfc3339(micros: seconds * 1_000_000) == expected)
    }
  }

  @Test(
    arguments: [
      (Value.number(2.5), "2.5"), (.number(1234.567), "1234.57"), (.number(3), "3"), (.number(0.12345), "0.123"),
      (.number(0.0012345), "0.00123"), (.number(-0.5), "-0.5"), (.number(-0.0), "0"), (.number(1e-12), "1e-12"),
      (.number(.nan), "–"), (.number(1e20), "1e+20"), (.share(0.1234), "12.3 %"), (.share(1), "100.0 %"),
      (.share(0), "0.0 %"), (.share(.nan), "–"), (.null, "–"), (.integer(1_234_567), "1234567"),
      (.timestamp(1_767_323_045_120_000), "2026-01-02 03:04"), (.duration(7500), "2h 05m"),
    ] as [(Value, String)])
  func `a screen shows what a person reads`(value: Value, text: String) {
    #expect(ScreenText.of(value) == text)
  }

  @Test(arguments: [
    ("", 0), ("abc", 3), ("naïve", 5), ("nai\u{308}ve", 5), ("日本語", 6), ("한글", 4), ("\u{1112}\u{1161}\u{11AB}", 2),
    ("ｱ", 1), ("Ａ", 2), ("😀", 2), ("👩‍👩‍👧‍👦", 2), ("👍🏽", 2), ("🇩🇪", 2), ("❤", 1), ("❤️", 2), ("…", 1), ("█▏", 2),
    ("\u{200B}", 0), ("a\u{301}\u{302}", 1),
  ])
  func `a text takes the cells that a terminal gives it`(text: String, cells: Int) {
    #expect(DisplayWidth.of(text) == cells)
  }

  @Test func `truncation never splits a grapheme nor exceeds the width`() {
    #expect(DisplayWidth.truncate("abcdef", to: 6) == "abcdef")
    #expect(DisplayWidth.truncate("abcdef", to: 5) == "abcd…")
    #expect(DisplayWidth.truncate("日本語", to: 4) == "日…")
    #expect(DisplayWidth.truncate("ab👩‍👩‍👧‍👦cd", to: 4) == "ab…")
    #expect(DisplayWidth.truncate("abc", to: 1) == "…")
    #expect(DisplayWidth.truncate("abc", to: 0) == "")
  }

  @Test func `text from outside cannot steer the terminal`() {
    #expect(ScreenText.safeForTerminal("a\u{1B}[2Jb\u{9B}c\u{202E}d") == "a�[2Jb�c�d")
    #expect(ScreenText.safeForTerminal("a\tb\nc\u{2028}d") == "a b c d")
    #expect(ScreenText.safeForTerminal("né 😀") == "né 😀")
  }
}
