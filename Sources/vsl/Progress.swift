import Glibc

/// A progress line on standard error, when that is a terminal: share, count, rate, time left.
final class Progress {
  private let label: String
  private let started = Clock.nowMicros()
  private var lastShown: Int64 = 0
  private var isShown = false

  init(_ label: String) { self.label = label }

  /// Shows how far it is, at most ten times a second. `done` and `total` are of one unit (bytes, positions), `count` is what people count.
  func update(done: Double, total: Double?, count: Int, unit: String) {
    guard Output.isErrorTerminal else { return }
    let now = Clock.nowMicros()
    guard now - lastShown >= 100_000 else { return }
    lastShown = now
    isShown = true
    let seconds = max(Double(now - started) / 1e6, 0.001)
    var text = "\r\u{1B}[K\(label) "
    if let total, total > 0 {
      let share = min(done / total, 1)
      let filled = Int(share * 24)
      text += String(repeating: "█", count: filled) + String(repeating: "░", count: 24 - filled)
      text += " \(Int(share * 100)) %  "
    }
    text += "\(count) \(unit)  \(Int(Double(count) / seconds))/s"
    if let total, done > 0, total > done {
      text += "  \(Int((seconds / done * (total - done)).rounded(.up))) s left"
    }
    Output.error(text)
  }

  /// Removes the line.
  func finish() {
    if isShown { Output.error("\r\u{1B}[K") }
  }
}
