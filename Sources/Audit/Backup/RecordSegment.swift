import Crypto
import EventLog
import Foundation

/// A run of records of one ledger as it lies in a file of records: who they are of, where they begin, the roots before and behind them, the
/// records with their recorded times, and a SHA-256 of it all.
///
/// Segments follow one another; each says all that is needed to check it, so that a file may be continued, and one whose end is missing is
/// good up to there. docs/data-format.md has the bytes.
struct RecordSegment: Equatable {
  /// `VSLRECS1`.
  static let magic = Array("VSLRECS1".utf8)
  /// Bytes before the records.
  static let headerSize = 8 + 16 + 8 + 8 + 8 + 8 + 8 + 32 + 32
  /// Bytes behind them.
  static let digestSize = 32
  /// A segment with more is refused: none is written.
  static let mostBytes: UInt64 = 1 << 32

  /// The ledger's 16 bytes.
  var ledgerID: [UInt8]
  /// When the ledger was created.
  var createdMicros: Int64
  /// Whether it takes unknown types.
  var vocabularyMode: VocabularyMode
  /// The position of the first record.
  var first: UInt64
  /// Number of records.
  var count: UInt64
  /// The root of the tree before the first.
  var rootBefore: MerkleHash
  /// The root of the tree with the last.
  var rootAfter: MerkleHash
  /// For each record its length (4 bytes), its recorded time (8 bytes), its event; all little-endian.
  var body: [UInt8]

  /// The position behind the last.
  var end: UInt64 { first + count }

  /// The segment's bytes.
  var encoded: [UInt8] {
    var bytes = Self.magic + ledgerID
    func append(_ value: UInt64) { withUnsafeBytes(of: value.littleEndian) { bytes += $0 } }
    append(UInt64(bitPattern: createdMicros))
    append(UInt64(vocabularyMode.rawValue))
    append(first)
    append(count)
    append(UInt64(body.count))
    bytes += rootBefore.bytes + rootAfter.bytes + body
    bytes += Array(SHA256.hash(data: bytes))
    return bytes
  }

  /// What the header says of the body's length; nil when it is no header.
  static func bodySize(ofHeader header: [UInt8]) -> UInt64? {
    guard header.count == headerSize, Array(header.prefix(8)) == magic else { return nil }
    let size = header.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: 56, as: UInt64.self).littleEndian }
    return size <= mostBytes ? size : nil
  }

  /// Reads a segment whose length is right; nil when its digest is not.
  init?(_ bytes: [UInt8]) {
    guard let size = Self.bodySize(ofHeader: Array(bytes.prefix(Self.headerSize))),
      UInt64(bytes.count) == UInt64(Self.headerSize + Self.digestSize) + size,
      SHA256.hash(data: bytes.dropLast(Self.digestSize)).elementsEqual(bytes.suffix(Self.digestSize))
    else { return nil }
    func word(_ offset: Int) -> UInt64 {
      bytes.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian }
    }
    ledgerID = Array(bytes[8..<24])
    createdMicros = Int64(bitPattern: word(24))
    vocabularyMode = word(32) == UInt64(VocabularyMode.open.rawValue) ? .open : .strict
    first = word(40)
    count = word(48)
    guard first >= 1, first <= 1 << 48, count <= size,
      let before = bytes[64..<96].withUnsafeBytes({ MerkleHash(bytes: $0) }),
      let after = bytes[96..<128].withUnsafeBytes({ MerkleHash(bytes: $0) })
    else { return nil }
    rootBefore = before
    rootAfter = after
    body = Array(bytes[Self.headerSize..<bytes.count - Self.digestSize])
  }

  init(
    ledgerID: [UInt8], createdMicros: Int64, vocabularyMode: VocabularyMode, first: UInt64, rootBefore: MerkleHash
  ) {
    self.ledgerID = ledgerID
    self.createdMicros = createdMicros
    self.vocabularyMode = vocabularyMode
    self.first = first
    self.rootBefore = rootBefore
    rootAfter = rootBefore
    count = 0
    body = []
  }

  mutating func append(_ record: Record) {
    withUnsafeBytes(of: UInt32(truncatingIfNeeded: record.bytes.count).littleEndian) { body += $0 }
    withUnsafeBytes(of: record.recordedMicros.littleEndian) { body += $0 }
    body += record.bytes
    count += 1
  }

  /// Calls `content` with each record's recorded time and event; false when the body does not hold as many as it says.
  func forEachRecord(_ content: (Int64, UnsafeRawBufferPointer) throws -> Void) rethrows -> Bool {
    try body.withUnsafeBytes { body in
      var offset = 0
      for _ in 0..<count {
        guard offset + 12 <= body.count else { return false }
        let length = Int(body.loadUnaligned(fromByteOffset: offset, as: UInt32.self).littleEndian)
        guard offset + 12 + length <= body.count else { return false }
        let micros = Int64(littleEndian: body.loadUnaligned(fromByteOffset: offset + 4, as: Int64.self))
        try content(micros, UnsafeRawBufferPointer(rebasing: body[offset + 12..<offset + 12 + length]))
        offset += 12 + length
      }
      return offset == body.count
    }
  }
}
