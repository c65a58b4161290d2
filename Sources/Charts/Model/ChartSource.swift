import Tables

/// A picture's table, taken apart into the panels that are drawn one below the other.
struct ChartSource {
  /// More groups than this are not drawn; the table has them all.
  static let maximumPanels = 8

  let answer: Answer
  let description: ChartDescription
  let options: ChartOptions
  private(set) var parts: [(name: String?, drawing: Drawing)] = []
  private(set) var notes: [String] = []

  init(_ answer: Answer, _ description: ChartDescription, _ options: ChartOptions) throws(ChartError) {
    self.answer = answer
    self.description = description
    self.options = options
    let tables = [answer.table] + answer.more
    guard tables.indices.contains(description.table) else {
      throw .noTable(chart: description.name, table: description.table, count: tables.count)
    }
    let table = tables[description.table]
    let whole = try Drawing(answer, description, table, options)
    var split = Self.splitting(whole, answer)
    var unsplit = whole
    // One figure for each group is drawn in one frame, as its series; but a stage is another one in each stream.
    let isOfStreams = description.x == "stage" && split.contains { table.columns[$0].name == "stream" }
    if [.bars, .lines, .dots].contains(description.form), whole.series.isEmpty, whole.y.count == 1, !split.isEmpty,
      !isOfStreams
    {
      unsplit.series = split
      unsplit.isSeriesGrouped = true
      split = []
    }
    guard !split.isEmpty else {
      parts = [(nil, unsplit)]
      return
    }
    var names: [String] = []
    var rows: [String: [[Value]]] = [:]
    for row in whole.rows {
      let name = split.map { Names.text($0 < row.count ? row[$0] : .null) }.joined(separator: " · ")
      if rows[name] == nil { names.append(name) }
      rows[name, default: []].append(row)
    }
    parts = names.prefix(Self.maximumPanels).map { name in
      var part = whole
      part.rows = rows[name] ?? []
      return (name, part)
    }
    if names.count > Self.maximumPanels {
      notes.append("The first \(Self.maximumPanels) of \(names.count) groups; the table has them all.")
    }
  }

  /// The columns that tell groups apart and are not drawn: those that the question split by, the stream and the period.
  private static func splitting(_ drawing: Drawing, _ answer: Answer) -> [Int] {
    var names: Set<String> = ["stream", "period"]
    for parameter in answer.parameters where parameter.name == "by" {
      for name in parameter.value.split(separator: ",") { names.insert(String(name)) }
    }
    let drawn = Set(drawing.y + drawing.series + (drawing.x.map { [$0] } ?? []))
    return drawing.table.columns.indices.filter { index in
      guard names.contains(drawing.table.columns[index].name), !drawn.contains(index), let first = drawing.rows.first
      else { return false }
      return drawing.rows.contains { drawing.cell($0, index) != drawing.cell(first, index) }
    }
  }

  /// Where the numbers come from: `position 20000 · root 1f2e3d4c… · at 2026-01-02T03:04:05Z`.
  var provenance: String {
    var words = ["position \(answer.position)"]
    if !answer.root.isEmpty { words.append("root \(answer.root.prefix(8))…") }
    if let at = answer.parameters.first(where: { $0.name == "at" }) { words.append("at \(Names.clean(at.value))") }
    return words.joined(separator: " · ")
  }

  /// What the question was asked with, besides the cut.
  private var question: String {
    answer.parameters.filter { !["knownAt", "at"].contains($0.name) }
      .map { "\(Names.clean($0.name)) \(Names.clean($0.value))" }.joined(separator: " · ")
  }

  /// The picture in a sentence, for who cannot see it.
  var spokenTitle: String {
    [description.title, answer.metric, question, provenance].filter { !$0.isEmpty }.joined(separator: ". ")
  }

  /// The heading, what was asked, and where the numbers come from.
  func title(notes: [String]) -> JSON {
    let limit = max(30, (options.width + 40) / 6)
    let lines = ([question, provenance].filter { !$0.isEmpty } + notes).flatMap { Self.wrapped($0, limit: limit) }
    return [
      "text": .array(Self.wrapped(Names.clean(description.title), limit: max(20, options.width / 9)).map(JSON.string)),
      "subtitle": .array(lines.map(JSON.string)),
    ]
  }

  func panelTitle(_ name: String) -> JSON {
    ["text": .string(Self.shortened(name, limit: max(20, options.width / 8))), "fontSize": 12, "offset": 8]
  }

  static func shortened(_ text: String, limit: Int) -> String {
    text.count <= limit ? text : text.prefix(max(1, limit - 1)) + "…"
  }

  /// Lines of at most `limit` characters, three at most.
  private static func wrapped(_ text: String, limit: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ") {
      if let last = lines.last, last.count + 1 + word.count <= limit {
        lines[lines.count - 1] = last + " " + word
      } else {
        lines.append(shortened(String(word), limit: limit))
      }
    }
    guard lines.count > 3 else { return lines }
    return Array(lines.prefix(2)) + [shortened(lines[2] + " …", limit: limit)]
  }
}
