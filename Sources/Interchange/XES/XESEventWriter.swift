import EventLog
import ValueStream

/// Writes the events of a case as CloudEvents, into memory that is used again.
///
/// An id is `<case>-<event>-<role>-<hash of the rest>`: reading the same log again, from another place, packed or
/// grown, gives the same ids for the same events, and other events never get them, not even those of another log of the same name.
struct XESEventWriter {
  /// What an event says of its item; the raw value is part of its type.
  enum Role: String {
    case created, entered, left, blocked, unblocked, cancelled, changed, delivered
  }

  /// A stage, by where its activity's name lies in the case's text.
  enum Stage {
    case activity(Range<Int>)
    case queue(Range<Int>)
  }

  private var line: [UInt8] = []
  private var rest: [UInt8] = []
  private var source: [UInt8] = []
  private var stream: [UInt8] = []
  private var subject: [UInt8] = []
  /// What every item's id begins with.
  private let itemPrefix: [UInt8]

  /// The line written last. Valid until the next one.
  private(set) var bytes = UnsafeRawBufferPointer(start: nil, count: 0)
  private let memory = LineMemory()

  init(itemPrefix: [UInt8] = []) { self.itemPrefix = itemPrefix }

  /// The id of the item that the last case begun is.
  var item: [UInt8] { subject }

  mutating func name(log: [UInt8], stream: [UInt8]) {
    source = Array("/xes/".utf8)
    for byte in log.prefix(200) {
      let isPlain =
        byte | 0x20 >= 0x61 && byte | 0x20 <= 0x7A || byte >= 0x30 && byte <= 0x39 || byte == 0x2D || byte == 0x2E
        || byte == 0x5F || byte == 0x7E
      if isPlain {
        source.append(byte)
      } else {
        source.append(contentsOf: [0x25, Self.hex(byte >> 4, capital: true), Self.hex(byte & 0xF, capital: true)])
      }
    }
    self.stream = stream
  }

  /// Takes over the case's name; without one it is its number.
  mutating func begin(_ next: XESCase) {
    subject.removeAll(keepingCapacity: true)
    subject.append(contentsOf: itemPrefix)
    if next.name.isEmpty {
      subject.append(contentsOf: "case-\(next.index)".utf8)
    } else {
      subject.append(contentsOf: next.text[next.name])
    }
  }

  mutating func write(
    _ role: Role, _ current: XESCase, line number: Int, micros: Int64, number index: Int, stage: Stage? = nil,
    event: XESCase.Event? = nil
  ) {
    envelope("vsl.item.", role.rawValue, about: subject, micros: micros)
    members(role, current, stage, event)
    finish(id: "\(current.index)-\(index)-\(role.rawValue)-")
  }

  /// Writes the definition of the stream by its stages. It holds from the earliest time that an event may have, so that whatever anybody
  /// else says of the stream holds instead, from its time on.
  mutating func write(_ stages: XESStages) {
    envelope("vsl.stream.", "defined", about: stream, micros: XESStages.definedMicros)
    text("\"stages\":[")
    for (index, stage) in stages.toTell.enumerated() {
      text(index == 0 ? "{\"name\":" : ",{\"name\":")
      string(stage.name)
      text(",\"kind\":")
      string(Array(stage.kind.rawValue.utf8))
      text("}")
    }
    text("]")
    finish(id: "stages-")
  }

  private mutating func envelope(_ domain: StaticString, _ role: String, about subject: [UInt8], micros: Int64) {
    rest.removeAll(keepingCapacity: true)
    text("\",\"source\":\"")
    rest.append(contentsOf: source)
    text("\",\"type\":\"")
    text(domain)
    rest.append(contentsOf: role.utf8)
    text(".v1\",\"subject\":")
    string(subject)
    text(",\"time\":\"")
    rest.append(contentsOf: Timestamp.format(micros).utf8)
    text("\",\"valuestream\":")
    string(stream)
    text(",\"datacontenttype\":\"application/json\",\"data\":{")
  }

  /// Closes the event and gives it an id that ends with the hash of everything else.
  private mutating func finish(id: String) {
    text("}}")
    let hash = rest.withUnsafeBytes { StableHash.hash($0) }
    line.removeAll(keepingCapacity: true)
    line.append(contentsOf: "{\"specversion\":\"1.0\",\"id\":\"".utf8)
    line.append(contentsOf: id.utf8)
    for shift in stride(from: 60, through: 0, by: -4) {
      line.append(Self.hex(UInt8(truncatingIfNeeded: hash >> UInt64(shift)) & 0xF, capital: false))
    }
    line.append(contentsOf: rest)
    bytes = memory.keep(line)
  }

  private mutating func members(_ role: Role, _ current: XESCase, _ stage: Stage?, _ event: XESCase.Event?) {
    var isFirst = true
    func name(_ name: StaticString, _ rest: inout [UInt8]) {
      rest.append(contentsOf: isFirst ? "\"".utf8 : ",\"".utf8)
      isFirst = false
      rest.append(contentsOf: UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
      rest.append(contentsOf: "\":".utf8)
    }
    switch stage {
    case .activity(let range):
      name("stage", &rest)
      string(Array(current.text[range]))
    case .queue(let range):
      name("stage", &rest)
      string(Array(current.text[range]) + Array(" (queue)".utf8))
    case nil: break
    }
    guard let event else { return }
    if stage == nil {
      name("activity", &rest)
      string(Array(current.text[event.activity]))
    }
    if role == .cancelled {
      name("reason", &rest)
      string(Array(current.text[event.transition]))
    } else if role == .changed {
      name("transition", &rest)
      string(Array(current.text[event.transition]))
    }
    if !event.resource.isEmpty {
      name("actor", &rest)
      string(Array(current.text[event.resource]))
    }
  }

  private mutating func text(_ text: StaticString) {
    rest.append(contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  /// A JSON string.
  private mutating func string(_ bytes: [UInt8]) {
    rest.append(0x22)
    for byte in bytes {
      switch byte {
      case 0x22, 0x5C: rest.append(contentsOf: [0x5C, byte])
      case 0..<0x20:
        text("\\u00")
        rest.append(contentsOf: [Self.hex(byte >> 4, capital: false), Self.hex(byte & 0xF, capital: false)])
      default: rest.append(byte)
      }
    }
    rest.append(0x22)
  }

  private static func hex(_ nibble: UInt8, capital: Bool) -> UInt8 {
    nibble < 10 ? 0x30 + nibble : (capital ? 0x37 : 0x57) + nibble
  }
}

/// Memory that keeps its place until something else is kept in it.
private final class LineMemory {
  private var memory = UnsafeMutableRawBufferPointer.allocate(byteCount: 4096, alignment: 1)

  deinit { memory.deallocate() }

  func keep(_ bytes: [UInt8]) -> UnsafeRawBufferPointer {
    if bytes.count > memory.count {
      memory.deallocate()
      memory = .allocate(byteCount: 2 * bytes.count, alignment: 1)
    }
    memory.copyBytes(from: bytes)
    return UnsafeRawBufferPointer(rebasing: memory[0..<bytes.count])
  }
}
