/// Draws a table in aligned columns: title, header, rule, rows.
struct TerminalTable {
  /// Between two columns.
  private static let gap = "  "
  /// No column is shortened below this, however narrow the terminal.
  private static let minimumWidth = 4

  private let table: Table
  private let style: TerminalStyle
  private let cells: [[String]]
  private let widths: [Int]

  /// Measures the table. Linear in the text of all cells.
  init(_ table: Table, style: TerminalStyle) {
    self.table = table
    self.style = style
    let columns = table.columns
    cells = table.rows.map { row in
      columns.indices.map { index in
        ScreenText.safeForTerminal(ScreenText.of(index < row.count ? row[index] : .null))
      }
    }
    var widths = columns.map { DisplayWidth.of(ScreenText.safeForTerminal($0.heading)) }
    for row in cells {
      for index in columns.indices { widths[index] = max(widths[index], DisplayWidth.of(row[index])) }
    }
    self.widths = TerminalTable.fit(widths, of: columns, into: style.width)
  }

  /// The lines of the table.
  func lines() -> [String] {
    var lines: [String] = []
    if !table.title.isEmpty { lines.append(style.bold(ScreenText.safeForTerminal(table.title))) }
    if !table.columns.isEmpty {
      lines.append(style.bold(line(table.columns.map { ScreenText.safeForTerminal($0.heading) })))
      let ruleWidth = widths.reduce(0, +) + (widths.count - 1) * TerminalTable.gap.utf8.count
      lines.append(style.dim(String(repeating: "─", count: ruleWidth)))
    }
    lines += cells.isEmpty ? ["no rows"] : cells.map(line)
    return lines
  }

  private func line(_ texts: [String]) -> String {
    var line = ""
    for (index, text) in texts.enumerated() {
      if index > 0 { line += TerminalTable.gap }
      let isText = table.columns[index].type == .text
      let shown = isText ? DisplayWidth.truncate(text, to: widths[index]) : text
      let padding = String(repeating: " ", count: max(0, widths[index] - DisplayWidth.of(shown)))
      line += isText ? shown + padding : padding + shown
    }
    while line.last == " " { line.removeLast() }
    return line
  }

  /// Narrows the widest text column, cell by cell, until the line fits. Numbers are never cut: a wrong number is worse
  /// than a line that wraps.
  private static func fit(_ natural: [Int], of columns: [Column], into width: Int) -> [Int] {
    // A text wider than the terminal is cut to it first, so that the loop below stays short.
    let widest = max(width, minimumWidth)
    var widths = natural
    let texts = columns.indices.filter { columns[$0].type == .text }
    let gaps = max(0, columns.count - 1) * gap.utf8.count
    var total = widths.reduce(gaps, +)
    guard total > width else { return natural }
    for index in texts where widths[index] > widest { widths[index] = widest }
    total = widths.reduce(gaps, +)
    while total > width, let index = texts.max(by: { widths[$0] < widths[$1] }), widths[index] > minimumWidth {
      widths[index] -= 1
      total -= 1
    }
    return widths
  }
}
