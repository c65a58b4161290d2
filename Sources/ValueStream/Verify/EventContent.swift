import EventLog

/// What the fact of an event has to say. Its bytes are valid until the next event is read.
struct EventContent {
  /// A text, behind the byte of its class when it is a subject's.
  struct Text {
    var prefix: UInt8?
    var bytes: UnsafeRawBufferPointer

    /// Whether the event does not have it.
    var isNone: Bool { prefix == nil && bytes.isEmpty }

    /// Whether a symbol's string is this.
    @inline(__always)
    func isSame(as string: UnsafeRawBufferPointer) -> Bool {
      guard let prefix else { return string.hasSameBytes(as: bytes) }
      guard string.count == bytes.count + 1, string[0] == prefix else { return false }
      return UnsafeRawBufferPointer(rebasing: string[1...]).hasSameBytes(as: bytes)
    }

    /// The hash of a subject's string (``ListedReferences/hash(_:)``).
    var subjectHash: UInt64 {
      guard let prefix else { return ListedReferences.hash(bytes) }
      return ListedReferences.hash(prefix: prefix, bytes)
    }

    static var none: Text { Text(prefix: nil, bytes: UnsafeRawBufferPointer(start: nil, count: 0)) }
  }

  /// An attribute set that was not put together, but can be compared with one that was.
  struct Attributes {
    let shape: UnsafeMutablePointer<EventShape>
    let values: UnsafeMutablePointer<EventShape.Value>
    let event: UnsafeRawBufferPointer

    var isNone: Bool { shape.pointee.attributes.isEmpty }

    /// Whether an encoded set (``AttributeEncoder``) is this.
    func isSame(as encoded: UnsafeRawBufferPointer) -> Bool {
      var place = 0
      for attribute in shape.pointee.attributes {
        let text = EventShape.text(values[Int(attribute.gap)], event)
        let nameLength = attribute.nameCount < 0 ? 0 : Int(attribute.nameCount) + 1
        guard place + 3 + nameLength + text.count <= encoded.count, encoded[place] == attribute.tag,
          Int(encoded[place + 1]) | Int(encoded[place + 2]) << 8 == nameLength + text.count
        else { return false }
        place += 3
        if nameLength > 0 {
          let name = UnsafeRawBufferPointer(rebasing: encoded[place..<place + nameLength - 1])
          guard shape.pointee.literal(attribute.nameStart, attribute.nameCount).hasSameBytes(as: name),
            encoded[place + nameLength - 1] == 0
          else { return false }
          place += nameLength
        }
        guard UnsafeRawBufferPointer(rebasing: encoded[place..<place + text.count]).hasSameBytes(as: text) else {
          return false
        }
        place += text.count
      }
      return place == encoded.count
    }
  }

  /// The subjects that an event names in a list, as they lie in it.
  struct References {
    let prefix: UInt8
    let values: UnsafeBufferPointer<EventShape.Value>
    let event: UnsafeRawBufferPointer
  }

  var kind: UInt8
  var flags: FactFlags
  var occurredMicros: Int64 = 0
  var identityHash: UInt64 = 0
  var measure: UInt64 = 0
  var stream = Text.none
  var subject = Text.none
  var argument = Text.none
  var argumentNamespace = SymbolNamespace.text
  /// The attribute set put together, or as it lies in the event.
  var encodedAttributes = UnsafeRawBufferPointer(start: nil, count: 0)
  var attributes: Attributes?
  /// What an event that was read by a shape names in a list; nil when that is nothing.
  var references: References?

  /// What events of a kind, with these flags, say when they say nothing else.
  init(kind: UInt8, flags: FactFlags) {
    self.kind = kind
    self.flags = flags
  }

  /// What a prepared event says.
  init(_ event: PreparedEvent, of batch: EventBatch) {
    kind = event.kind
    flags = event.flags
    occurredMicros = event.occurredMicros
    identityHash = event.identityHash
    measure = event.measure
    stream.bytes = batch.bytes(of: event.stream)
    subject.bytes = batch.bytes(of: event.subject)
    argument.bytes = batch.bytes(of: event.argument)
    argumentNamespace = event.argumentNamespace
    encodedAttributes = batch.bytes(of: event.attributes)
  }
}
