/// Appends the lines of a table in GitHub-flavoured Markdown.
enum MarkdownText {
  /// Appends the headings and the line that aligns numbers to the right.
  static func appendHeader(_ columns: [Column], to bytes: inout [UInt8]) {
    guard !columns.isEmpty else { return }
    appendLine(columns.map { escaped($0.heading) }, to: &bytes)
    appendLine(columns.map { $0.type == .text ? "---" : "---:" }, to: &bytes)
  }

  /// Appends the first `count` cells of a row.
  static func appendRow(_ row: [Value], count: Int, to bytes: inout [UInt8]) {
    appendLine((0..<count).map { escaped(ScreenText.of($0 < row.count ? row[$0] : .null)) }, to: &bytes)
  }

  /// `text` so that it stays one cell and shows as it is: a newline becomes `<br>`, what Markdown would read as markup
  /// gets a backslash.
  static func escaped(_ text: String) -> String {
    var escaped = String.UnicodeScalarView()
    var previous: Unicode.Scalar?
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\n" where previous == "\r": break
      case "\n", "\r", "\u{2028}", "\u{2029}": escaped.append(contentsOf: "<br>".unicodeScalars)
      case "\\", "|", "<", "`", "*", "[":
        escaped.append("\\")
        escaped.append(scalar)
      default: escaped.append(contentsOf: ScreenText.safeForTerminal(String(scalar)).unicodeScalars)
      }
      previous = scalar
    }
    return String(escaped)
  }

  private static func appendLine(_ cells: [String], to bytes: inout [UInt8]) {
    bytes.append(contentsOf: "| \(cells.joined(separator: " | ")) |\n".utf8)
  }
}
