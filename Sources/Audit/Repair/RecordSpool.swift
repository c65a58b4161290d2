import Glibc

/// Records on their way from a damaged log to a new one, kept in a file: they need not fit into memory.
final class RecordSpool {
  /// Where a record lies.
  private struct Place {
    var offset: UInt64
    var length: UInt32
    var isProven: Bool
    var recordedMicros: Int64
  }

  private let descriptor: Int32
  private let path: String
  private var end: UInt64 = 0
  private var places: [UInt64: Place] = [:]

  init(_ path: String) throws(AuditError) {
    self.path = path
    descriptor = open(path, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw DurableFile.failure(path) }
    unlink(path)
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The positions that are held, ascending.
  var positions: [UInt64] { places.keys.sorted() }

  func contains(_ position: UInt64) -> Bool { places[position] != nil }

  func add(_ position: UInt64, isProven: Bool, recordedMicros: Int64, event: [UInt8]) throws(AuditError) {
    guard DurableFile.write(event, to: descriptor) else { throw DurableFile.failure(path) }
    places[position] = Place(
      offset: end, length: UInt32(event.count), isProven: isProven, recordedMicros: recordedMicros)
    end += UInt64(event.count)
  }

  func record(at position: UInt64) throws(AuditError) -> (isProven: Bool, recordedMicros: Int64, event: [UInt8])? {
    guard let place = places[position] else { return nil }
    var event = [UInt8](repeating: 0, count: Int(place.length))
    var start = 0
    while start < event.count {
      let count = event.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress.map { $0 + start }, $0.count - start, off_t(place.offset) + off_t(start))
      }
      guard count > 0 else { throw DurableFile.failure(path) }
      start += count
    }
    return (place.isProven, place.recordedMicros, event)
  }
}
