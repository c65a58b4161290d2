import EventLog
import Foundation
import Glibc
import ValueStream

/// Looks through all records for the content of one key.
struct SealedScan {
  /// The positions of the events that hold content sealed with the key.
  private(set) var positions: [UInt64] = []
  /// The texts that were sealed, as they stand in JSON; short ones and numbers are left out, which would be found everywhere.
  private(set) var texts: Set<[UInt8]> = []
  /// The positions of the events that hold one of the texts in clear.
  private(set) var clearPositions: [UInt64] = []

  /// More different texts are not looked for.
  static let mostTexts = 64
  private static let leastBytes = 5

  private let keyID: [UInt8]
  private let unsealer: EventUnsealer

  init(keyID: String, keys: PersonalKeys) {
    self.keyID = Array(keyID.utf8)
    unsealer = EventUnsealer(keys: keys)
  }

  /// Finds the events with content of the key.
  mutating func findSealed(_ log: EventLog, from first: UInt64, _ progress: (UInt64, UInt64) -> Void) throws {
    let size = try log.snapshot().size
    let id = String(decoding: keyID, as: UTF8.self)
    try log.scan(from: first, through: size) { record in
      if record.position & 0xFFFF == 0 { progress(record.position, size) }
      guard Self.holds(record.bytes, keyID) else { return true }
      positions.append(record.position)
      for value in unsealer.values(record.bytes) where value.keyID == id && texts.count < Self.mostTexts {
        if value.json.count >= Self.leastBytes, value.json.first == UInt8(ascii: "\"") { texts.insert(value.json) }
      }
      return true
    }
  }

  /// Finds the events that hold what was sealed, in clear.
  mutating func findClear(_ log: EventLog, _ progress: (UInt64, UInt64) -> Void) throws {
    guard !texts.isEmpty else { return }
    let size = try log.snapshot().size
    let texts = Array(texts)
    try log.scan(through: size) { record in
      if record.position & 0xFFFF == 0 { progress(record.position, size) }
      if texts.contains(where: { Self.holds(record.bytes, $0) }) { clearPositions.append(record.position) }
      return true
    }
  }

  private static func holds(_ bytes: UnsafeRawBufferPointer, _ part: [UInt8]) -> Bool {
    guard let base = bytes.baseAddress, part.count > 1 else { return false }
    // By the second byte, since the first of a text is a quotation mark, of which there are many.
    var place = 1
    let last = bytes.count - part.count + 1
    while place <= last, let hit = memchr(base + place, Int32(part[1]), last - place + 1) {
      let found = base.distance(to: UnsafeRawPointer(hit))
      if part.withUnsafeBytes({ memcmp(base + found - 1, $0.baseAddress ?? base, part.count) == 0 }) { return true }
      place = found + 1
    }
    return false
  }
}
