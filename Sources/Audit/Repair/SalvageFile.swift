import EventLog
import Foundation
import Glibc

/// What a process that reads a damaged log tells the one that started it: what it is about to read, and what it has read, so that nothing is
/// lost when the damage ends it.
public enum SalvageFile {
  /// Where a reading process is.
  public enum Step: UInt64, Sendable {
    /// It opens the file.
    case opening = 0
    /// It reads a record.
    case record = 1
    /// It is through.
    case done = 2
  }

  /// Where it is, at the beginning of the file: step, position, last position of the log, 8 bytes each.
  static let headerSize = 24 + 40

  /// A record as it was found.
  enum Entry: Equatable {
    case kept(position: UInt64, isProven: Bool, recordedMicros: Int64, event: [UInt8])
    case lost(position: UInt64, reason: String)
  }

  /// Reads positions of a damaged log and writes what it finds. Run in a process of its own.
  public static func run(log: String, to path: String, from first: UInt64, count: UInt64, comparing: Bool) throws {
    let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw DurableFile.failure(path) }
    defer { close(descriptor) }
    mark(descriptor, .opening, first, 0)
    let reader = try SalvageReader.open(log)
    var identity = [UInt8](repeating: 0, count: 40)
    if let known = reader.identity {
      identity = [1] + known.ledgerID + [known.vocabularyMode.rawValue]
      withUnsafeBytes(of: known.createdMicros.littleEndian) { identity += $0 }
      identity += [UInt8](repeating: 0, count: 40 - identity.count)
    }
    _ = identity.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 24) }
    let last = max(reader.lastPosition(), reader.highestRecord() ?? 0)
    lseek(descriptor, off_t(headerSize), SEEK_SET)
    var position = first
    while position <= last, position - first < count {
      mark(descriptor, .record, position, last)
      let entry = encode(reader.condition(at: position, comparing: comparing), position)
      guard DurableFile.write(entry, to: descriptor) else { throw DurableFile.failure(path) }
      position += 1
    }
    mark(descriptor, .done, position, last)
  }

  /// Looks on the pages of a damaged file for the records of some positions, and writes what it finds. Run in a process of its own.
  public static func scan(log: String, to path: String, wanted: String, comparing: Bool) throws {
    let descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw DurableFile.failure(path) }
    defer { close(descriptor) }
    mark(descriptor, .record, 0, 0)
    lseek(descriptor, off_t(headerSize), SEEK_SET)
    let listed = FileManager.default.contents(atPath: wanted) ?? Data()
    let positions = Set(
      stride(from: 0, to: listed.count - 7, by: 8).map { offset in
        listed.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self) }
      })
    let data: Data
    do {
      data = try Data(contentsOf: URL(fileURLWithPath: log), options: .alwaysMapped)
    } catch {
      throw AuditError.file(path: log, reason: error.localizedDescription)
    }
    if comparing {
      let reader = try SalvageReader.open(log)
      try write(data, positions, descriptor) { reader.isRecord($1, of: $0) }
    } else {
      try write(data, positions, descriptor) { _, _ in nil }
    }
    mark(descriptor, .done, 0, 0)
  }

  private static func write(
    _ data: Data, _ positions: Set<UInt64>, _ descriptor: Int32,
    _ isRecord: (UInt64, UnsafeRawBufferPointer) -> Bool?
  ) throws {
    try data.withUnsafeBytes { bytes in
      try PageScan(bytes).forEachCandidate({ positions.isEmpty ? $0 < 1 << 40 : positions.contains($0) }) {
        position, value in
        let isProven = isRecord(position, value)
        guard isProven != false else { return }
        let micros = Int64(littleEndian: value.loadUnaligned(as: Int64.self))
        let event = Array(value.dropFirst(8))
        let entry = encode(
          isProven == true
            ? .intact(recordedMicros: micros, event: event) : .unproven(recordedMicros: micros, event: event),
          position)
        guard DurableFile.write(entry, to: descriptor) else {
          throw AuditError.file(path: "-", reason: "cannot be written")
        }
      }
    }
  }

  private static func mark(_ descriptor: Int32, _ step: Step, _ position: UInt64, _ last: UInt64) {
    let words = [step.rawValue.littleEndian, position.littleEndian, last.littleEndian]
    _ = words.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
  }

  /// Kind, position, recorded time, length, bytes.
  private static func encode(_ condition: SalvageReader.Condition, _ position: UInt64) -> [UInt8] {
    func entry(_ kind: UInt8, _ micros: Int64, _ bytes: [UInt8]) -> [UInt8] {
      var entry = [kind]
      withUnsafeBytes(of: position.littleEndian) { entry += $0 }
      withUnsafeBytes(of: micros.littleEndian) { entry += $0 }
      withUnsafeBytes(of: UInt32(bytes.count).littleEndian) { entry += $0 }
      return entry + bytes
    }
    switch condition {
    case .intact(let micros, let event): return entry(1, micros, event)
    case .unproven(let micros, let event): return entry(2, micros, event)
    case .changed(let leaf): return entry(3, 0, Array("it was changed; its leaf hash is \(leaf)".utf8))
    case .missing(let reason): return entry(3, 0, Array(reason.utf8))
    }
  }

  /// What a reading process has written.
  struct Contents {
    var step: Step
    var position: UInt64
    var last: UInt64
    var identity: SalvageReader.Identity?
    var entries: [Entry] = []
  }

  /// Reads the file of a process that has ended, in whatever way.
  static func read(_ path: String) throws(AuditError) -> Contents {
    guard let data = FileManager.default.contents(atPath: path), data.count >= 24 else {
      return Contents(step: .opening, position: 0, last: 0)
    }
    let bytes = [UInt8](data)
    func word(_ offset: Int) -> UInt64 {
      bytes.withUnsafeBytes { UInt64(littleEndian: $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self)) }
    }
    var contents = Contents(step: Step(rawValue: word(0)) ?? .opening, position: word(8), last: word(16))
    guard bytes.count >= headerSize else { return contents }
    if bytes[24] == 1 {
      contents.identity = SalvageReader.Identity(
        ledgerID: Array(bytes[25..<41]), createdMicros: Int64(bitPattern: word(42)),
        vocabularyMode: VocabularyMode(rawValue: bytes[41]) ?? .strict)
    }
    var offset = headerSize
    while offset + 21 <= bytes.count {
      let length = Int(
        bytes.withUnsafeBytes { UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: offset + 17, as: UInt32.self)) })
      guard offset + 21 + length <= bytes.count else { break }
      let content = Array(bytes[offset + 21..<offset + 21 + length])
      contents.entries.append(
        bytes[offset] == 3
          ? .lost(position: word(offset + 1), reason: String(decoding: content, as: UTF8.self))
          : .kept(
            position: word(offset + 1), isProven: bytes[offset] == 1,
            recordedMicros: Int64(bitPattern: word(offset + 9)), event: content))
      offset += 21 + length
    }
    return contents
  }
}
