/// Writes structs in Thrift's compact protocol, which Parquet's headers and footer are in.
///
/// Source: Apache Thrift, `doc/specs/thrift-compact-protocol.md`. Only what Parquet's structs need is here. The fields of a
/// struct must be written in ascending order of their numbers, by less than 16 from one to the next.
struct ThriftCompactWriter {
  /// The type in the low half of a field's or a list's header.
  private enum Kind: UInt8 {
    case yes = 1
    case no = 2
    case byte = 3
    case int16 = 4
    case int32 = 5
    case int64 = 6
    case binary = 8
    case list = 9
    case structure = 12
  }

  private(set) var bytes: [UInt8] = []
  private var lastField: Int16 = 0

  /// A whole struct as bytes.
  static func structure(_ writeFields: (inout ThriftCompactWriter) -> Void) -> [UInt8] {
    var writer = ThriftCompactWriter()
    writer.appendStructure(writeFields)
    return writer.bytes
  }

  mutating func field(_ number: Int16, bool: Bool) { appendHeader(number, bool ? .yes : .no) }

  mutating func field(_ number: Int16, byte: Int8) {
    appendHeader(number, .byte)
    bytes.append(UInt8(bitPattern: byte))
  }

  mutating func field(_ number: Int16, int16: Int16) {
    appendHeader(number, .int16)
    appendZigzag(Int64(int16))
  }

  mutating func field(_ number: Int16, int32: Int32) {
    appendHeader(number, .int32)
    appendZigzag(Int64(int32))
  }

  mutating func field(_ number: Int16, int64: Int64) {
    appendHeader(number, .int64)
    appendZigzag(int64)
  }

  mutating func field(_ number: Int16, string: String) {
    appendHeader(number, .binary)
    append(string)
  }

  mutating func field(_ number: Int16, structure writeFields: (inout ThriftCompactWriter) -> Void) {
    appendHeader(number, .structure)
    appendStructure(writeFields)
  }

  mutating func field(_ number: Int16, int32s: [Int32]) {
    appendListHeader(number, .int32, count: int32s.count)
    for element in int32s { appendZigzag(Int64(element)) }
  }

  mutating func field(_ number: Int16, strings: [String]) {
    appendListHeader(number, .binary, count: strings.count)
    for element in strings { append(element) }
  }

  mutating func field<Element>(
    _ number: Int16, structures: [Element], _ writeFields: (Element, inout ThriftCompactWriter) -> Void
  ) {
    appendListHeader(number, .structure, count: structures.count)
    for element in structures { appendStructure { writeFields(element, &$0) } }
  }

  private mutating func appendStructure(_ writeFields: (inout ThriftCompactWriter) -> Void) {
    let outerField = lastField
    lastField = 0
    writeFields(&self)
    // The field of type 0 ends the struct.
    bytes.append(0)
    lastField = outerField
  }

  private mutating func appendHeader(_ number: Int16, _ kind: Kind) {
    let step = number - lastField
    assert((1...15).contains(step), "fields ascend by 1 to 15")
    bytes.append(UInt8(truncatingIfNeeded: step) << 4 | kind.rawValue)
    lastField = number
  }

  private mutating func appendListHeader(_ number: Int16, _ kind: Kind, count: Int) {
    appendHeader(number, .list)
    if count < 15 {
      bytes.append(UInt8(truncatingIfNeeded: count) << 4 | kind.rawValue)
    } else {
      bytes.append(0xF0 | kind.rawValue)
      VariableLength.append(UInt64(count), to: &bytes)
    }
  }

  private mutating func append(_ string: String) {
    VariableLength.append(UInt64(string.utf8.count), to: &bytes)
    bytes.append(contentsOf: string.utf8)
  }

  private mutating func appendZigzag(_ integer: Int64) {
    VariableLength.append(UInt64(bitPattern: integer << 1 ^ integer >> 63), to: &bytes)
  }
}

/// Unsigned integers in as many bytes as they need, seven bits a byte, the lowest first (ULEB128).
enum VariableLength {
  static func append(_ integer: UInt64, to bytes: inout [UInt8]) {
    var rest = integer
    while rest >= 0x80 {
      bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
      rest >>= 7
    }
    bytes.append(UInt8(truncatingIfNeeded: rest))
  }
}
