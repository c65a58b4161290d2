/// Writes one JSON object, a member a line and a row a line: valid for machines, and still readable in a diff.
struct JSONDocument {
  private(set) var bytes = Array("{".utf8)
  private var isFirstMember = true

  /// The members of an answer, in the order that the format promises.
  init(_ answer: Answer) {
    appendMember("metric") { JSONText.append(answer.metric, to: &$0) }
    appendMember("parameters") { JSONDocument.append(parameters: answer.parameters, to: &$0) }
    appendMember("position") { JSONText.append(answer.position, to: &$0) }
    appendMember("root") { JSONText.append(answer.root, to: &$0) }
    appendColumnsAndRows(of: answer.table)
    appendMember("notes") { bytes in
      JSONDocument.appendArray(answer.notes, to: &bytes) { JSONText.append($0, to: &$1) }
    }
    if let histogram = answer.histogram {
      appendMember("histogram") { JSONDocument.append(histogram, under: answer.table.columns, to: &$0) }
    }
    if !answer.more.isEmpty {
      appendMember("tables") { bytes in
        JSONDocument.appendArray(answer.more, to: &bytes) { table, bytes in
          // A document of its own, without the newline that ends it.
          bytes.append(contentsOf: JSONDocument(table).bytes.dropLast())
        }
      }
    }
    bytes.append(contentsOf: "\n}\n".utf8)
  }

  /// The members of a table alone.
  init(_ table: Table) {
    appendMember("title") { JSONText.append(table.title, to: &$0) }
    appendColumnsAndRows(of: table)
    bytes.append(contentsOf: "\n}\n".utf8)
  }

  private mutating func appendColumnsAndRows(of table: Table) {
    appendMember("columns") { bytes in
      JSONDocument.appendArray(table.columns, to: &bytes) { column, bytes in
        bytes.append(contentsOf: #"{"name":"#.utf8)
        JSONText.append(column.name, to: &bytes)
        bytes.append(contentsOf: #","type":"#.utf8)
        JSONText.append(column.type.rawValue, to: &bytes)
        bytes.append(contentsOf: #","unit":"#.utf8)
        JSONText.append(column.unit.map(Value.text) ?? .null, to: &bytes)
        bytes.append(UInt8(ascii: "}"))
      }
    }
    appendMember("rows") { bytes in
      var writer = RowWriter(columns: table.columns, format: .json)
      writer.appendHeader(to: &bytes)
      for row in table.rows { writer.appendRow(row, to: &bytes) }
      writer.appendFooter(to: &bytes)
      // The footer ends its line; here the array goes on with a comma or the closing brace.
      bytes.removeLast()
    }
  }

  private mutating func appendMember(_ name: String, _ appendValue: (inout [UInt8]) -> Void) {
    bytes.append(contentsOf: (isFirstMember ? "\n" : ",\n").utf8)
    isFirstMember = false
    JSONText.append(name, to: &bytes)
    bytes.append(UInt8(ascii: ":"))
    appendValue(&bytes)
  }

  /// One object, a member a parameter.
  static func append(parameters: [(name: String, value: String)], to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "{"))
    for (index, parameter) in parameters.enumerated() {
      if index > 0 { bytes.append(UInt8(ascii: ",")) }
      JSONText.append(parameter.name, to: &bytes)
      bytes.append(UInt8(ascii: ":"))
      JSONText.append(parameter.value, to: &bytes)
    }
    bytes.append(UInt8(ascii: "}"))
  }

  /// A row a bucket: the cells that name its part, under the names of their columns, then its range and count; the open end of a range is
  /// null.
  static func append(_ histogram: Histogram, under columns: [Column], to bytes: inout [UInt8]) {
    let rows = histogram.parts.flatMap { part in part.buckets.map { (key: part.key, bucket: $0) } }
    appendArray(rows, to: &bytes) { row, bytes in
      bytes.append(UInt8(ascii: "{"))
      for (column, cell) in zip(columns, row.key) {
        JSONText.append(column.name, to: &bytes)
        bytes.append(UInt8(ascii: ":"))
        JSONText.append(cell, to: &bytes)
        bytes.append(UInt8(ascii: ","))
      }
      bytes.append(contentsOf: #""from":"#.utf8)
      JSONText.append(row.bucket.from, to: &bytes)
      bytes.append(contentsOf: #","to":"#.utf8)
      JSONText.append(row.bucket.to, to: &bytes)
      bytes.append(contentsOf: #","count":"#.utf8)
      JSONText.append(row.bucket.count, to: &bytes)
      bytes.append(UInt8(ascii: "}"))
    }
  }

  /// One array, an element a line.
  static func appendArray<Element>(
    _ elements: [Element], to bytes: inout [UInt8], _ appendElement: (Element, inout [UInt8]) -> Void
  ) {
    bytes.append(UInt8(ascii: "["))
    for (index, element) in elements.enumerated() {
      bytes.append(contentsOf: (index == 0 ? "\n" : ",\n").utf8)
      appendElement(element, &bytes)
    }
    bytes.append(contentsOf: (elements.isEmpty ? "]" : "\n]").utf8)
  }
}
