/// Cells as a person reads them, in the terminal and in Markdown.
public enum ScreenText {
  /// The text of a cell; not escaped for any format yet.
  public static func of(_ value: Value) -> String {
    switch value {
    case .null: return "–"
    case .text(let text): return text
    case .integer(let integer): return String(integer)
    case .number(let number): return plain(number)
    case .duration(let seconds): return HumanDuration.format(seconds: seconds)
    case .timestamp(let micros): return TimestampText.screen(micros: micros)
    case .share(let share): return percent(share)
    }
  }

  /// `text` without anything that could move the cursor, colour the screen or reorder the line.
  ///
  /// Events come from outside; a title must not be able to write over the numbers next to it.
  public static func safeForTerminal(_ text: String) -> String {
    if text.utf8.allSatisfy({ (0x20..<0x7F).contains($0) }) { return text }
    var safe = String.UnicodeScalarView()
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x09, 0x0A, 0x0D, 0x2028, 0x2029: safe.append(" ")
      case 0..<0x20, 0x7F..<0xA0, 0x202A...0x202E, 0x2066...0x2069: safe.append("\u{FFFD}")
      default: safe.append(scalar)
      }
    }
    return String(safe)
  }

  /// At most two decimals, or three significant digits below one.
  private static func plain(_ number: Double) -> String {
    guard number.isFinite else { return "–" }
    guard number.magnitude < 1e15 else { return number.description }
    var decimals = 2
    var threshold = 1.0
    while number != 0, number.magnitude < threshold, decimals < 9 {
      decimals += 1
      threshold /= 10
    }
    var text = fixed(number, decimals: decimals)
    while text.last == "0" { text.removeLast() }
    if text.last == "." { text.removeLast() }
    if text == "0" || text == "-0", number != 0 { return number.description }
    return text == "-0" ? "0" : text
  }

  private static func percent(_ share: Double) -> String {
    guard share.magnitude < 1e12 else { return "–" }
    return "\(fixed(share * 100, decimals: 1)) %"
  }

  /// `number` rounded to `decimals` digits after the point. The number's magnitude is below 1e15.
  private static func fixed(_ number: Double, decimals: Int) -> String {
    var scale: Int64 = 1
    for _ in 0..<decimals { scale *= 10 }
    let scaled = Int64((number.magnitude * Double(scale)).rounded())
    let sign = number < 0 && scaled > 0 ? "-" : ""
    return "\(sign)\(scaled / scale).\(TimestampText.padded(scaled % scale, to: decimals))"
  }
}
