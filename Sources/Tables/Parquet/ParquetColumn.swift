/// How a column's cells are stored in Parquet. Numbers are those of `parquet.thrift`.
enum ParquetColumn {
  /// The physical type: INT64, DOUBLE or BYTE_ARRAY.
  static func physicalType(of kind: Column.Kind) -> Int32 {
    switch kind {
    case .integer, .timestamp: 2
    case .number, .duration, .share: 5
    case .text: 6
    }
  }

  /// Writes the fields of a column's `SchemaElement`. Every column is OPTIONAL: whether an answer has a null is no part of its
  /// schema.
  static func writeSchema(of column: Column, to writer: inout ThriftCompactWriter) {
    writer.field(1, int32: physicalType(of: column.type))
    writer.field(3, int32: 1)
    writer.field(4, string: column.name)
    switch column.type {
    case .text:
      writer.field(6, int32: 0)  // UTF8
      writer.field(10) { $0.field(1) { _ in } }  // STRING
    case .integer:
      writer.field(6, int32: 18)  // INT_64
      writer.field(10) { logical in
        logical.field(10) { integer in
          integer.field(1, byte: 64)
          integer.field(2, bool: true)
        }
      }
    case .timestamp:
      writer.field(6, int32: 10)  // TIMESTAMP_MICROS
      writer.field(10) { logical in
        logical.field(8) { timestamp in
          timestamp.field(1, bool: true)  // isAdjustedToUTC
          timestamp.field(2) { $0.field(2) { _ in } }  // MICROS
        }
      }
    case .number, .duration, .share: break
    }
  }
}

/// The cells of one data page, encoded as they come.
struct ParquetPage {
  /// How many cells, nulls too.
  private(set) var count = 0
  private(set) var nullCount = 0
  private var values: [UInt8] = []
  /// The runs of the definition levels: 1 for a value, 0 for a null.
  private var levels: [UInt8] = []
  private var runLevel: UInt8 = 0
  private var runLength: UInt64 = 0

  /// The bytes of the values so far.
  var valueBytes: Int { values.count }

  /// Adds a cell, PLAIN: numbers as 8 bytes little-endian, texts after their length in 4.
  mutating func append(_ cell: StoredCell) {
    count += 1
    switch cell {
    case .null: nullCount += 1
    case .integer(let integer): append(UInt64(bitPattern: integer))
    case .real(let number): append(number.bitPattern)
    case .text(let text):
      append(UInt32(truncatingIfNeeded: text.utf8.count))
      values.append(contentsOf: text.utf8)
    }
    let level: UInt8 = cell == .null ? 0 : 1
    if level != runLevel { endRun() }
    runLevel = level
    runLength += 1
  }

  /// The page's body: the definition levels in the RLE/bit-packed hybrid, after their length, then the values.
  mutating func body() -> [UInt8] {
    endRun()
    var body: [UInt8] = []
    body.reserveCapacity(4 + levels.count + values.count)
    withUnsafeBytes(of: UInt32(truncatingIfNeeded: levels.count).littleEndian) { body.append(contentsOf: $0) }
    body += levels
    body += values
    return body
  }

  private mutating func endRun() {
    guard runLength > 0 else { return }
    // The low bit 0 says that the run repeats one value, which follows in one byte.
    VariableLength.append(runLength << 1, to: &levels)
    levels.append(runLevel)
    runLength = 0
  }

  private mutating func append(_ integer: some FixedWidthInteger) {
    withUnsafeBytes(of: integer.littleEndian) { values.append(contentsOf: $0) }
  }
}
