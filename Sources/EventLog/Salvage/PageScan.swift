import Glibc

/// Looks through the pages of an LMDB file for records, whatever its trees say: a lost page of an index loses the way to records, not the
/// records. What it finds may be of any age, or no record at all: only a hash tells.
///
/// The layout is that of LMDB 0.9 (`mdb.c`): a page begins with its number (8 bytes), 2 bytes, flags, lower and upper bound of its free
/// space (2 bytes each); offsets of nodes follow. A node has the length of its data (4 bytes), flags, length of its key (2 bytes each), key
/// and data; large data lies on pages of its own, whose number stands in its place.
public struct PageScan {
  private static let pageSize = 4096
  private static let headerSize = 16
  private static let leafFlag: UInt16 = 0x02
  private static let overflowFlag: UInt16 = 0x04
  private static let bigDataFlag: UInt16 = 0x01
  /// A record longer than this is not looked for.
  private static let longest = 64 << 20

  private let file: UnsafeRawBufferPointer

  /// Looks through the bytes of a file.
  public init(_ file: UnsafeRawBufferPointer) { self.file = file }

  /// Calls `body` with all that may be a record of a wanted position: recorded time and event. O(bytes of the file).
  public func forEachCandidate(
    _ wants: (UInt64) -> Bool, _ body: (_ position: UInt64, _ value: UnsafeRawBufferPointer) throws -> Void
  ) rethrows {
    for page in 0..<file.count / Self.pageSize {
      let start = page * Self.pageSize
      guard half(start + 10) & Self.leafFlag != 0, half(start + 10) & Self.overflowFlag == 0 else { continue }
      let lower = Int(half(start + 12))
      guard lower >= Self.headerSize, lower <= Self.pageSize else { continue }
      for index in 0..<(lower - Self.headerSize) / 2 {
        let node = start + Int(half(start + Self.headerSize + index * 2))
        guard node + 16 <= start + Self.pageSize, half(node + 6) == 8 else { continue }
        let position = word(node + 8)
        guard position >= 1, wants(position), let value = data(node, inPageAt: start) else { continue }
        try body(position, value)
      }
    }
  }

  private func data(_ node: Int, inPageAt start: Int) -> UnsafeRawBufferPointer? {
    let length = Int(half(node)) | Int(half(node + 2)) << 16
    guard length >= StoredRecord.headerSize, length <= Self.longest else { return nil }
    var begin = node + 16
    if half(node + 4) & Self.bigDataFlag != 0 {
      guard begin + 8 <= start + Self.pageSize, let page = Int(exactly: word(begin)),
        page < file.count / Self.pageSize
      else { return nil }
      begin = page * Self.pageSize + Self.headerSize
      guard begin + length <= file.count else { return nil }
    } else {
      guard begin + length <= start + Self.pageSize else { return nil }
    }
    return UnsafeRawBufferPointer(rebasing: file[begin..<begin + length])
  }

  private func half(_ offset: Int) -> UInt16 {
    file.loadUnaligned(fromByteOffset: offset, as: UInt16.self).littleEndian
  }
  private func word(_ offset: Int) -> UInt64 {
    file.loadUnaligned(fromByteOffset: offset, as: UInt64.self).littleEndian
  }
}
