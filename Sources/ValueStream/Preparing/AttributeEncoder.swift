import EventLog

/// Puts bytes together in a buffer of its own: attribute sets in their canonical encoding, and the input of identity hashes.
struct AttributeEncoder {
  private var buffer: UnsafeMutableRawBufferPointer
  private var count = 0
  /// Places of label names on the root, sorted; their values lie one word behind.
  private var labels: [Int32] = []

  init() { buffer = .allocate(byteCount: 4096, alignment: 16) }

  func deallocate() { buffer.deallocate() }

  /// The attribute set of an event: entries sorted by (tag, bytes), each a tag, a length in two bytes (little-endian) and the bytes.
  ///
  /// - Returns: bytes that are valid until the next call; empty when the event sets no attribute.
  mutating func encode(_ findings: EventFindings, _ root: JSONNode) -> UnsafeRawBufferPointer {
    count = 0
    // Slots below 32 are attribute tags: their bits in rising order are the order of the encoding.
    var tags = UInt32(truncatingIfNeeded: findings.found)
    while tags != 0 {
      let tag = UInt8(tags.trailingZeroBitCount)
      tags &= tags - 1
      guard let index = findings.index(slot: tag) else { continue }
      if tag == AttributeTag.label.rawValue {
        appendLabels(root.sibling(at: index))
      } else {
        appendEntry(tag, root.sibling(at: index).stringBytes, nil)
      }
    }
    return UnsafeRawBufferPointer(rebasing: buffer[0..<count])
  }

  /// ``StableHash`` of source, a zero byte, id.
  mutating func identityHash(source: UnsafeRawBufferPointer, id: UnsafeRawBufferPointer) -> UInt64 {
    count = 0
    append(source)
    append(byte: 0)
    append(id)
    return StableHash.hash(UnsafeRawBufferPointer(rebasing: buffer[0..<count]))
  }

  private mutating func appendLabels(_ object: JSONNode) {
    labels.removeAll(keepingCapacity: true)
    for (_, value) in object.members {
      let name = value.index - 1
      // Insertion keeps them sorted: a schema allows at most 64. No name is a duplicate, and none holds a zero byte.
      var place = labels.count
      while place > 0,
        object.sibling(at: name).stringBytes.precedes(object.sibling(at: Int(labels[place - 1])).stringBytes)
      {
        place -= 1
      }
      labels.insert(Int32(truncatingIfNeeded: name), at: place)
    }
    for name in labels {
      appendEntry(
        AttributeTag.label.rawValue, object.sibling(at: Int(name)).stringBytes,
        object.sibling(at: Int(name) + 1).stringBytes)
    }
  }

  private mutating func appendEntry(_ tag: UInt8, _ bytes: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer?) {
    let length = bytes.count + (value.map { $0.count + 1 } ?? 0)
    // The schemas keep every attribute below 65,536 bytes (4,096 characters of at most 4).
    guard length <= Int(UInt16.max) else { return }
    append(byte: tag)
    append(byte: UInt8(truncatingIfNeeded: length))
    append(byte: UInt8(truncatingIfNeeded: length >> 8))
    append(bytes)
    if let value {
      append(byte: 0)
      append(value)
    }
  }

  private mutating func append(byte: UInt8) {
    reserve(1)
    buffer[count] = byte
    count += 1
  }

  private mutating func append(_ bytes: UnsafeRawBufferPointer) {
    guard let source = bytes.baseAddress, !bytes.isEmpty else { return }
    reserve(bytes.count)
    (buffer.baseAddress! + count).copyMemory(from: source, byteCount: bytes.count)
    count += bytes.count
  }

  private mutating func reserve(_ more: Int) {
    guard count + more > buffer.count else { return }
    let larger = UnsafeMutableRawBufferPointer.allocate(byteCount: max(count + more, buffer.count * 2), alignment: 16)
    larger.copyMemory(from: UnsafeRawBufferPointer(rebasing: buffer[0..<count]))
    buffer.deallocate()
    buffer = larger
  }
}
