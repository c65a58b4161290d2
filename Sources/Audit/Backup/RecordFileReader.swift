import Foundation
import Glibc

/// Reads the segments of a file of records, one at a time.
struct RecordFileReader: ~Copyable {
  private let descriptor: Int32
  private let path: String
  /// Where the last whole segment ends.
  private(set) var end: UInt64 = 0
  /// Bytes of the file.
  let size: UInt64

  init(_ path: String) throws(AuditError) {
    self.path = path
    descriptor = open(path, O_RDONLY | O_CLOEXEC)
    var status = stat()
    guard descriptor >= 0, fstat(descriptor, &status) == 0 else { throw DurableFile.failure(path) }
    size = UInt64(max(0, status.st_size))
  }

  deinit { if descriptor >= 0 { close(descriptor) } }

  /// The next segment; nil at the end of what is whole: see ``end`` and ``size``.
  ///
  /// - Throws: ``AuditError/malformed(what:reason:)`` when a segment is there, but is not what its digest says.
  mutating func next() throws(AuditError) -> RecordSegment? {
    let header = try bytes(at: end, RecordSegment.headerSize)
    guard header.count == RecordSegment.headerSize else { return nil }
    guard let bodySize = RecordSegment.bodySize(ofHeader: header) else {
      throw .malformed(what: "file of records", reason: "at byte \(end) of \(path) no segment begins")
    }
    let length = UInt64(RecordSegment.headerSize + RecordSegment.digestSize) + bodySize
    guard length <= size - end else { return nil }
    let all = try bytes(at: end, Int(length))
    guard UInt64(all.count) == length, let segment = RecordSegment(all) else {
      throw .malformed(
        what: "file of records", reason: "the segment at byte \(end) of \(path) is damaged: its digest is another")
    }
    end += length
    return segment
  }

  private func bytes(at offset: UInt64, _ count: Int) throws(AuditError) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: count)
    var start = 0
    while start < count {
      let read = bytes.withUnsafeMutableBytes {
        pread(descriptor, $0.baseAddress.map { $0 + start }, count - start, off_t(offset) + off_t(start))
      }
      if read < 0, errno == EINTR { continue }
      guard read >= 0 else { throw DurableFile.failure(path) }
      guard read > 0 else { break }
      start += read
    }
    return Array(bytes[..<start])
  }
}
