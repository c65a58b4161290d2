import EventLog
import Tables
import ValueStream

/// Prints records one by one, without keeping them.
struct RecordPrinter {
  private let format: RowFormat
  private var writer: RowWriter
  private let parser = JSONParser()
  private var bytes: [UInt8] = []
  /// What gives records their sealed content back; nil shows them as they are.
  var unsealer: EventUnsealer?

  private static let columns = [
    Column(name: "position", type: .integer), Column(name: "recorded", type: .timestamp),
    Column(name: "time", type: .text), Column(name: "type", type: .text), Column(name: "subject", type: .text),
    Column(name: "stream", type: .text), Column(name: "data", type: .text), Column(name: "source", type: .text),
    Column(name: "id", type: .text),
  ]

  init(format: RowFormat) {
    self.format = format
    writer = RowWriter(columns: Self.columns, format: format == .table ? .csv : format)
  }

  mutating func begin() {
    guard format != .table, format != .ndjson else { return }
    writer.appendHeader(to: &bytes)
    flush()
  }

  /// Prints one record.
  mutating func print(_ record: Record) {
    guard let unsealer, let unsealed = unsealer.unseal(record.bytes) else {
      return print(record, record.bytes)
    }
    unsealed.withUnsafeBytes { print(record, $0) }
  }

  private mutating func print(_ record: Record, _ event: UnsafeRawBufferPointer) {
    if format == .ndjson {
      writeLine(event)
      return
    }
    guard let text = try? EventText(eventBytes: event, parser: parser) else {
      Output.write("\(record.position) is not readable as JSON\n")
      return
    }
    let data = text.members.map { "\($0.name)=\($0.value)" }.joined(separator: " ")
    if format == .table {
      let type = text.type.hasPrefix("vsl.") ? String(text.type.dropFirst(4).dropLast(3)) : text.type
      let time = text.time ?? Timestamp.format(record.recordedMicros) + " (recorded)"
      Output.write(
        "\(pad(String(record.position), 8, right: true))  \(pad(time, 20))  \(pad(type, 20))  \(pad(text.subject ?? "–", 14))  "
          + "\(pad(text.stream ?? "–", 12))  \(ScreenText.safeForTerminal(data))\n")
      return
    }
    writer.appendRow(
      [
        .integer(Int64(record.position)), .timestamp(record.recordedMicros), text.time.map(Value.text) ?? .null,
        .text(text.type), text.subject.map(Value.text) ?? .null, text.stream.map(Value.text) ?? .null, .text(data),
        .text(text.source), .text(text.id),
      ], to: &bytes)
    flush()
  }

  mutating func end() {
    guard format != .table, format != .ndjson else { return }
    writer.appendFooter(to: &bytes)
    flush()
  }

  private mutating func flush() {
    bytes.withUnsafeBytes { Output.write($0) }
    bytes.removeAll(keepingCapacity: true)
  }

  /// One record a line: line ends between JSON tokens (an event that was sent pretty-printed) become spaces. Inside of strings JSON
  /// writes them as escapes, so that none is lost.
  private mutating func writeLine(_ record: UnsafeRawBufferPointer) {
    if record.contains(where: { $0 == 0x0A || $0 == 0x0D }) {
      bytes.append(contentsOf: record.lazy.map { $0 == 0x0A || $0 == 0x0D ? 0x20 : $0 })
      flush()
    } else {
      Output.write(record)
    }
    Output.write("\n")
  }

  private func pad(_ text: String, _ width: Int, right: Bool = false) -> String {
    let text = ScreenText.safeForTerminal(text)
    let space = String(repeating: " ", count: max(0, width - text.count))
    return right ? space + text : text + space
  }
}
