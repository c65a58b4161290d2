import ValueStream

/// The times of event logs: RFC 3339, and what tools write besides.
enum XESTime {
  /// Microseconds since 1970. Also takes a space for the `T`, offsets `+0100` and `+01`, and no offset at all, which is
  /// taken as UTC. nil for anything else.
  static func parse(_ bytes: UnsafeRawBufferPointer) -> Int64? {
    let text = bytes.trimmed
    if let exact = Timestamp.parse(text) { return exact }
    guard text.count >= 19, text.count <= 40 else { return nil }
    var parts = Array(text)
    if parts[10] == 0x20 { parts[10] = 0x54 }
    var end = 19
    if end < parts.count && (parts[end] == 0x2E || parts[end] == 0x2C) {
      parts[end] = 0x2E
      end += 1
      while end < parts.count && parts[end] >= 0x30 && parts[end] <= 0x39 { end += 1 }
    }
    switch parts.count - end {
    case 0: parts.append(0x5A)
    case 3: parts.append(contentsOf: [0x3A, 0x30, 0x30])
    case 5: parts.insert(0x3A, at: end + 3)
    default: break
    }
    return parts.withUnsafeBytes { Timestamp.parse($0) }
  }
}
