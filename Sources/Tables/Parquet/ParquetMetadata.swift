/// What an answer holds beside its table, as the key-value metadata of a Parquet file.
enum ParquetMetadata {
  /// The entries; ``ParquetWriter`` documents the keys.
  static func entries(of answer: Answer) -> [(key: String, value: String)] {
    var entries = [
      ("vsl.metric", answer.metric),
      ("vsl.title", answer.table.title),
      ("vsl.position", String(answer.position)),
      ("vsl.root", answer.root),
      ("vsl.parameters", json { JSONDocument.append(parameters: answer.parameters, to: &$0) }),
      ("vsl.columns", json { append(answer.table.columns, to: &$0) }),
      ("vsl.notes", json { JSONDocument.appendArray(answer.notes, to: &$0) { JSONText.append($0, to: &$1) } }),
    ]
    if let histogram = answer.histogram {
      entries.append(("vsl.histogram", json { JSONDocument.append(histogram, under: answer.table.columns, to: &$0) }))
    }
    return entries
  }

  private static func append(_ columns: [Column], to bytes: inout [UInt8]) {
    JSONDocument.appendArray(columns, to: &bytes) { column, bytes in
      bytes.append(contentsOf: #"{"name":"#.utf8)
      JSONText.append(column.name, to: &bytes)
      bytes.append(contentsOf: #","type":"#.utf8)
      JSONText.append(column.type.rawValue, to: &bytes)
      bytes.append(contentsOf: #","unit":"#.utf8)
      JSONText.append(column.storedUnit.map(Value.text) ?? .null, to: &bytes)
      bytes.append(contentsOf: #","description":"#.utf8)
      JSONText.append(column.description.map(Value.text) ?? .null, to: &bytes)
      bytes.append(UInt8(ascii: "}"))
    }
  }

  private static func json(_ append: (inout [UInt8]) -> Void) -> String {
    var bytes: [UInt8] = []
    append(&bytes)
    return String(decoding: bytes, as: UTF8.self)
  }
}
