/// Lengths of time as a person says them.
public enum HumanDuration {
  /// The two largest units that matter: `3d 04h`, `2h 05m`, `1m 30s`, `45s`, `2.5s`, `320ms`, `90µs`, `0s`.
  ///
  /// The smaller unit is rounded, and carries: 59.7 seconds are `1m 00s`. Days are 24 hours. A negative duration begins
  /// with `−` (U+2212); not a number is `–`, and what is too long to count is `∞`.
  public static func format(seconds: Double) -> String {
    guard !seconds.isNaN else { return "–" }
    let text = formatMagnitude(seconds.magnitude)
    return seconds < 0 && text != "0s" ? "−\(text)" : text
  }

  private static func formatMagnitude(_ seconds: Double) -> String {
    guard let hours = Int64(exactly: (seconds / 3600).rounded()) else { return "∞" }
    if seconds < 3600 { return formatUnderAnHour(seconds) }
    let minutes = Int64(min((seconds / 60).rounded(), 1440))
    if minutes < 1440 { return "\(minutes / 60)h \(TimestampText.padded(minutes % 60, to: 2))m" }
    return "\(hours / 24)d \(TimestampText.padded(hours % 24, to: 2))h"
  }

  private static func formatUnderAnHour(_ seconds: Double) -> String {
    let micros = Int64((seconds * 1e6).rounded())
    if micros == 0 { return "0s" }
    if micros < 1000 { return "\(micros)µs" }
    let millis = Int64((seconds * 1e3).rounded())
    if millis < 1000 { return "\(millis)ms" }
    let tenths = Int64((seconds * 10).rounded())
    if tenths < 100, tenths % 10 != 0 { return "\(tenths / 10).\(tenths % 10)s" }
    let whole = Int64(seconds.rounded())
    if whole < 60 { return "\(whole)s" }
    if whole < 3600 { return "\(whole / 60)m \(TimestampText.padded(whole % 60, to: 2))s" }
    return "1h 00m"
  }
}
