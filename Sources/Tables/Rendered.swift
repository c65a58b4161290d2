extension Answer {
  /// The whole answer as the bytes of a file.
  ///
  /// Throws where a format with typed columns cannot hold the table; those are `openmetrics` and `parquet`.
  public func encoded(as format: OutputFormat, style: TerminalStyle) throws(TableError) -> [UInt8] {
    switch format {
    case .table: Array(rendered(as: .table, style: style).utf8)
    case .csv: Array(rendered(as: .csv, style: style).utf8)
    case .json: Array(rendered(as: .json, style: style).utf8)
    case .ndjson: Array(rendered(as: .ndjson, style: style).utf8)
    case .markdown: Array(rendered(as: .markdown, style: style).utf8)
    case .openmetrics: try OpenMetricsDocument(self).bytes
    case .parquet: try ParquetWriter().bytes(of: self)
    }
  }

  /// The whole answer as text that ends with one newline.
  ///
  /// JSON holds everything; the terminal and Markdown show table, histogram, notes and position; CSV and NDJSON hold the
  /// rows alone, so that other tools can read them without skipping anything. NDJSON without rows is the empty text.
  public func rendered(as format: RowFormat, style: TerminalStyle) -> String {
    switch format {
    case .table: return text(ofLines: terminalLines(style: style))
    case .json: return String(decoding: JSONDocument(self).bytes, as: UTF8.self)
    case .csv, .ndjson: return table.rendered(as: format, style: style)
    case .markdown:
      let tables = [table] + more
      return tables.map { $0.rendered(as: format, style: style) }.joined(separator: "\n") + markdownSupplement
    }
  }

  /// What follows the table in Markdown.
  private var markdownSupplement: String {
    var lines = [""]
    let blocks = histogramBlocks(width: 100)
    if !blocks.isEmpty {
      let drawn = blocks.map { block in (block.name.map { [$0] } ?? []) + block.lines }
      lines += ["```text"] + drawn.joined(separator: [""]) + ["```", ""]
    }
    for note in notes { lines.append("- note: \(MarkdownText.escaped(note))") }
    if !notes.isEmpty { lines.append("") }
    lines.append(MarkdownText.escaped(provenance))
    return text(ofLines: lines)
  }
}

extension Table {
  /// The whole table as text that ends with one newline; NDJSON without rows is the empty text.
  public func rendered(as format: RowFormat, style: TerminalStyle) -> String {
    switch format {
    case .table: return text(ofLines: TerminalTable(self, style: style).lines())
    case .json: return String(decoding: JSONDocument(self).bytes, as: UTF8.self)
    case .markdown where rows.isEmpty: return markdownTitle + streamed(as: format) + "\nno rows\n"
    case .markdown: return markdownTitle + streamed(as: format)
    case .csv, .ndjson: return streamed(as: format)
    }
  }

  private var markdownTitle: String { title.isEmpty ? "" : "### \(MarkdownText.escaped(title))\n\n" }

  private func streamed(as format: RowFormat) -> String {
    var writer = RowWriter(columns: columns, format: format)
    var bytes: [UInt8] = []
    writer.appendHeader(to: &bytes)
    for row in rows { writer.appendRow(row, to: &bytes) }
    writer.appendFooter(to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}

private func text(ofLines lines: [String]) -> String { lines.joined(separator: "\n") + "\n" }
