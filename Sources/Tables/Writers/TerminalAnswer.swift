extension Answer {
  /// The table, the histogram under it, the notes, and where the answer comes from.
  func terminalLines(style: TerminalStyle) -> [String] {
    var lines = TerminalTable(table, style: style).lines()
    for block in histogramBlocks(width: style.width) {
      lines.append("")
      if let name = block.name { lines.append(style.bold(name)) }
      lines += block.lines
    }
    for table in more {
      lines.append("")
      lines += TerminalTable(table, style: style).lines()
    }
    if !notes.isEmpty { lines.append("") }
    lines += notes.map { "note: \(ScreenText.safeForTerminal($0))" }
    lines.append("")
    lines.append(style.dim(ScreenText.safeForTerminal(provenance)))
    return lines
  }

  /// `position 20000 · root 1f2e3d4c5b6a… · known at 2026-01-02 · at 2026-01-01`: enough to ask the same again.
  var provenance: String {
    var parts = ["position \(position)"]
    if !root.isEmpty { parts.append("root \(root.count > 12 ? "\(root.prefix(12))…" : root)") }
    for (name, label) in [("knownAt", "known at"), ("at", "at")] {
      if let parameter = parameters.first(where: { $0.name == name }) { parts.append("\(label) \(parameter.value)") }
    }
    return parts.joined(separator: " · ")
  }

  /// Parts that are drawn, at most: more would push the table off the screen, and which of them to drop nobody knows.
  static let mostDrawnParts = 3

  /// The drawing of each part's histogram under the part's name; of too many parts only a line that says where they are.
  func histogramBlocks(width: Int) -> [(name: String?, lines: [String])] {
    let parts = histogram?.parts.filter { !$0.buckets.isEmpty } ?? []
    guard parts.count <= Self.mostDrawnParts else {
      return [
        (
          nil,
          ["\(parts.count) histograms are not drawn: ask for fewer groups or periods, or for JSON, which has them."]
        )
      ]
    }
    let drawings = parts.map { HistogramDrawing($0.buckets, markers: percentiles(of: $0)) }
    return zip(parts, drawings).map { part, drawing in
      let name = part.key.map { ScreenText.safeForTerminal(ScreenText.of($0)) }.joined(separator: " · ")
      return (part.key.isEmpty ? nil : name, drawing.lines(width: width, alignedWith: drawings))
    }
  }

  /// The percentiles that the one row of a part states, in seconds, to be marked in its histogram.
  func percentiles(of part: Histogram.Part) -> [(name: String, seconds: Double)] {
    let rows = table.rows.filter { $0.starts(with: part.key) }
    guard rows.count == 1 else { return [] }
    return ["p50", "p85", "p95"].compactMap { name in
      guard let index = table.columns.firstIndex(where: { $0.name == name }), index < rows[0].count else { return nil }
      switch rows[0][index] {
      case .duration(let seconds), .number(let seconds): return (name, seconds)
      case .integer(let seconds): return (name, Double(seconds))
      case .null, .text, .timestamp, .share: return nil
      }
    }
  }
}
