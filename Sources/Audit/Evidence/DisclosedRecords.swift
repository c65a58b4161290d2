import EventLog

/// The records of a bundle: position (8 bytes), recorded time (8), length (4), the event; little-endian, by position.
struct DisclosedRecords: Equatable {
  /// One of them.
  struct Entry: Equatable {
    var position: UInt64
    var recordedMicros: Int64
    var event: [UInt8]

    /// What the leaf commits to.
    var leaf: MerkleHash {
      let data = withUnsafeBytes(of: recordedMicros.littleEndian) { Array($0) } + event
      return data.withUnsafeBytes { MerkleHash.leaf(of: $0) }
    }
  }

  var entries: [Entry] = []

  init() {}

  init(parsing bytes: [UInt8]) throws(AuditError) {
    func malformed(_ reason: String) -> AuditError { .malformed(what: "file of disclosed records", reason: reason) }
    var offset = 0
    func word(_ place: Int) -> UInt64 {
      bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: place, as: UInt64.self)) }
    }
    while offset < bytes.count {
      guard offset + 20 <= bytes.count else { throw malformed("it ends in the middle of a record") }
      let length = Int(
        bytes.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: offset + 16, as: UInt32.self)) })
      guard length <= bytes.count - offset - 20 else { throw malformed("it ends in the middle of a record") }
      let entry = Entry(
        position: word(offset), recordedMicros: Int64(bitPattern: word(offset + 8)),
        event: Array(bytes[offset + 20..<offset + 20 + length]))
      guard entry.position > (entries.last?.position ?? 0) else { throw malformed("its positions do not ascend") }
      entries.append(entry)
      offset += 20 + length
    }
  }

  var encoded: [UInt8] {
    var bytes: [UInt8] = []
    for entry in entries {
      withUnsafeBytes(of: entry.position.littleEndian) { bytes += $0 }
      withUnsafeBytes(of: entry.recordedMicros.littleEndian) { bytes += $0 }
      withUnsafeBytes(of: UInt32(entry.event.count).littleEndian) { bytes += $0 }
      bytes += entry.event
    }
    return bytes
  }
}
