extension Answer {
  /// The table, the histogram under it, the notes, and where the answer comes from.
  func terminalLines(style: TerminalStyle) -> [String] {
    var lines = TerminalTable(table, style: style).lines()
    if let histogram, !histogram.buckets.isEmpty {
      lines.append("")
      lines += HistogramDrawing(histogram, markers: percentiles).lines(width: style.width)
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

  /// The percentiles a table of exactly one row states, in seconds, to be marked in the histogram.
  var percentiles: [(name: String, seconds: Double)] {
    guard table.rows.count == 1 else { return [] }
    return ["p50", "p85", "p95"].compactMap { name in
      guard let index = table.columns.firstIndex(where: { $0.name == name }), index < table.rows[0].count else {
        return nil
      }
      switch table.rows[0][index] {
      case .duration(let seconds), .number(let seconds): return (name, seconds)
      case .integer(let seconds): return (name, Double(seconds))
      case .null, .text, .timestamp, .share: return nil
      }
    }
  }
}
