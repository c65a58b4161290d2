/// The labels of an answer's samples: what was asked with, and what each row's text columns hold.
struct OpenMetricsLabels {
  /// `name="value",…` without braces, for what is true of the whole answer.
  let ofAnswer: [UInt8]
  /// The same for each row; no two rows have the same.
  let ofRows: [[UInt8]]

  /// What changes from one scrape to the next is no label: each scrape would begin new series.
  private static let unlabelled: Set<String> = ["knownAt", "at"]

  /// Makes the labels. Empty values are left out: to OpenMetrics they are the same as none.
  init(_ answer: Answer) throws(TableError) {
    var names = UniqueNames(reserved: ["le"])
    let table = answer.table
    let texts = table.columns.indices.filter { table.columns[$0].type == .text }
    let textNames = texts.map { names.take(SnakeCase.of(table.columns[$0].name)) }

    // A column says it of each row, and more exactly than the parameter.
    let columnNames = Set(texts.map { table.columns[$0].name })
    var common: [UInt8] = []
    for (name, value) in answer.parameters where !Self.unlabelled.contains(name) && !columnNames.contains(name) {
      Self.append(names.take(SnakeCase.of(name)), value, to: &common)
    }
    ofAnswer = common

    var rows: [[UInt8]] = []
    for row in table.rows.indices {
      var labels = common
      for (column, name) in zip(texts, textNames) {
        if case .text(let text) = try table.storedCell(row: row, column: column) {
          Self.append(name, text, to: &labels)
        }
      }
      rows.append(labels)
    }
    if Set(rows).count < rows.count {
      // The text columns do not tell the rows apart; their numbers do.
      let name = names.take("row")
      for row in rows.indices { Self.append(name, String(row + 1), to: &rows[row]) }
    }
    ofRows = rows
  }

  private static func append(_ name: String, _ value: String, to bytes: inout [UInt8]) {
    guard !value.isEmpty else { return }
    if !bytes.isEmpty { bytes.append(UInt8(ascii: ",")) }
    bytes.append(contentsOf: "\(name)=\"".utf8)
    OpenMetricsText.appendEscaped(value, to: &bytes)
    bytes.append(UInt8(ascii: "\""))
  }
}
